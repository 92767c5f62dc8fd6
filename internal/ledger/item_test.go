package ledger_test

import (
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// TestItemsOfSomethingElse: an item whose name holds a colon is no account,
// whatever wrote it: lists leave it out, and a takeover does not touch it.
func TestItemsOfSomethingElse(t *testing.T) {
	l, w := rig(t)
	entered(t, l, "h1", 1)
	other := ledger.Account{Name: "other:thing", Version: 1, Visits: []ledger.Visiting{
		{Fence: 1, Lease: submission.Lease{Owner: "h1", Until: w.now.Add(time.Minute)}},
	}}
	if err := w.StoreAccount(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if list, err := l.Accounts(t.Context()); err != nil || len(list) != 1 || list[0].Name != "acme" {
		t.Errorf("accounts: %+v, %v", list, err)
	}
	if list, err := l.Sites(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("sites: %+v, %v", list, err)
	}
	w.kill("h1")
	w.pass(time.Hour)
	if _, err := l.Takeover(t.Context(), "h2"); err != nil {
		t.Fatal(err)
	}
	for name, visits := range map[string]int{"acme": 0, other.Name: 1} {
		if a, err := l.Account(t.Context(), name); err != nil || len(a.Visits) != visits {
			t.Errorf("after the takeover %s has %d visits, %v; want %d", name, len(a.Visits), err, visits)
		}
	}
}
