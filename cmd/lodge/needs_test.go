package main

import (
	"slices"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/submission"
)

// TestDeadlinesAreTold: what the carrier refuses, or soon will, while it waits for
// Lodge alone, is the operator's to know; what has somebody already is told as that.
func TestDeadlinesAreTold(t *testing.T) {
	w := newWorld(t)
	l := w.filled(ready(), ready(), ready(), rejected(), accepted())
	days := func(number string, ago, arrived int) {
		w.change(l, number, func(s *submission.Submission) {
			s.Revisions[0].Date = noon.AddDate(0, 0, -ago)
			s.CreatedAt = noon.AddDate(0, 0, -arrived)
		})
	}
	days("INV-0001", 800, 0) // harbor takes two years
	days("INV-0002", 727, 2)
	days("INV-0003", 727, 0) // came just now, and will be filed in a minute
	days("INV-0004", 800, 2)
	days("INV-0005", 800, 2)
	c, err := w.app.settings()
	if err != nil {
		t.Fatal(err)
	}
	late, err := (&works{app: w.app, config: c, ledger: l}).late(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]notify.What{}
	for _, i := range late {
		got[i.Invoice] = i.What
		if i.Who != carriers.Operator || i.Since.IsZero() || i.Key == "" {
			t.Errorf("%+v", i)
		}
	}
	if len(got) != 2 || got["INV-0001"] != notify.Late || got["INV-0002"] != notify.NearlyLate {
		t.Errorf("told: %v", got)
	}
	if len(late) == 2 && late[0].ID == late[1].ID {
		t.Error("two invoices have one ID")
	}
	all, err := (&works{app: w.app, config: c, ledger: l, tellers: &tellers{}}).needs(t.Context(), round{})
	if err != nil || !slices.ContainsFunc(all, func(i notify.Item) bool { return i.What == notify.Late }) {
		t.Errorf("needs somebody: %v, %v", all, err)
	}
	if n, err := l.CountOf(t.Context(), ledger.Query{Unfiled: true}); err != nil || n != 4 {
		t.Errorf("%d have not been filed, %v", n, err)
	}
}
