package campaign

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/submission"
)

// room is a file system in memory of so much room. Only root can mount one; for
// others internal/evidence has a disk that fills up.
type room string

func mounted(t *testing.T, limit string, n int) (room, bool) {
	t.Helper()
	r := room(filepath.Join(t.TempDir(), "disk"))
	if err := errors.Join(syscall.Mkdir(string(r), 0o700), syscall.Mount("lodge-test", string(r), "tmpfs", 0, limited(limit, n))); err != nil {
		t.Logf("nothing can be mounted here, and so nothing is tested: %v", err)
		return "", false
	}
	return r, true
}

// limited are the options of a file system in which after n of what is limited no
// more can be made: inodes, of which every file, folder and link takes one, or
// pages.
func limited(limit string, n int) string {
	if limit == "size" {
		n *= 4096
	}
	return fmt.Sprintf("mode=700,%s=%d", limit, n)
}

// mend makes all the room that is wanted.
func (r room) mend(limit string) error {
	return syscall.Mount("lodge-test", string(r), "tmpfs", syscall.MS_REMOUNT, limited(limit, 1<<20))
}

// TestNthFile has the disk of the evidence be full after the first file, folder or
// link, after the second, and so on, and likewise after each page of 4 KB, until a
// life has room enough. Before the commit nothing is sent without its evidence, and
// the operator is told; what was sent is known all the same. Once there is room
// the invoice comes to its end, filed once.
func TestNthFile(t *testing.T) {
	seed := checkedLater()
	for limit, least := range map[string]int{"nr_inodes": 3, "size": 1} {
		t.Run(limit, func(t *testing.T) {
			t.Parallel()
			full := 0
			for n := least; n < 200; n++ {
				wasFull, ok := onDisk(t, limit, n, seed)
				if !ok {
					return
				}
				if !wasFull {
					t.Logf("full in %d places of a life", full)
					return
				}
				full++
			}
			t.Error("no life had room enough")
		})
	}
}

// onDisk is one life on a disk of its own; ok is false where none can be had.
func onDisk(t *testing.T, limit string, n int, seed uint64) (wasFull, ok bool) {
	t.Helper()
	r, ok := mounted(t, limit, n)
	if !ok {
		return false, false
	}
	defer func() {
		if err := syscall.Unmount(string(r), 0); err != nil {
			t.Error(err)
		}
	}()
	synctest.Test(t, func(t *testing.T) { wasFull = nthFile(t, r, limit, seed) })
	return wasFull, true
}

// nthFile is one life on a disk that is too small for six hours; it says whether
// anything could not be written.
func nthFile(t *testing.T, r room, limit string, seed uint64) bool {
	t.Helper()
	w := quietWorld(t, folder(t), seed)
	w.dir = string(r)
	ctx, end := context.WithTimeout(t.Context(), 3*24*time.Hour)
	defer end()
	w.end = end
	w.running.Go(func() {
		clock.Pause(ctx, 6*time.Hour)
		if err := r.mend(limit); err != nil {
			t.Error(err)
		}
	})
	w.running.Go(func() { w.operator(ctx) })
	if err := w.live(ctx, &nthCall{}); err != nil {
		t.Errorf("after three days: %v", err)
	}
	end()
	w.running.Wait()
	w.intendedWithEvidence(context.WithoutCancel(ctx), t, w.filedOnce(context.WithoutCancel(ctx), t).ID)
	full := strings.Contains(w.story.String(), "no space left on device")
	if t.Failed() {
		t.Error("\n" + w.story.String())
	}
	return full
}

// operator has it go on where somebody was asked, once there is room.
func (w *World) operator(ctx context.Context) {
	for clock.Pause(ctx, 7*time.Hour) {
		s, err := w.engine.Load(ctx, keyOf(theOne).ID())
		if err == nil && s.Current().State == submission.NeedsPerson {
			w.settle(ctx, w.neutral(), s, s.Current())
		}
	}
}

// intendedWithEvidence says whether nothing was sent whose intent was not kept.
func (w *World) intendedWithEvidence(ctx context.Context, t *testing.T, id string) {
	t.Helper()
	entries, err := w.engine.History(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind == submission.Intended && !slices.ContainsFunc(e.Attempt.Evidence, func(p submission.Proof) bool {
			return path.Base(p.Name) == evidence.IntentName
		}) {
			t.Errorf("attempt %s was made and its intent was not kept", e.Attempt.ID)
		}
	}
}
