package visit_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/audit"
	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// tiny is a file system of 256 KB, of which the evidence store is made. Only root
// can mount one; for others internal/evidence has a disk that fills up.
func tiny(t *testing.T, b *visittest.Bench) (dir string, ok bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("lodge-test", dir, "tmpfs", 0, "size=256k,mode=700"); err != nil {
		t.Logf("nothing can be mounted here, and so nothing is tested: %v", err)
		return "", false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	store, err := evidence.Open(filepath.Join(dir, "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() }) // before it is unmounted
	b.Evidence = store
	return dir, true
}

// fill leaves no byte on the file system of dir.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "full"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
	_ = f.Close()
}

// filling is harbor, on whose site the disk fills up between form and click.
func filling(t *testing.T, dir *string) carriers.Carrier {
	return with(site{submit: func(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error) {
		if err := form(ctx, s, inv); err != nil {
			return carriers.Receipt{}, err
		}
		return carriers.Receipt{}, s.Commit(ctx, func(ctx context.Context) error {
			fill(t, *dir)
			return click(ctx)
		})
	}})
}

// TestDiskFull has the disk of the evidence fill up: before the form is kept and
// before the intent is, nothing is sent; after the commit, the state moves all the
// same, and the history tells what was not kept.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for step, c := range map[string]struct {
		state   submission.State
		uploads int
		needs   carriers.Person
		says    []string
	}{
		visit.StepSubmit: {submission.Ready, 0, carriers.Operator, []string{"without it nothing is sent", "form.jpg", "no space left on device", "the operator makes room"}},
		"click":          {submission.Ready, 0, carriers.Operator, []string{"without it nothing is sent", "the intent", "no space left on device", "the operator makes room"}},
		visit.StepCommit: {submission.Accepted, 1, carriers.Nobody, []string{"not kept as evidence", "result.jpg", "result.txt", "no space left on device"}},
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			var dir string
			carrier := harbor.Carrier()
			if step == "click" {
				carrier = filling(t, &dir)
			}
			b := visittest.New(t, carrier)
			var ok bool
			if dir, ok = tiny(t, b); !ok {
				return
			}
			id := b.Register(visittest.Moor, number, visittest.Invoice{})
			b.Tell = once(step, func() { fill(t, dir) })
			_, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context())
			rev := b.Get(id).Current()
			if failed := c.uploads == 0; failed != errors.Is(err, syscall.ENOSPC) {
				t.Errorf("the visit ended with %v", err)
			}
			if rev.State != c.state || b.Uploads(number) != c.uploads || rev.Needs != c.needs || len(rev.Attempts) != c.uploads {
				t.Errorf("%s, needs %q, %d uploads, %d attempts", rev.State, rev.Needs, b.Uploads(number), len(rev.Attempts))
			}
			told := whys(t, b, id)
			for _, says := range c.says {
				if !strings.Contains(told, says) || c.uploads == 0 && !strings.Contains(rev.Why, says) {
					t.Errorf("nobody says %q: %s", says, told)
				}
			}
			if !strings.Contains(b.Log.String(), "level=ERROR") {
				t.Error("the operator is not told")
			}
			nothingHalf(t, filepath.Join(dir, "evidence"))
			mend(t, b, dir, id, c.uploads)
		})
	}
}

func whys(t *testing.T, b *visittest.Bench, id string) string {
	t.Helper()
	entries, err := b.Ledger.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Why)
	}
	return strings.Join(all, "\n")
}

// nothingHalf looks for files that are not what they are to be.
func nothingHalf(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() == 0 && evidence.Marked(d.Name()) == 0 || strings.HasSuffix(path, durable.Partial) {
			t.Errorf("half-written: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// mend makes room: what could not be sealed is, and the evidence verifies, but
// for what is not there. What was not sent is sent now.
func mend(t *testing.T, b *visittest.Bench, dir, id string, uploads int) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, "full")); err != nil {
		t.Fatal(err)
	}
	faults := 1 // the site's word
	if uploads == 0 {
		faults = 0
		b.Carrier, b.Tell = harbor.Carrier(), nil
		b.Later(afterDown)
		if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Evidence.SealLeft(t.Context(), visittest.Moor, id, "", evidence.Sealing{}); err != nil {
		t.Error(err)
	}
	var told []audit.Fault
	a := audit.Audit{Store: b.Evidence, Ledger: b.Ledger, Tell: func(f audit.Fault) { told = append(told, f) }}
	if _, err := a.Account(t.Context(), visittest.Moor); err != nil || len(told) != faults {
		t.Errorf("the evidence does not verify: %v, %+v", err, told)
	}
	if rev := b.Get(id).Current(); rev.State != submission.Accepted || b.Uploads(number) != 1 {
		t.Errorf("%s (%s), %d uploads", rev.State, rev.Why, b.Uploads(number))
	}
}

const afterDown = 6 * time.Minute
