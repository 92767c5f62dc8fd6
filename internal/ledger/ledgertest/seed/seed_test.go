package seed

import (
	"path/filepath"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

// TestMonth: the ledger is one that the rules have written, every history leads
// to what is stored, and all that can become of an invoice is there.
func TestMonth(t *testing.T) {
	e, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	month := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	if err := Month(t.Context(), e, Options{Accounts: Accounts(12, "harbor"), Invoices: 400, Month: month}); err != nil {
		t.Fatal(err)
	}
	list, err := e.List(t.Context(), ledger.Query{From: month, To: month.AddDate(0, 1, 0)})
	if err != nil || len(list) != 400 {
		t.Fatalf("%d arrived in the month, want 400: %v", len(list), err)
	}
	seen := map[submission.State]int{}
	needs := 0
	for _, sum := range list {
		seen[sum.State]++
		if sum.Needs != "" {
			needs++
		}
		s, err := e.Load(t.Context(), sum.ID)
		if err != nil {
			t.Fatal(err)
		}
		history, err := e.History(t.Context(), sum.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := submission.Replay(s.Key, s.Carrier, history); err != nil || got.Current().State != sum.State {
			t.Fatalf("%s: its history leads to %q, the ledger has %q: %v", s.Key, got.Current().State, sum.State, err)
		}
	}
	for _, s := range []submission.State{submission.Accepted, submission.Submitted, submission.Rejected, submission.NeedsPerson, submission.Quarantined,
		submission.Ready, submission.Uncertain, submission.Cancelled} {
		if seen[s] == 0 {
			t.Errorf("none is %s: %v", s, seen)
		}
	}
	if needs < 15 || needs > 60 {
		t.Errorf("%d of 400 need somebody", needs)
	}
}
