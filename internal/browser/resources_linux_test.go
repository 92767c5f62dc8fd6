package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A usage is what a process holds of the system.
type usage struct{ files, children []string }

// resources are the open files and the children, dead ones too, of this process.
func resources(t *testing.T) usage {
	t.Helper()
	var u usage
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && !strings.HasPrefix(to, "/proc/") {
			u.files = append(u.files, to)
		}
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, stat := range stats {
		line, err := os.ReadFile(stat)
		if err != nil {
			continue
		}
		name, rest, _ := strings.Cut(string(line), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
			u.children = append(u.children, fmt.Sprintf("%s) %s", name, fields[0]))
		}
	}
	return u
}

// check waits a little for what is on its way out, and fails if more is held
// than before.
func (before usage) check(t *testing.T) {
	t.Helper()
	deadline := time.NewTimer(prompt)
	defer deadline.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		now := resources(t)
		if len(now.files) <= len(before.files) && len(now.children) <= len(before.children) {
			return
		}
		select {
		case <-again.C:
		case <-deadline.C:
			t.Errorf("files were %q and are %q; children were %q and are %q", before.files, now.files, before.children, now.children)
			return
		}
	}
}

// entries are the names below dir that are not locks.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		if e.Name() != "."+lockName {
			names = append(names, e.Name())
		}
	}
	return names
}
