package intake_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

func TestAFileBecomesASubmission(t *testing.T) {
	w := newWorld(t)
	content := invoice(t, "A-1", 12345)
	path := w.put("anything at all.TXT", content)
	r := w.one()
	if r.Status != intake.Taken || r.Verdict != ledes.Accepted || r.Account != "harbor-main" || r.File != "anything at all.TXT" {
		t.Fatalf("result %+v", r)
	}
	sum := sha256.Sum256([]byte(content))
	sha := hex.EncodeToString(sum[:])
	rev := w.ledger.items[key("A-1")].Revisions[0]
	day := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	want := submission.Revision{
		Number: 1, State: submission.Ready, Matter: "2025-0417", ClientMatter: "CL-9", Date: day,
		Total: ledes.Cents(12345), Format: ledes.LEDES1998B,
		Object: submission.Object{Name: "anything at all.TXT", Path: "staged/" + sha[:2] + "/" + sha + ".txt", SHA: sha, Canon: rev.Object.Canon, Size: int64(len(content))},
	}
	if diff := cmp.Diff(want, rev); diff != "" {
		t.Errorf("revision (-want +got):\n%s", diff)
	}
	wantInvoice := []intake.Invoice{{Number: "A-1", Total: ledes.Cents(12345), ID: w.ledger.items[key("A-1")].ID, Row: 1, Became: intake.First}}
	if diff := cmp.Diff(wantInvoice, r.Invoices); diff != "" {
		t.Errorf("invoices (-want +got):\n%s", diff)
	}
	copied := filepath.Join(w.options.State, rev.Object.Path)
	if got, err := os.ReadFile(copied); err != nil || string(got) != content {
		t.Errorf("copy: %q, %v", got, err)
	}
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("copy: %v, %v", info.Mode(), err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != content {
		t.Errorf("the file in the inbox: %q, %v", got, err)
	}
}

func TestSeveralInvoicesBecomeSeveralSubmissions(t *testing.T) {
	w := newWorld(t)
	first, second := newInvoice("A-1", 100), newInvoice("A-2", 200)
	second.Lines[0].Expense = "E999" // a warning that only concerns the second
	w.put("both.txt", file(t, first, second))
	r := w.one()
	if len(r.Invoices) != 2 || r.Verdict != ledes.Warned {
		t.Fatalf("result %+v", r)
	}
	for number, findings := range map[string]int{"A-1": 0, "A-2": 1} {
		rev := w.ledger.items[key(number)].Revisions[0]
		if len(rev.Findings) != findings {
			t.Errorf("%s: findings %v", number, rev.Findings)
		}
		content, err := os.ReadFile(filepath.Join(w.options.State, rev.Object.Path))
		if err != nil {
			t.Fatal(err)
		}
		f, err := ledes.Read(strings.NewReader(string(content)), ledes.Options{})
		if err != nil || len(f.Invoices) != 1 || f.Invoices[0].Number != number || f.SHA != rev.Object.SHA || f.Canon != rev.Object.Canon {
			t.Errorf("%s: its copy holds %+v, %v", number, f.Invoices, err)
		}
	}
}

// TestScanningAgain counts what reaches the ledger.
// TestOneInvoiceAFile: a carrier that takes one invoice in a file is no reason to refuse
// several. What the ledger keeps of what is odd shows no more of the file than a value.
func TestOneInvoiceAFile(t *testing.T) {
	w := newWorld(t, func(o *intake.Options) {
		c := o.Accounts["harbor-main"]
		c.Profile.SingleInvoice = true
		o.Accounts["harbor-main"] = c
	})
	w.put("two.txt", file(t, newInvoice("A-1", 100), newInvoice("A-2", 100))+"\r\n")
	r := w.scan()["two.txt"]
	if r.Status != intake.Taken || len(r.Invoices) != 2 || len(r.Findings) != 1 || r.Findings[0].Code != ledes.CodeBlankLine {
		t.Fatalf("%+v", r)
	}
	w.put("bad.txt", strings.Replace(invoice(t, "A-3", 100), "20260", "2026-", 1))
	for _, f := range w.scan()["bad.txt"].Findings {
		if f.Excerpt != nil || f.Code == ledes.CodeDate && f.Value == "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestScanningAgain(t *testing.T) {
	w := newWorld(t)
	w.put("good.txt", invoice(t, "A-1", 100))
	w.put("bad.txt", "nonsense")
	w.scan()
	if again := w.scan(); w.ledger.calls != 2 || again["good.txt"].Status != intake.Unchanged || again["bad.txt"].Status != intake.Unchanged {
		t.Errorf("second scan: %d calls, %+v", w.ledger.calls, again)
	}
	w.start() // a newer program may judge better what was refused
	if again := w.scan(); w.ledger.calls != 3 || again["good.txt"].Status != intake.Unchanged || again["bad.txt"].Status != intake.Quarantined {
		t.Errorf("scan of the next program: %d calls, %+v", w.ledger.calls, again)
	}
	w.clock.now = w.clock.now.Add(25 * time.Hour)
	if again := w.scan(); w.ledger.calls != 5 || again["good.txt"].Invoices[0].Became != intake.Known {
		t.Errorf("scan a day later: %d calls, %+v", w.ledger.calls, again)
	}
	if err := os.WriteFile(w.path("state/intake.json"), []byte("[{"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	if again := w.scan(); again["good.txt"].Invoices[0].Became != intake.Known || len(w.ledger.items) != 2 {
		t.Errorf("scan without an index: %+v", again)
	}
}

func TestTheIndexForgetsWhatIsGone(t *testing.T) {
	w := newWorld(t)
	path := w.put("a.txt", invoice(t, "A-1", 100))
	w.scan()
	for _, there := range []bool{true, false} {
		index, err := os.ReadFile(w.path("state/intake.json"))
		if err != nil || strings.Contains(string(index), "a.txt") != there {
			t.Errorf("index %s, %v; want the file in it: %v", index, err, there)
		}
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		w.scan()
	}
}

func TestAChangedFileIsTheNextRevision(t *testing.T) {
	w := newWorld(t)
	path := w.put("a.txt", invoice(t, "A-1", 100))
	at := time.Now().Add(-time.Minute)
	w.date(path, at)
	w.scan()
	w.put("a.txt", invoice(t, "A-1", 200)) // as many bytes
	w.date(path, at)                       // and the same time
	if r := w.one(); r.Status != intake.Taken || r.Invoices[0].Became != intake.Revised {
		t.Errorf("result %+v", r)
	}
	if n := len(w.ledger.items[key("A-1")].Revisions); n != 2 {
		t.Errorf("%d revisions", n)
	}
}

// TestOrderOfArrival: of two files with one invoice the later is the later
// revision, whatever they are called.
func TestOrderOfArrival(t *testing.T) {
	w := newWorld(t)
	w.date(w.put("z.txt", invoice(t, "A-1", 100)), time.Now().Add(-2*time.Minute))
	w.date(w.put("a.txt", invoice(t, "A-1", 200)), time.Now().Add(-time.Minute))
	w.scan()
	revs := w.ledger.items[key("A-1")].Revisions
	if len(revs) != 2 || revs[1].Object.Name != "a.txt" {
		t.Errorf("revisions %+v", revs)
	}
}

func TestQuarantine(t *testing.T) {
	w := newWorld(t)
	for name, content := range map[string]string{
		"empty.txt":    "",
		"binary.txt":   "\x00\x01\x02\x03",
		"huge.txt":     strings.Repeat("x", ledes.MaxSize+1),
		"sums.txt":     strings.Replace(file(t, newInvoice("A-1", 100), newInvoice("A-2", 100)), "1.00", "1.01", 1),
		"scan.pdf":     "%PDF-1.4 and so on",
		"xml.txt":      "<?xml version='1.0'?><ledesxmlebilling2.2>",
		"long line.tx": strings.Repeat("x", ledes.MaxLine+1),
	} {
		w.put(name, content)
	}
	w.put("good.txt", invoice(t, "A-3", 100))
	results := w.scan()
	for name, r := range results {
		if name == "good.txt" {
			continue
		}
		if r.Status != intake.Quarantined || r.Verdict != ledes.Rejected || r.Needs != carriers.Biller || len(r.Findings) == 0 || len(r.Invoices) != 0 {
			t.Errorf("%s: %+v", name, r)
		}
		rev := w.ledger.items[submission.Key{Account: "harbor-main", Object: name}].Revisions[0]
		if rev.State != submission.Quarantined || rev.Object.Path != "" || rev.Why == "" || rev.Needs != carriers.Biller || len(rev.Findings) == 0 {
			t.Errorf("%s: revision %+v", name, rev)
		}
	}
	if len(results) != 8 || len(w.ledger.items) != 8 || results["good.txt"].Status != intake.Taken {
		t.Errorf("%d results, %d submissions, good: %+v", len(results), len(w.ledger.items), results["good.txt"])
	}
}

func TestTheCarrierDecides(t *testing.T) {
	w := newWorld(t, func(o *intake.Options) {
		c := o.Accounts["harbor-main"]
		o.Accounts["harbor-98bi"] = carriers.Carrier{Name: "other", Title: "Other", Accepts: []ledes.Format{ledes.LEDES98BI}}
		c.Profile.NumberChars = "A1"
		o.Accounts["harbor-main"] = c
	})
	w.folder("inbox/harbor-98bi")
	content := invoice(t, "A-1", 100)
	w.put("a.txt", content)
	if err := os.WriteFile(w.path("inbox/harbor-98bi/b.txt"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	results := w.scan()
	for name, code := range map[string]string{"a.txt": ledes.CodeNumberChars, "b.txt": intake.CodeNotAccepted} {
		if r := results[name]; r.Status != intake.Quarantined || r.Findings[0].Code != code {
			t.Errorf("%s: %+v", name, r)
		}
	}
	w.options.Accounts["harbor-main"] = carriers.Carrier{Profile: ledes.Profile{Require: []string{"CLAIM"}}}
	if _, err := intake.New(w.options); err == nil || !strings.Contains(err.Error(), "CLAIM") {
		t.Errorf("a wrong profile: %v", err)
	}
}

func TestLedgerFailures(t *testing.T) {
	w := newWorld(t)
	w.put("a.txt", file(t, newInvoice("A-1", 100), newInvoice("A-2", 200)))
	w.put("b.txt", invoice(t, "B-1", 100))
	w.ledger.fail = func(k submission.Key) error {
		if k.Number == "A-2" {
			return errors.New("no")
		}
		return nil
	}
	results := w.scan()
	if r := results["a.txt"]; r.Status != intake.Left || r.Needs != carriers.Operator || !strings.Contains(r.Err.Error(), "A-2") {
		t.Errorf("result %+v", r)
	}
	if results["b.txt"].Status != intake.Taken {
		t.Errorf("another file: %+v", results["b.txt"])
	}
	w.ledger.fail = nil
	r := w.scan()["a.txt"]
	if r.Status != intake.Taken || r.Invoices[0].Became != intake.Known || r.Invoices[1].Became != intake.First {
		t.Errorf("the next scan: %+v", r)
	}
	w.put("c.txt", invoice(t, "C-1", 100))
	w.put("d.txt", invoice(t, "D-1", 100))
	before := w.ledger.calls
	w.ledger.fail = func(submission.Key) error { return fmt.Errorf("register: %w", ledger.ErrBusy) }
	if _, err := w.intake.Scan(t.Context()); !errors.Is(err, ledger.ErrBusy) || w.ledger.calls != before+1 {
		t.Errorf("a locked ledger: %v after %d calls", err, w.ledger.calls-before)
	}
}

func TestScanErrors(t *testing.T) {
	w := newWorld(t)
	w.put("a.txt", invoice(t, "A-1", 100))
	if err := os.RemoveAll(w.options.Inbox); err != nil {
		t.Fatal(err)
	}
	if _, err := w.intake.Scan(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no inbox: %v", err)
	}
	w.options.State = w.path("nowhere")
	if _, err := intake.New(w.options); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no state folder: %v", err)
	}
}
