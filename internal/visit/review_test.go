package visit_test

import (
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// TestReview looks again at what was accepted, for the days in which the carrier
// may still change its mind.
func TestReview(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		fault   portal.Fault
		state   submission.State
		history string
		says    string
	}{
		"it stays": {state: submission.Accepted,
			history: "arrived intended answered reviewed reviewed reviewed", says: "still shows it as accepted"},
		"refused after two hours": {fault: portal.Fault{What: portal.RejectedLate, For: portal.Duration(2 * time.Hour)},
			state: submission.Rejected, history: "arrived intended answered looked-up", says: "budget of this matter is exhausted"},
		"refused after two days": {fault: portal.Fault{What: portal.RejectedLate, For: portal.Duration(2 * day)},
			state: submission.Rejected, history: "arrived intended answered reviewed reviewed looked-up", says: "budget of this matter is exhausted"},
		"gone after two hours": {fault: portal.Fault{What: portal.Gone, For: portal.Duration(2 * time.Hour)},
			state: submission.NeedsPerson, history: "arrived intended answered reviewed unsettled", says: "does not show it any more; it shows invoice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := visittest.New(t, harbor.Carrier())
			b.Register(visittest.Moor, "KNOWN", visittest.Invoice{}) // by which a search proves that it works
			visited(t, b.Visit(visittest.Moor))
			b.Later(time.Hour)
			if c.fault.What != "" {
				b.Fault(c.fault)
			}
			id := b.Register(visittest.Moor, number, visittest.Invoice{})
			visited(t, b.Visit(visittest.Moor))
			b.Portal.Faults().Clear()
			if got := b.Get(id).Current(); got.State != submission.Accepted {
				t.Fatalf("it is %s (%s)", got.State, got.Why)
			}
			for range 6 * 4 { // six days
				b.Later(6 * time.Hour)
				if due, err := b.Ledger.DueAccounts(t.Context()); err != nil || len(due) > 0 {
					visited(t, b.Visit(visittest.Moor))
				}
			}
			rev := b.Get(id).Current()
			entries, err := b.Ledger.History(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			last := entries[len(entries)-1]
			if rev.State != c.state || !strings.Contains(last.Why, c.says) || b.Uploads(number) != 1 {
				t.Errorf("%s (%s), %d uploads; want %s", rev.State, last.Why, b.Uploads(number), c.state)
			}
			if last.Kind == submission.Reviewed && strings.Contains(rev.Why, c.says) {
				t.Errorf("a look from which nothing follows has changed why it stands where it stands: %s", rev.Why)
			}
			if got := history(t, b.Ledger, id); got != c.history {
				t.Errorf("the history is %q, want %q", got, c.history)
			}
			if _, due := b.Get(id).Due(); due {
				t.Error("it is looked at for ever")
			}
		})
	}
}

// TestNotAtHome: a ledger that is not the account's home looks, and files nothing.
func TestNotAtHome(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	sent := unsure(t, b, "INV-0")
	b.ByHand("INV-0", visittest.Matter, visittest.Total, 0)
	there := b.Register(visittest.Moor, "INV-1", visittest.Invoice{})
	b.ByHand("INV-1", visittest.Matter, visittest.Total, 0)
	id := b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	b.Later(5 * time.Minute)
	v := b.Visit(visittest.Moor)
	v.Account.Home = "another"
	visited(t, v)
	for id, want := range map[string]submission.State{sent: submission.Accepted, there: submission.Accepted, id: submission.Ready} {
		if got := b.Get(id).Current(); got.State != want {
			t.Errorf("%s is %s (%s), want %s", b.Get(id).Key.Number, got.State, got.Why, want)
		}
	}
	if got := b.Get(id).Current(); got.Needs != carriers.Operator || !strings.Contains(got.Why, "the home of account moor is the ledger another") {
		t.Errorf("it needs the %s: %s", got.Needs, got.Why)
	}
	if n := b.Uploads("INV-0") + b.Uploads("INV-1") + b.Uploads("INV-2"); n != 0 {
		t.Errorf("%d uploads", n)
	}
	name, err := b.Ledger.Name(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.Later(2 * time.Hour)
	v = b.Visit(visittest.Moor)
	v.Account.Home = name
	visited(t, v)
	if got := b.Get(id).Current(); got.State != submission.Accepted || b.Uploads("INV-2") != 1 {
		t.Errorf("at home it is %s (%s), %d uploads", got.State, got.Why, b.Uploads("INV-2"))
	}
}

// TestLooksOnly: what is to be filed stays, what was sent is looked up.
func TestLooksOnly(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.Fault(portal.Fault{What: portal.UnknownAfter, Next: 1}, portal.Fault{What: portal.Lag, Next: 1, For: portal.Duration(time.Minute)})
	sent := b.Register(visittest.Moor, "SENT", visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	if got := b.Get(sent).Current().State; got != submission.Uncertain {
		t.Fatalf("it is %s", got)
	}
	ready := b.Register(visittest.Moor, "READY", visittest.Invoice{})
	b.Later(time.Hour)
	v := b.Visit(visittest.Moor)
	v.LooksOnly = true
	if report := visited(t, v); report.Done != 1 {
		t.Errorf("%d were worked on, want the one that was sent", report.Done)
	}
	for id, want := range map[string]submission.State{sent: submission.Accepted, ready: submission.Ready} {
		if got := b.Get(id).Current(); got.State != want {
			t.Errorf("%s (%s), want %s", got.State, got.Why, want)
		}
	}
	if n := b.Uploads("READY"); n != 0 {
		t.Errorf("filed %d times by a visit that only looks", n)
	}
}

// TestNoReviewOfABlindSite: what is accepted where nothing can be looked up is done.
func TestNoReviewOfABlindSite(t *testing.T) {
	t.Parallel()
	c := harbor.Carrier()
	c.History = carriers.History{Blind: "its history is closed to vendors"}
	b := visittest.New(t, c)
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	if at, due := b.Get(id).Due(); due {
		t.Errorf("it is %s, and looked at again at %s", b.Get(id).Current().State, at)
	}
}
