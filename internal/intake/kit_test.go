package intake_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// A world is an inbox, a state folder, a ledger and a clock for one test.
type world struct {
	t       *testing.T
	options intake.Options
	ledger  *fakeLedger
	clock   *fakeClock
	intake  *intake.Intake
}

// newWorld has one account, "harbor-main", with a folder. The clock stands an
// hour after now, so that files written during the test have settled.
func newWorld(t *testing.T, change ...func(*intake.Options)) *world {
	t.Helper()
	base := t.TempDir()
	w := &world{t: t, ledger: &fakeLedger{}, clock: &fakeClock{time.Now().Add(time.Hour)}}
	w.options = intake.Options{
		Inbox: filepath.Join(base, "inbox"),
		State: filepath.Join(base, "state"),
		Accounts: map[string]carriers.Carrier{
			"harbor-main": {Name: "harbor", Title: "Harbor Mutual", Accepts: []ledes.Format{ledes.LEDES1998B}},
		},
		Ledger: w.ledger,
		Clock:  w.clock,
	}
	for _, c := range change {
		c(&w.options)
	}
	w.folder("inbox/harbor-main")
	w.folder("state")
	w.start()
	return w
}

// start begins a new program over the same folders.
func (w *world) start() {
	w.t.Helper()
	if w.options.Staged.Store == nil {
		folder, err := objects.OpenFolder(w.options.State)
		if err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(func() { folder.Close() })
		w.options.Staged.Store = folder
	}
	in, err := intake.New(w.options)
	if err != nil {
		w.t.Fatal(err)
	}
	w.intake = in
	w.t.Cleanup(func() { in.Close() })
}

func (w *world) path(name string) string {
	return filepath.Join(filepath.Dir(w.options.Inbox), name)
}

func (w *world) folder(name string) {
	w.t.Helper()
	if err := os.MkdirAll(w.path(name), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

// put writes a file into the account's folder.
func (w *world) put(name, content string) string {
	w.t.Helper()
	path := filepath.Join(w.options.Inbox, "harbor-main", name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// date sets when a file was last changed.
func (w *world) date(path string, at time.Time) {
	w.t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		w.t.Fatal(err)
	}
}

// scan scans and returns the results by file, or by account for folders.
func (w *world) scan() map[string]intake.Result {
	w.t.Helper()
	results, err := w.intake.Scan(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	byName := map[string]intake.Result{}
	for _, r := range results {
		name := r.File
		if name == "" {
			name = r.Account
		}
		byName[name] = r
	}
	return byName
}

// one scans and returns the result of the only file.
func (w *world) one() intake.Result {
	w.t.Helper()
	results, err := w.intake.Scan(w.t.Context())
	if err != nil || len(results) != 1 {
		w.t.Fatalf("results %+v, %v", results, err)
	}
	return results[0]
}

// invoice is a LEDES file of one invoice with one line.
func invoice(t testing.TB, number string, cents int64) string {
	t.Helper()
	return file(t, newInvoice(number, cents))
}

func newInvoice(number string, cents int64) ledes.Invoice {
	day := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	return ledes.Invoice{
		Number: number, ClientID: "NORTHQUAY", Matter: "2025-0417", ClientMatter: "CL-9", LawFirmID: "74-2210934",
		Date: day, Start: day, End: day, Total: ledes.Cents(cents),
		Lines: []ledes.Line{{
			Number: "1", Kind: ledes.Expense, Date: day, Expense: "E101", Description: "Copies",
			Units: ledes.Cents(100), UnitCost: ledes.Cents(cents), Total: ledes.Cents(cents),
		}},
	}
}

func file(t testing.TB, invoices ...ledes.Invoice) string {
	t.Helper()
	var out bytes.Buffer
	if err := ledes.Write(&out, invoices...); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

type fakeClock struct{ now time.Time }

func (c *fakeClock) Now() time.Time      { return c.now }
func (c *fakeClock) Boot() time.Duration { return 0 }

// A fakeLedger knows bytes again and numbers revisions; it has no states.
type fakeLedger struct {
	items map[submission.Key]submission.Submission
	calls int
	fail  func(submission.Key) error
}

func (l *fakeLedger) Register(_ context.Context, carrier string, key submission.Key, rev submission.Revision, _ string) (ledger.Registered, error) {
	l.calls++
	if l.fail != nil {
		if err := l.fail(key); err != nil {
			return ledger.Registered{}, err
		}
	}
	if rev.Object.Name == "" || rev.Object.SHA == "" || rev.Object.Canon == "" {
		return ledger.Registered{}, fmt.Errorf("object %+v", rev.Object)
	}
	s := l.items[key]
	s.ID, s.Key, s.Carrier = fmt.Sprint(key), key, carrier
	for _, r := range s.Revisions {
		if r.Object.Canon == rev.Object.Canon {
			return ledger.Registered{Submission: s, Row: 2, Known: true}, nil
		}
	}
	rev.Number = len(s.Revisions) + 1
	s.Revisions = append(s.Revisions, rev)
	if l.items == nil {
		l.items = map[submission.Key]submission.Submission{}
	}
	l.items[key] = s
	return ledger.Registered{Submission: s, Row: 1}, nil
}

// key is the key of an invoice of newInvoice.
func key(number string) submission.Key {
	return submission.Key{Account: "harbor-main", LawFirmID: "74-2210934", ClientID: "NORTHQUAY", Number: number}
}
