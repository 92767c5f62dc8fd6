package visit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

const number = "INV-1"

// A site is a carrier's Site with parts of it replaced by a test.
type site struct {
	carriers.Site
	carriers.Visit
	find   func(ctx context.Context, s site, inv carriers.Invoice) ([]carriers.Found, error)
	submit func(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error)
}

func (s site) Find(ctx context.Context, inv carriers.Invoice) ([]carriers.Found, error) {
	if s.find != nil {
		return s.find(ctx, s, inv)
	}
	return s.Site.Find(ctx, inv)
}

func (s site) Submit(ctx context.Context, inv carriers.Invoice) (carriers.Receipt, error) {
	if s.submit != nil {
		return s.submit(ctx, s, inv)
	}
	return s.Site.Submit(ctx, inv)
}

// with is harbor with parts of its Site replaced.
func with(parts site) carriers.Carrier {
	c := harbor.Carrier()
	open := c.Open
	c.Open = func(v carriers.Visit) carriers.Site {
		s := parts
		s.Site, s.Visit = open(v), v
		return s
	}
	return c
}

// form fills harbor's form, up to the click.
func form(ctx context.Context, s site, inv carriers.Invoice) error {
	return page.Do(ctx, page.Goto(s.URL("/invoices/new")), page.Choose(page.Label("Client"), inv.ClientID),
		page.Fill(page.Label("Matter number"), inv.ClientMatter), page.Attach("#file", inv.Path))
}

func click(ctx context.Context) error {
	return page.Do(ctx, page.Click(page.Role("button", "Submit invoice")))
}

// A trouble is something that keeps a visit from filing its one invoice, or the
// carrier from doing it right.
type trouble struct {
	carrier func() carriers.Carrier
	change  func(b *visittest.Bench, v *visit.Visit, id string)
	fault   portal.Fault

	state   submission.State
	uploads int
	needs   carriers.Person
	kind    carriers.Kind // of the visit's error, where it ends the visit
	failed  bool          // the visit ends in an error
	says    string        // in the reason
	wait    time.Duration // not due again for at least this long
}

func troubles() map[string]trouble {
	const ready, person = submission.Ready, submission.NeedsPerson
	soon := 4 * time.Minute
	return map[string]trouble{
		"down at the look-up":  {fault: portal.Fault{What: portal.Down, At: portal.History}, state: ready, failed: true, kind: carriers.Unavailable, says: "look-up", wait: soon},
		"down at the form":     {fault: portal.Fault{What: portal.Maintenance, At: portal.UploadPage}, state: ready, failed: true, kind: carriers.Unavailable, wait: soon},
		"reset at the upload":  {fault: portal.Fault{What: portal.Reset}, state: submission.Uncertain, says: "does not show it yet"},
		"logged out at upload": {fault: portal.Fault{What: portal.LoggedOut}, state: submission.Uncertain, failed: true, kind: carriers.Unavailable, says: "session has ended"},
		"the form was changed": {fault: portal.Fault{What: portal.Changed, At: portal.UploadPage}, state: ready, failed: true, kind: carriers.SiteChanged, needs: carriers.Author, wait: soon},
		"a dialog on the form": {fault: portal.Fault{What: portal.Dialog}, state: submission.Accepted, uploads: 1},
		"the file vanished":    {change: vanish, state: person, needs: carriers.Operator, says: "cannot be read"},
		"the file was changed": {change: tamper, state: person, needs: carriers.Operator, says: "not the one that was checked"},
		"the lease is too short": {change: func(_ *visittest.Bench, v *visit.Visit, _ string) { v.Gate.Answer = time.Hour },
			state: ready, failed: true, kind: carriers.Unavailable, says: "lease on the submission ends", wait: soon},
		"no ledger at the intent":   {change: noIntent, state: ready, failed: true, kind: carriers.Unavailable, says: "disk full", wait: soon},
		"no evidence at the intent": {change: noEvidence, state: ready, needs: carriers.Operator, failed: true, kind: carriers.Unavailable, says: "evidence could not be kept", wait: soon},
		"commits twice": {carrier: func() carriers.Carrier { return with(site{submit: commitsTwice}) },
			state: submission.Accepted, uploads: 1},
		"commits while it looks": {carrier: func() carriers.Carrier { return with(site{find: commitsInFind}) },
			state: person, needs: carriers.Operator, says: "outside Submit"},
		"commits never": {carrier: func() carriers.Carrier { return with(site{submit: commitsNever}) },
			state: ready, needs: carriers.Author, failed: true, kind: carriers.SiteChanged, says: "nothing was committed", wait: soon},
		"commits without a click": {carrier: func() carriers.Carrier { return with(site{submit: commitsNothing}) },
			state: ready, needs: carriers.Author, failed: true, kind: carriers.SiteChanged, says: "no commit appeared", wait: soon},
		"panics before": {carrier: func() carriers.Carrier {
			return with(site{submit: func(context.Context, site, carriers.Invoice) (carriers.Receipt, error) { panic("a nil map") }})
		}, state: ready, needs: carriers.Author, failed: true, kind: carriers.SiteChanged, says: "a nil map", wait: soon},
		"panics in the click": {carrier: func() carriers.Carrier { return with(site{submit: panicsInClick}) },
			state: ready, needs: carriers.Author, failed: true, kind: carriers.SiteChanged, says: "a nil map", wait: soon},
		"panics after": {carrier: func() carriers.Carrier { return with(site{submit: panicsAfter}) },
			state: submission.Accepted, uploads: 1},
		"claims without an answer": {carrier: func() carriers.Carrier { return with(site{submit: claims}) },
			fault: portal.Fault{What: portal.ResetAfter}, state: submission.Accepted, uploads: 1, says: "history says"},
		"blind, and no answer": {carrier: blind, fault: portal.Fault{What: portal.ResetAfter}, state: submission.Uncertain, uploads: 1, says: "cannot be asked"},
		"slow": {carrier: slow, fault: portal.Fault{What: portal.Hang, At: portal.UploadPage}, state: ready, failed: true, kind: carriers.Unavailable,
			says: "took longer", wait: soon},
	}
}

func vanish(b *visittest.Bench, v *visit.Visit, id string) {
	_ = os.Remove(staged(b, id))
}

func tamper(b *visittest.Bench, v *visit.Visit, id string) {
	_ = os.WriteFile(staged(b, id), []byte("LEDES1998B[]\r\n"), 0o600)
}

func staged(b *visittest.Bench, id string) string {
	return filepath.Join(b.Dir, b.Get(id).Current().Object.Path)
}

func noIntent(b *visittest.Bench, _ *visit.Visit, _ string) { failAt(b, submission.Intended) }

// failAt makes the write of such an event fail.
func failAt(b *visittest.Bench, kind submission.Kind) {
	b.Engine.Fail(func(_ submission.Submission, entries []submission.Entry) error {
		if len(entries) > 0 && entries[0].Kind == kind {
			return errors.New("disk full")
		}
		return nil
	})
}

// noEvidence puts a file where the attempt's folder would be.
func noEvidence(b *visittest.Bench, _ *visit.Visit, id string) {
	dir := filepath.Join(b.Dir, "evidence", visittest.Moor)
	_ = os.MkdirAll(dir, 0o700)
	_ = os.WriteFile(filepath.Join(dir, id), nil, 0o600)
}

func commitsTwice(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error) {
	r, err := s.Site.Submit(ctx, inv)
	if err != nil {
		return r, err
	}
	return r, errors.Join(form(ctx, s, inv), s.Commit(ctx, click))
}

func commitsInFind(ctx context.Context, s site, inv carriers.Invoice) ([]carriers.Found, error) {
	return nil, errors.Join(page.Do(ctx, page.Goto(s.URL("/invoices/new"))), s.Commit(ctx, click))
}

func commitsNever(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error) {
	return carriers.Receipt{State: carriers.StateAccepted}, form(ctx, s, inv)
}

func commitsNothing(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error) {
	err := form(ctx, s, inv)
	return carriers.Receipt{}, errors.Join(err, s.Commit(ctx, func(context.Context) error { return nil }))
}

func panicsInClick(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error) {
	err := form(ctx, s, inv)
	return carriers.Receipt{}, errors.Join(err, s.Commit(ctx, func(context.Context) error { panic("a nil map") }))
}

func panicsAfter(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error) {
	if err := form(ctx, s, inv); err != nil {
		return carriers.Receipt{}, err
	}
	_ = s.Commit(ctx, click)
	panic("a nil map")
}

// claims says that all is well, whatever Commit says.
func claims(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error) {
	if err := form(ctx, s, inv); err != nil {
		return carriers.Receipt{}, err
	}
	_ = s.Commit(ctx, click)
	return carriers.Receipt{State: carriers.StateReceived, Status: "Fine"}, nil
}

func blind() carriers.Carrier {
	c := harbor.Carrier()
	c.History = carriers.History{Blind: "it has no history"}
	return c
}

func slow() carriers.Carrier {
	c := harbor.Carrier()
	c.Limits.Timeout = 1500 * time.Millisecond
	return c
}

// TestTroubles makes one visit to each.
func TestTroubles(t *testing.T) {
	t.Parallel()
	for name, c := range troubles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			carrier := harbor.Carrier()
			if c.carrier != nil {
				carrier = c.carrier()
			}
			b := visittest.New(t, carrier)
			id := b.Register(visittest.Moor, number, visittest.Invoice{})
			if c.fault.What != "" {
				b.Fault(c.fault)
			}
			v := b.Visit(visittest.Moor)
			if c.change != nil {
				c.change(b, &v, id)
			}
			began := time.Now()
			_, err := v.Run(t.Context(), t.Context())
			b.Engine.Fail(nil)
			if (err != nil) != c.failed || carriers.KindOf(err) != c.kind {
				t.Errorf("the visit ended with %v; want kind %q", err, c.kind)
			}
			c.check(t, b, id, began)
		})
	}
}

func (c trouble) check(t *testing.T, b *visittest.Bench, id string, began time.Time) {
	t.Helper()
	s := b.Get(id)
	rev := s.Current()
	if rev.State != c.state || rev.Needs != c.needs || !strings.Contains(rev.Why, c.says) {
		t.Errorf("it is %s, needs %q, says %q; want %s, %q, %q", rev.State, rev.Needs, rev.Why, c.state, c.needs, c.says)
	}
	if n := b.Uploads(number); n != c.uploads {
		t.Errorf("the portal took in %d uploads, want %d", n, c.uploads)
	}
	if n := sent(rev); n < c.uploads || rev.State == submission.Ready && n > 0 {
		t.Errorf("%d attempts left or may have left", n)
	}
	if at, due := s.Due(); c.wait > 0 && (!due || at.Before(began.Add(c.wait))) {
		t.Errorf("due %v at %s, not before %s", due, at, began.Add(c.wait))
	}
	if s.Lease.Owner != "" {
		t.Errorf("still leased to %s", s.Lease.Owner)
	}
	if acc, err := b.Ledger.Account(t.Context(), visittest.Moor); err != nil || len(acc.Visits) > 0 || acc.Suspended != nil || acc.Login != nil {
		t.Errorf("the account is left as %+v, %v", acc, err)
	}
}

// TestSpent is an invoice whose attempts are spent: a person is asked, and
// nothing is sent.
func TestSpent(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	b.Fault(portal.Fault{What: portal.Down, At: portal.History})
	for n := range submission.DefaultTries {
		try(t, b, id, n)
	}
	b.Portal.Faults().Clear()
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	if rev := b.Get(id).Current(); rev.State != submission.NeedsPerson || !strings.Contains(rev.Why, "tried 10 times") || b.Uploads(number) != 0 {
		t.Errorf("%s: %s; %d uploads", rev.State, rev.Why, b.Uploads(number))
	}
}

// try is an attempt of which it was proven that nothing left.
func try(t *testing.T, b *visittest.Bench, id string, n int) {
	t.Helper()
	s, claim, err := b.Ledger.Claim(t.Context(), id, b.Holder.ID(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	now, unsent := time.Now(), false
	a := submission.Attempt{ID: strings.Repeat("x", n+1), SHA: s.Current().Object.SHA, Fence: claim.Fence, Owner: claim.Owner, IntendedAt: now, SettleUntil: now.Add(time.Hour)}
	for _, e := range []submission.Event{
		{Kind: submission.Intended, Actor: submission.ByGate, Attempt: &a, Look: &submission.Look{At: now}},
		{Kind: submission.NotSent, Actor: submission.ByGate, Attempt: &submission.Attempt{ID: a.ID, Sent: &unsent}},
	} {
		if _, err := b.Ledger.Move(t.Context(), claim, e); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Ledger.Release(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
}

var _ ledger.Engine = (*visittest.Engine)(nil)

// Whoever watches is told why an attempt stopped, what was asked of the page, and
// last of all that the visit is over.
func TestProgressTellsTheCause(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.Fault(portal.Fault{What: portal.Changed, At: portal.UploadPage})
	var told []visit.Progress
	b.Tell = func(p visit.Progress) { told = append(told, p) }
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); carriers.KindOf(err) != carriers.SiteChanged {
		t.Fatalf("error %v", err)
	}
	if len(told) < 3 {
		t.Fatalf("told %+v", told)
	}
	done, left := told[len(told)-2], told[len(told)-1]
	if done.Step != visit.StepDone || done.ID != id || done.Attempt == "" || carriers.KindOf(done.Err) != carriers.SiteChanged ||
		!strings.HasPrefix(done.On, "see #upload") {
		t.Errorf("done: %+v", done)
	}
	if left.Step != visit.StepLeft || left.Account != visittest.Moor || left.ID != "" || !errors.Is(left.Err, done.Err) {
		t.Errorf("left: %+v", left)
	}
}
