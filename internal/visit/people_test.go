package visit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	sim "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// decide has ann decide something about a submission.
func decide(t *testing.T, b *visittest.Bench, id string, e submission.Event) submission.Submission {
	t.Helper()
	e.Who, e.Why = "ann", "I called them"
	s, err := b.Ledger.Decide(context.WithoutCancel(t.Context()), id, e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func byHand(b *visittest.Bench, t *testing.T) submission.Event {
	now, err := b.Ledger.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return submission.Event{Kind: submission.Decided, Want: submission.Submitted, SettleUntil: now.Add(b.Carrier.History.SettleAfter),
		Receipt: &carriers.Receipt{Status: "filed by hand", State: carriers.StateReceived}}
}

func visited(t *testing.T, v visit.Visit) visit.Report {
	t.Helper()
	report, err := v.Run(t.Context(), t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// unsure brings an invoice to where it may have been sent, and was not.
func unsure(t *testing.T, b *visittest.Bench, number string) string {
	t.Helper()
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	b.Fault(portal.Fault{What: portal.Reset, Next: 1})
	visited(t, b.Visit(visittest.Moor))
	b.Portal.Faults().Clear()
	if got := b.Get(id).Current().State; got != submission.Uncertain {
		t.Fatalf("%s is %s", number, got)
	}
	return id
}

// TestControl: an absence is worth something only if the same search shows an
// invoice that is known to be there. Without, two looks prove nothing.
func TestControl(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		known   func(b *visittest.Bench, t *testing.T)
		later   func(c *carriers.Carrier) // what becomes of the carrier once the invoice may have been sent
		control bool
		says    string
	}{
		"another is there": {known: func(b *visittest.Bench, t *testing.T) { b.Register(visittest.Moor, "KNOWN", visittest.Invoice{}) },
			control: true, says: "it shows invoice KNOWN"},
		"none is there": {says: "nothing checks that answer"},
		"another's is a person's word": {known: func(b *visittest.Bench, t *testing.T) {
			id := b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
			decide(t, b, id, byHand(b, t))
			decide(t, b, id, submission.Event{Kind: submission.Decided, Want: submission.Accepted, Receipt: &carriers.Receipt{Number: "1", State: carriers.StateAccepted}})
		}, says: "nothing checks that answer"},
		"another is gone from the history": {known: func(b *visittest.Bench, t *testing.T) { b.Register(visittest.Moor, "KNOWN", visittest.Invoice{}) },
			later: func(c *carriers.Carrier) { c.History.Window = time.Hour }, says: "nothing checks that answer"},
		"the search shows nothing any more": {known: func(b *visittest.Bench, t *testing.T) { b.Register(visittest.Moor, "KNOWN", visittest.Invoice{}) },
			later: forgetful, says: "does not show invoice KNOWN either"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := visittest.New(t, harbor.Carrier())
			if c.known != nil {
				c.known(b, t)
				visited(t, b.Visit(visittest.Moor))
			}
			id := unsure(t, b, number)
			if c.later != nil {
				c.later(&b.Carrier)
			}
			b.Carrier.History.TrustAbsence = true
			b.Later(2 * time.Hour)
			visited(t, b.Visit(visittest.Moor))
			first := b.Get(id).Current()
			if (len(first.Looks) == 1) != c.control || first.State != submission.Uncertain || !strings.Contains(first.Why, c.says) {
				t.Errorf("after one look it is %s, %d looks count, it says %q", first.State, len(first.Looks), first.Why)
			}
			for range 2 { // the second look; and the time at which it is due again
				b.Later(5 * time.Hour)
				visited(t, b.Visit(visittest.Moor))
			}
			want, uploads := submission.Uncertain, 0
			if c.control {
				want, uploads = submission.Accepted, 1 // absence is proven, and it is filed
			}
			if got := b.Get(id).Current(); got.State != want || b.Uploads(number) != uploads {
				t.Errorf("after two looks it is %s (%s); %d uploads", got.State, got.Why, b.Uploads(number))
			}
		})
	}
}

// TestControlEachTime: of what may have been sent before, the search is tried each time,
// even if it worked a moment ago for another invoice.
func TestControlEachTime(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	freed(t, b)
	const other = "OTHER"
	b.Register(visittest.Moor, other, visittest.Invoice{})
	b.Later(5 * time.Hour)
	worked := false // the search, for another invoice; it breaks right then
	find := func(ctx context.Context, s site, inv carriers.Invoice) ([]carriers.Found, error) {
		if worked {
			return nil, nil
		}
		worked = inv.Number == "KNOWN"
		return s.Site.Find(ctx, inv)
	}
	trusting := b.Carrier.History
	b.Carrier = with(site{find: find})
	b.Carrier.History = trusting
	_, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context())
	if carriers.KindOf(err) != carriers.SiteChanged || b.Uploads(other) != 1 || b.Uploads(number) != 0 {
		t.Errorf("%v; %d uploads of another, %d of the invoice", err, b.Uploads(other), b.Uploads(number))
	}
}

// forgetful is a history that shows nothing.
func forgetful(c *carriers.Carrier) {
	*c = with(site{find: func(context.Context, site, carriers.Invoice) ([]carriers.Found, error) { return nil, nil }})
}

// TestBrokenSearch: what a search does not show that no longer shows anything may be
// there all the same, filed by hand.
func TestBrokenSearch(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	forgetful(&b.Carrier)
	_, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context())
	if carriers.KindOf(err) != carriers.SiteChanged || !strings.Contains(err.Error(), "does not show invoice KNOWN") {
		t.Errorf("the visit ended with %v", err)
	}
	if rev := b.Get(id).Current(); rev.State != submission.Ready || rev.Needs != carriers.Author || b.Uploads(number) != 0 {
		t.Errorf("%s, %s is asked, %d uploads", rev.State, rev.Needs, b.Uploads(number))
	}
	b.Carrier = harbor.Carrier()
	b.Later(time.Hour)
	visited(t, b.Visit(visittest.Moor))
	if rev := b.Get(id).Current(); rev.State != submission.Accepted {
		t.Errorf("with a search that works: %s (%s)", rev.State, rev.Why)
	}
}

// TestNoControlBeforeTheSettleTime: an empty answer proves nothing then, and the
// site is not asked twice.
func TestNoControlBeforeTheSettleTime(t *testing.T) {
	t.Parallel()
	var asked []string
	b := visittest.New(t, with(site{find: func(ctx context.Context, s site, inv carriers.Invoice) ([]carriers.Found, error) {
		asked = append(asked, inv.Number)
		return s.Site.Find(ctx, inv)
	}}))
	b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	id := unsure(t, b, number)
	asked = nil
	v := b.Visit(visittest.Moor)
	v.LookUp = id
	visited(t, v)
	if got := strings.Join(asked, " "); got != number {
		t.Errorf("asked for %s before the settle time", got)
	}
	b.Later(time.Hour)
	visited(t, v)
	if got := strings.Join(asked, " "); got != number+" "+number+" KNOWN" {
		t.Errorf("asked for %s", got)
	}
}

// TestHeldWhileTheFormIsFilled: nothing is sent, it is nobody's failure, and the
// next invoice is filed.
func TestHeldWhileTheFormIsFilled(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	b.Tell = once(visit.StepSubmit, func() { decide(t, b, id, submission.Event{Kind: submission.Held}) })
	next := b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	s := b.Get(id)
	if rev := s.Current(); rev.State != submission.Ready || s.Lease.Owner != "" || b.Uploads(number) != 0 || !strings.Contains(rev.Why, "ann holds it back") {
		t.Errorf("%s (%s), leased to %q, %d uploads", rev.State, rev.Why, s.Lease.Owner, b.Uploads(number))
	}
	if got := b.Get(next).Current().State; got != submission.Accepted {
		t.Errorf("the next one is %s", got)
	}
	decide(t, b, id, submission.Event{Kind: submission.Released, Hold: submission.HoldPerson})
	visited(t, b.Visit(visittest.Moor))
	if got := b.Get(id).Current(); got.State != submission.Accepted || b.Uploads(number) != 1 {
		t.Errorf("once released it is %s (%s)", got.State, got.Why)
	}
}

// TestPausedMeanwhile stops a visit before its next submission.
func TestPausedMeanwhile(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	ids := []string{b.Register(visittest.Moor, number, visittest.Invoice{}), b.Register(visittest.Moor, "INV-2", visittest.Invoice{})}
	b.Tell = once(visit.StepSubmit, func() {
		if err := b.Ledger.Pause(context.WithoutCancel(t.Context()), visittest.Moor, "ann", "they are moving"); err != nil {
			t.Error(err)
		}
	})
	for n := range 2 {
		report, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context())
		if !errors.Is(err, ledger.ErrPaused) || report.Done != 1-n {
			t.Errorf("visit %d: %+v, %v", n+1, report, err)
		}
	}
	states := []submission.State{b.Get(ids[0]).Current().State, b.Get(ids[1]).Current().State}
	if n := b.Portal.Counts(); n.Uploads != 1 || n.Logins != 1 || states[0] == states[1] {
		t.Errorf("%d uploads, %d logins; they are %v", n.Uploads, n.Logins, states)
	}
	if acc, err := b.Ledger.Account(t.Context(), visittest.Moor); err != nil || len(acc.Visits) > 0 {
		t.Errorf("the account is left as %+v, %v", acc, err)
	}
}

// TestLookUpOne looks up the one that a person asks about, before it is due, and
// files nothing.
func TestLookUpOne(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := unsure(t, b, number)
	other := b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	b.ByHand(number, visittest.Matter, visittest.Total, 0)
	v := b.Visit(visittest.Moor)
	v.LookUp = id
	if report := visited(t, v); report.Done != 1 {
		t.Errorf("the visit: %+v", report)
	}
	if got := b.Get(id).Current(); got.State != submission.Accepted || b.Get(other).Version != 1 {
		t.Errorf("it is %s (%s), the other has version %d", got.State, got.Why, b.Get(other).Version)
	}
	v.LookUp = other
	if report := visited(t, v); report.Done != 0 || b.Uploads("INV-2") != 0 || b.Get(other).Version != 1 {
		t.Errorf("one that is ready: %+v, %d uploads", report, b.Uploads("INV-2"))
	}
	pier := b.Visit(visittest.Pier)
	pier.LookUp = id
	if _, err := pier.Run(t.Context(), t.Context()); err == nil {
		t.Error("another account's invoice was looked up")
	}
}

func refusedByHand(b *visittest.Bench) {
	_, err := b.Portal.Book().ByHand(portal.Filing{Firm: sim.Users()[0].Firm, Number: number, Client: sim.Clients()[0].ID,
		Matter: visittest.Matter, Amount: portal.Money(visittest.Total * 100), By: "Ben Quay", Reason: "The matter is closed."})
	if err != nil {
		panic(err)
	}
}

// TestFiledByHand: what a person says is looked up until the site says so too,
// or until a person is asked again.
func TestFiledByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sent  bool // Lodge had tried before
		site  func(b *visittest.Bench)
		state submission.State
		says  string
	}{
		"it is there":                      {site: func(b *visittest.Bench) { b.ByHand(number, visittest.Matter, visittest.Total, 0) }, state: submission.Accepted, says: "history says"},
		"it was there before Lodge tried":  {sent: true, site: func(b *visittest.Bench) { b.ByHand(number, visittest.Matter, visittest.Total, 5*time.Hour) }, state: submission.Accepted},
		"it was refused":                   {site: refusedByHand, state: submission.Rejected},
		"it was refused after Lodge's try": {sent: true, site: refusedByHand, state: submission.Rejected},
		"it is there with another amount":  {site: func(b *visittest.Bench) { b.ByHand(number, visittest.Matter, 1, 0) }, state: submission.NeedsPerson, says: "with amount 0.01"},
		"it is not there":                  {state: submission.Submitted, says: "does not show it yet"},
		"it is not there, and Lodge tried": {sent: true, state: submission.Submitted, says: "does not show it yet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := visittest.New(t, harbor.Carrier())
			var id string
			if c.sent {
				id = unsure(t, b, number)
			} else {
				id = b.Register(visittest.Moor, number, visittest.Invoice{})
			}
			if c.site != nil {
				c.site(b)
			}
			decide(t, b, id, byHand(b, t))
			visited(t, b.Visit(visittest.Moor))
			if got := b.Get(id).Current(); got.State != c.state || !strings.Contains(got.Why, c.says) || b.Uploads(number) != 0 {
				t.Errorf("it is %s (%s); %d uploads", got.State, got.Why, b.Uploads(number))
			}
			if c.state != submission.Submitted {
				return
			}
			b.Later(49 * time.Hour)
			visited(t, b.Visit(visittest.Moor))
			got := b.Get(id).Current()
			if got.State != submission.NeedsPerson || got.Needs != carriers.Operator || !strings.Contains(got.Why, "ann said on ") ||
				!strings.Contains(got.Why, "filed by hand, and the carrier's site does not show it") {
				t.Errorf("two days later it is %s, needs the %s: %s", got.State, got.Needs, got.Why)
			}
		})
	}
}
