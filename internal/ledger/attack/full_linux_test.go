package attack

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

const page = 4096

// small mounts a file system in memory, whose size is set by resize. Only root can
// do that; for others internal/ledger/sqlite has a full disk.
func small(t *testing.T) (dir string, resize func(pages uint64), ok bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("lodge-test", dir, "tmpfs", 0, "mode=700"); err != nil {
		t.Logf("nothing can be mounted here, and so nothing is tested: %v", err)
		return "", nil, false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir, func(pages uint64) {
		if err := syscall.Mount("lodge-test", dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("mode=700,size=%d", pages*page)); err != nil {
			t.Error(err)
		}
	}, true
}

// used is how many pages of the file system of dir are.
func used(t *testing.T, dir string) uint64 {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	return s.Blocks - s.Bfree
}

// TestLinearOnAFullDisk has the disk be full in the middle of what callers do, after
// one page more, and so on; then there is room again. Of a write that failed nobody
// knows whether it happened, but whatever is said to be done is.
func TestLinearOnAFullDisk(t *testing.T) {
	t.Parallel()
	failed := 0
	for _, pages := range []uint64{0, 1, 2, 3, 5, 8, 13, 21} {
		dir, resize, ok := small(t)
		if !ok {
			return
		}
		w, r, path := newWorld(), newRecord(), filepath.Join(dir, "ledger.db")
		var callers []*caller
		for n := range 2 {
			who, random := fmt.Sprint("h", n+1), rand.New(rand.NewPCG(pages, uint64(n)))
			l := ledger.New(clocked{openFile(t, path), w}, w, w, submission.Limits{Sends: 1 << 30, Tries: 1 << 30})
			c := newCaller(who, l, random, r.begin)
			c.subs, c.accs = []string{"1"}, []string{accountPrefix + "1"}
			c.open = func(err error) bool { return err != nil && strings.Contains(err.Error(), "is full") }
			callers = append(callers, c)
		}
		together := func(steps int) {
			var group sync.WaitGroup
			for _, c := range callers {
				group.Go(func() {
					for range steps {
						if err := c.step(t.Context()); err != nil {
							t.Errorf("%d pages: %v", pages, err)
							return
						}
						w.now.Add(int64(5 * time.Second))
					}
				})
			}
			group.Wait()
		}
		if err := callers[0].begins(t.Context()); err != nil {
			t.Fatal(err)
		}
		together(3)
		resize(used(t, dir) + pages)
		together(12)
		resize(1 << 16)
		together(6)
		if err := callers[0].ends(t.Context()); err != nil {
			t.Errorf("%d pages: %v", pages, err)
		}
		if wrong := r.check(t.ArtifactDir()); wrong != "" {
			t.Errorf("%d pages: %s", pages, wrong)
		}
		for word, n := range r.seen {
			if strings.HasSuffix(word, "open") {
				failed += n
			}
		}
	}
	if failed == 0 {
		t.Error("nothing failed: the disk was never full")
	}
	t.Logf("%d calls met a full disk", failed)
}
