package batch_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// TestBrowsersDie kills each browser as it is about to log in: another one takes
// its place a few times, and then the account is left to the next run. Nothing
// of any of them is left.
func TestBrowsersDie(t *testing.T) {
	t.Parallel()
	var b *visittest.Bench
	b = visittest.New(t, knocking(func(carriers.Visit) { kill(t, b.Profiles()) }))
	ids := file(b, visittest.Moor, "M-1")
	result, err := over(b).Run(t.Context(), t.Context())
	if err != nil || result.Visits != 4 || result.Done != 0 || len(result.Failures) != 1 || !strings.Contains(fmt.Sprint(result.Failures[0].Err), "browser is gone") {
		t.Errorf("%+v, %v", result, err)
	}
	checkAll(t, b, submission.Ready, ids...)
	checkLeft(t, b)
}

// kill ends the browsers whose profile lies in dir, which are process groups.
func kill(t *testing.T, dir string) {
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Error(err)
	}
	for _, line := range lines {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(line)))
		args, readErr := os.ReadFile(line)
		if err != nil || readErr != nil || pid == os.Getpid() || !strings.Contains(string(args), dir+"/") {
			continue
		}
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// TestNothingIsLeft counts what this process holds of the system around a run.
func TestNothingIsLeft(t *testing.T) { // not in parallel: it counts for the whole process
	b := visittest.New(t, knocking(func(carriers.Visit) {}))
	files, children := held(t)
	ids := file(b, visittest.Moor, "M-1")
	if _, err := over(b).Run(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	checkAll(t, b, submission.Accepted, ids...)
	checkLeft(t, b)
	var nowFiles, nowChildren []string
	b.Until("nothing is left", func() bool {
		nowFiles, nowChildren = held(t)
		return len(nowFiles) <= len(files) && len(nowChildren) <= len(children)
	})
	if t.Failed() {
		t.Errorf("files were %q and are %q; children were %q and are %q", files, nowFiles, children, nowChildren)
	}
}

// held are the files and sockets that this process has open, but for the ledger,
// which keeps its connections, and its children, dead ones too.
func held(t *testing.T) (files, children []string) {
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && !strings.HasPrefix(to, "/proc/") && !strings.Contains(to, "/ledger.db") {
			files = append(files, to)
		}
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, stat := range stats {
		line, err := os.ReadFile(stat)
		_, rest, ok := strings.Cut(string(line), ") ")
		if fields := strings.Fields(rest); err == nil && ok && len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
			children = append(children, string(line))
		}
	}
	return files, children
}
