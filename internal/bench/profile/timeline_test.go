package profile

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A step that is done twice has two rows, one that few had has none, and numbers
// and addresses make no difference.
func TestRows(t *testing.T) {
	begun := time.Unix(1000, 0)
	at := func(ms int) time.Time { return begun.Add(time.Duration(ms) * time.Millisecond) }
	var all timeline
	for i, number := range []string{"PRO-0001", "PRO-0002", "PRO-0003"} {
		a := attempt{begun: begun, moments: []moment{
			{"take a picture", at(50 + i), 5 * time.Millisecond},
			{"await " + number, at(30 + i), 0},
			{"take a picture", at(10 + i), 7 * time.Millisecond},
			{"open https://127.0.0.1:123/invoices", at(5), time.Millisecond},
		}}
		if i == 0 {
			a.moments = append(a.moments, moment{"a dialog", at(20), 0})
		}
		all = append(all, a)
	}
	var got []string
	for _, r := range all.rows() {
		got = append(got, r.what)
	}
	want := []string{"open /invoices", "take a picture", "await NUMBER", "take a picture (2)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadMoves(t *testing.T) {
	log := filepath.Join(t.TempDir(), "run.log")
	text := "account-1: logging in\n" +
		`time=2026-11-22T04:00:00.250Z level=INFO msg=moved account=one attempt=01A event=answered state=accepted why="x"` + "\n"
	if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readMoves(log)
	if err != nil || len(got) != 1 || len(got["01A"]) != 1 || got["01A"][0].what != "ledger: answered, accepted" ||
		got["01A"][0].at.Nanosecond() != 250e6 {
		t.Errorf("%+v, %v", got, err)
	}
}
