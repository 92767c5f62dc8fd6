package seed

import (
	"path/filepath"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

// TestFates: whatever becomes of an invoice, the rules have written it, its
// history leads to what is stored, and every state is met.
func TestFates(t *testing.T) {
	e, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	month := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	o := Options{Accounts: Accounts(12, "harbor"), Invoices: 20, Month: month}
	if err := Month(t.Context(), e, o); err != nil {
		t.Fatal(err)
	}
	teller := newTeller(e, o)
	for f := accepted; f <= cancelled; f++ {
		if err := teller.invoice(t.Context(), 100+int(f), o, f); err != nil {
			t.Fatalf("fate %d: %v", f, err)
		}
	}
	list, err := e.List(t.Context(), ledger.Query{From: month, To: month.AddDate(0, 1, 0)})
	if err != nil || len(list) != o.Invoices+int(cancelled)+1 {
		t.Fatalf("%d arrived in the month: %v", len(list), err)
	}
	seen := map[submission.State]bool{}
	for _, sum := range list {
		seen[sum.State] = true
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
		if !seen[s] {
			t.Errorf("none is %s", s)
		}
	}
}
