package visit_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// kill ends those processes of the bench's browser whose command line has mark.
// They are of one process group, and only the first of them names its profile.
func kill(t *testing.T, b *visittest.Bench, mark string) {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Error(err)
	}
	groups, marked := map[int]bool{}, map[int]int{}
	for _, line := range lines {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(line)))
		args, readErr := os.ReadFile(line)
		group, groupErr := syscall.Getpgid(pid)
		if err != nil || readErr != nil || groupErr != nil || group == syscall.Getpgrp() {
			continue
		}
		if bytes.Contains(args, []byte(b.Profiles()+"/")) {
			groups[group] = true
		}
		if bytes.Contains(args, []byte(mark)) {
			marked[pid] = group
		}
	}
	killed := 0
	for pid, group := range marked {
		if groups[group] && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	if killed == 0 {
		t.Errorf("there is no process with %q to kill", mark)
	}
}

// TestBrowserKilled ends the browser at each moment.
func TestBrowserKilled(t *testing.T) {
	t.Parallel()
	for name, c := range interruptions() {
		if c.click {
			continue // the click would wait for a context that nobody ends
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			interrupt(t, c, func(b *visittest.Bench, _ context.CancelFunc) { kill(t, b, "--") })
		})
	}
}

// TestRendererKilled ends only the processes that hold pages. The browser notices
// that a moment later, and the release may be faster: then the invoice may have
// been sent, and look-ups settle whether it was.
func TestRendererKilled(t *testing.T) {
	t.Parallel()
	for name, c := range interruptions() {
		if c.click || c.step == visit.StepLogin || c.step == visit.StepLook {
			continue
		}
		if c.step == visit.StepCommit {
			c.states, c.looks = append(c.states, submission.Uncertain), 2
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			interrupt(t, c, func(b *visittest.Bench, _ context.CancelFunc) { kill(t, b, "--type=renderer") })
		})
	}
}
