package intake_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/intake"
	"golang.org/x/sys/unix"
)

// TestHostileNames uses names that only some systems allow.
func TestHostileNames(t *testing.T) {
	w := newWorld(t)
	names := []string{
		"line\nbreak.txt", "\x1b[31mred.txt", "\xff\xfe.txt", `"quoted".txt`, `back\slash.txt`, "--json", "a|b[].txt", "$(rm).txt",
		"\u202egnp.txt", `"\xff\xfe.txt"`, "..txt..", strings.Repeat("n", 255), strings.Repeat("n", 254) + "m",
	}
	for i, name := range names {
		if strings.HasPrefix(name, ".") {
			names[i] = "x" + name
		}
		w.put(names[i], "nonsense "+name)
	}
	results := w.scan()
	if len(results) != len(names) || len(w.ledger.items) != len(names) {
		t.Errorf("%d files gave %d results and %d submissions", len(names), len(results), len(w.ledger.items))
	}
	for name, r := range results {
		if r.Status != intake.Quarantined || len(name) > 600 || strings.ContainsAny(name, "\n\x1b\u202e") {
			t.Errorf("%q: %+v", name, r)
		}
	}
	if w.scan(); w.ledger.calls != len(names) {
		t.Errorf("the second scan registered %d again", w.ledger.calls-len(names))
	}
}

// TestUnreadable takes the right to read away, from root too: its thread looks
// at files as a user who owns none.
func TestUnreadable(t *testing.T) {
	w := newWorld(t)
	path := w.put("secret.txt", invoice(t, "A-1", 100))
	w.put("good.txt", invoice(t, "A-2", 100))
	private := filepath.Dir(filepath.Dir(w.options.Inbox)) // the test's own folder
	if err := errors.Join(os.Chmod(path, 0o600), os.Chmod(w.options.State, 0o777), os.Chmod(private, 0o755)); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := unix.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := unix.Setfsuid(0); err != nil {
				t.Error(err)
			}
		}()
	} else if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	results := w.scan()
	r := results["secret.txt"]
	if r.Status != intake.Left || r.Needs != carriers.Operator || !errors.Is(r.Err, os.ErrPermission) {
		t.Errorf("result %+v", r)
	}
	if strings.Contains(r.Err.Error(), "secret.txt") {
		t.Errorf("the error repeats the raw name: %v", r.Err)
	}
	if results["good.txt"].Status != intake.Taken {
		t.Errorf("another file: %+v", results["good.txt"])
	}
}
