package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// A counter counts what reaches the ledger.
type counter struct{ n int }

func (c *counter) Register(context.Context, string, submission.Key, submission.Revision, string) (ledger.Registered, error) {
	c.n++
	return ledger.Registered{}, nil
}

// A disk has room for some files.
type disk struct {
	objects.Store
	left int
}

func (d *disk) Create(ctx context.Context, name string, data []byte) error {
	if d.left--; d.left < 0 {
		return fmt.Errorf("write: %w", syscall.ENOSPC)
	}
	return d.Store.Create(ctx, name, data)
}

// TestTheDiskFillsUp while the second copy of a file is made: nothing of the file
// is registered, the scan goes on, the next one takes it.
func TestTheDiskFillsUp(t *testing.T) {
	base := t.TempDir()
	inbox := filepath.Join(base, "inbox", "a")
	if err := errors.Join(os.MkdirAll(inbox, 0o755), os.Mkdir(filepath.Join(base, "state"), 0o755)); err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	var invoices []ledes.Invoice
	for _, number := range []string{"A-1", "A-2"} {
		invoices = append(invoices, ledes.Invoice{
			Number: number, ClientID: "C", Matter: "M", LawFirmID: "L", Date: day, Start: day, End: day, Total: ledes.Cents(1),
			Lines: []ledes.Line{{Number: "1", Kind: ledes.Expense, Date: day, Expense: "E101", Units: ledes.Cents(100), UnitCost: ledes.Cents(1), Total: ledes.Cents(1)}},
		})
	}
	var content bytes.Buffer
	if err := ledes.Write(&content, invoices...); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	path := filepath.Join(inbox, "both.txt")
	if err := errors.Join(os.WriteFile(path, content.Bytes(), 0o644), os.Chtimes(path, old, old)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(inbox, "z.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	folder, err := objects.OpenFolder(filepath.Join(base, "state"))
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	count, disk := &counter{}, &disk{Store: folder}
	in, err := New(Options{
		Inbox: filepath.Dir(inbox), State: filepath.Join(base, "state"), Settle: time.Nanosecond, Staged: staged.Copies{Store: disk}, Ledger: count, Clock: clock.System{},
		Accounts: map[string]carriers.Carrier{"a": {Name: "a", Accepts: []ledes.Format{ledes.LEDES1998B}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	disk.left = 1
	results, err := in.Scan(t.Context())
	if err != nil || len(results) != 2 || count.n != 1 {
		t.Fatalf("results %+v, %d registered, %v", results, count.n, err)
	}
	if r := results[0]; r.Status != Left || !errors.Is(r.Err, syscall.ENOSPC) || r.Needs != carriers.Operator {
		t.Errorf("result %+v", r)
	}
	if results[1].Status != Quarantined {
		t.Errorf("the other file: %+v", results[1])
	}
	disk.left = 2
	if results, err = in.Scan(t.Context()); err != nil || results[0].Status != Taken || count.n != 3 {
		t.Errorf("the next scan: %+v, %d registered, %v", results, count.n, err)
	}
}
