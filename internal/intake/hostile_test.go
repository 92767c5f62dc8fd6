package intake_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/submission"
	"golang.org/x/sys/unix"
)

func TestUnfinishedFilesAreLeftAlone(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{".hidden", ".a.txt.swp", "a.txt.part", "a.txt.TMP", "a.txt.crdownload", "a.txt.filepart", "a.txt~", "~$a.txt"} {
		w.put(name, invoice(t, "A-1", 100))
	}
	if results := w.scan(); len(results) != 0 || w.ledger.calls != 0 {
		t.Errorf("results %+v", results)
	}
}

func TestAFileSettles(t *testing.T) {
	w := newWorld(t, func(o *intake.Options) { o.Settle = 10 * time.Second })
	path := w.put("a.txt", invoice(t, "A-1", 100))
	w.date(path, w.clock.now.Add(-9*time.Second))
	if r := w.one(); r.Status != intake.Waiting || !r.Until.Equal(w.clock.now.Add(time.Second)) {
		t.Errorf("too early: %+v", r)
	}
	w.clock.now = w.clock.now.Add(time.Second)
	if r := w.one(); r.Status != intake.Taken {
		t.Errorf("in time: %+v", r)
	}
}

// TestAFileFromTheFuture settles by the clock of the program, also when the
// program ends meanwhile; a change begins the wait anew.
func TestAFileFromTheFuture(t *testing.T) {
	w := newWorld(t, func(o *intake.Options) { o.Settle = 10 * time.Second })
	path := w.put("a.txt", "LEDES")
	future := w.clock.now.Add(1000 * time.Hour)
	w.date(path, future)
	if r := w.one(); r.Status != intake.Waiting {
		t.Fatalf("at first sight: %+v", r)
	}
	w.clock.now = w.clock.now.Add(9 * time.Second)
	w.put("a.txt", invoice(t, "A-1", 100))
	w.date(path, future)
	w.start()
	if r := w.one(); r.Status != intake.Waiting || !r.Until.Equal(w.clock.now.Add(10*time.Second)) {
		t.Errorf("after a change: %+v", r)
	}
	w.clock.now = w.clock.now.Add(10 * time.Second)
	w.start()
	if r := w.one(); r.Status != intake.Taken {
		t.Errorf("settled: %+v", r)
	}
}

func TestTheWatermark(t *testing.T) {
	w := newWorld(t, func(o *intake.Options) { o.Watermark = time.Now().Add(-time.Hour) })
	path := w.put("old.txt", invoice(t, "A-1", 100))
	other := w.put("other.txt", invoice(t, "A-2", 100))
	before := w.options.Watermark.Add(-time.Second)
	w.date(path, before)
	w.date(other, before)
	w.date(w.put("at the mark.txt", invoice(t, "A-3", 100)), w.options.Watermark)
	results := w.scan()
	if results["old.txt"].Status != intake.Old || results["at the mark.txt"].Status != intake.Taken || len(w.ledger.items) != 1 {
		t.Fatalf("results %+v", results)
	}
	for name, account := range map[string]string{"missing.txt": "harbor-main", "old.txt": "nobody"} {
		if err := w.intake.Adopt(account, name, "jo"); err == nil {
			t.Errorf("%s of %s was adopted", name, account)
		}
	}
	if err := w.intake.Adopt("harbor-main", "old.txt", "jo"); err != nil {
		t.Fatal(err)
	}
	w.start()
	if results = w.scan(); results["old.txt"].Status != intake.Taken || results["other.txt"].Status != intake.Old {
		t.Errorf("after the adoption: %+v", results)
	}
	w.put("old.txt", invoice(t, "A-1", 999)) // another version, not adopted
	w.date(path, before.Add(-time.Second))
	if r := w.scan()["old.txt"]; r.Status != intake.Old {
		t.Errorf("another version: %+v", r)
	}
	list, err := os.ReadFile(w.path("state/adopted.jsonl"))
	if err != nil || !strings.Contains(string(list), `"who":"jo"`) {
		t.Errorf("list of adoptions %s, %v", list, err)
	}
}

func TestFoldersThatAreNoAccounts(t *testing.T) {
	w := newWorld(t)
	w.folder("inbox/unknown\x1b[2J")
	w.folder("inbox/.hidden")
	w.folder("elsewhere")
	stray := invoice(t, "A-1", 100)
	for _, path := range []string{"inbox/unknown\x1b[2J/a.txt", "inbox/stray.txt", "elsewhere/a.txt"} {
		if err := os.WriteFile(w.path(path), []byte(stray), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(w.path("inbox/harbor-main")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(w.path("elsewhere"), w.path("inbox/harbor-main")); err != nil {
		t.Fatal(err)
	}
	results := w.scan()
	for name, needs := range map[string]carriers.Person{`"unknown\x1b[2J"`: carriers.Operator, "stray.txt": carriers.Biller, "harbor-main": carriers.Biller} {
		if r := results[name]; r.Status != intake.Left || r.Err == nil || r.Needs != needs {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if len(results) != 3 || w.ledger.calls != 0 {
		t.Errorf("%d results, %d registered", len(results), w.ledger.calls)
	}
}

// TestWhatIsNoFile: nothing but regular files is opened, and none of the others
// stops the scan.
func TestWhatIsNoFile(t *testing.T) {
	w := newWorld(t)
	inbox := filepath.Join(w.options.Inbox, "harbor-main")
	outside := w.path("outside.txt")
	if err := os.WriteFile(outside, []byte(invoice(t, "A-1", 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	inside := w.put("real.txt", invoice(t, "A-2", 100))
	for name, make := range map[string]func(path string) error{
		"out.txt":    func(p string) error { return os.Symlink(outside, p) },
		"in.txt":     func(p string) error { return os.Symlink(inside, p) },
		"rel.txt":    func(p string) error { return os.Symlink("../../outside.txt", p) },
		"broken.txt": func(p string) error { return os.Symlink("nowhere", p) },
		"pipe.txt":   func(p string) error { return unix.Mkfifo(p, 0o644) },
		"folder.txt": func(p string) error { return os.Mkdir(p, 0o755) },
	} {
		if err := make(filepath.Join(inbox, name)); err != nil {
			t.Fatal(err)
		}
	}
	results := w.scan()
	for name, r := range results {
		if want := name == "real.txt"; (r.Status == intake.Taken) != want || (r.Err == nil) != want {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if len(results) != 7 || w.ledger.calls != 1 {
		t.Errorf("%d results, %d registered", len(results), w.ledger.calls)
	}
}

func TestCancelled(t *testing.T) {
	w := newWorld(t)
	w.put("a.txt", invoice(t, "A-1", 100))
	w.put("b.txt", invoice(t, "A-2", 100))
	ctx, cancel := context.WithCancel(t.Context())
	w.ledger.fail = func(submission.Key) error { cancel(); return nil }
	results, err := w.intake.Scan(ctx)
	if !errors.Is(err, context.Canceled) || len(results) != 1 || w.ledger.calls != 1 {
		t.Errorf("%d results, %d registered, %v", len(results), w.ledger.calls, err)
	}
	w.ledger.fail = nil
	if after := w.scan(); len(after) != 2 || len(w.ledger.items) != 2 {
		t.Errorf("the next scan: %+v", after)
	}
}
