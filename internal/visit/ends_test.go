package visit_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// An interruption ends a visit at one of its moments.
type interruption struct {
	step  string // the visit is interrupted when it tells of this step
	taken bool   // or once the portal has taken the upload in, and does not answer
	click bool   // or while the click is held, before the intent

	states  []submission.State // any of them
	uploads int                // after the interruption

	looks int // that prove absence, beside another invoice; 0: the first tells what became of it
}

// interruptions are those of [interrupt]; nothing is taken in before the intent.
func interruptions() map[string]interruption {
	ready := []submission.State{submission.Ready}
	return map[string]interruption{
		"at the login":       {step: visit.StepLogin, states: ready},
		"at the look-up":     {step: visit.StepLook, states: ready},
		"at the form":        {step: visit.StepSubmit, states: ready},
		"during the click":   {click: true, states: ready},
		"while it is held":   {step: visit.StepCommit, states: ready},
		"after the release":  {taken: true, states: []submission.State{submission.Uncertain}, uploads: 1},
		"while it is proved": {step: visit.StepVerify, states: []submission.State{submission.Submitted, submission.Accepted, submission.Uncertain}, uploads: 1},
	}
}

// interrupt makes a visit that stop ends, and then one that nobody disturbs: the
// invoice must be accepted, and must have been taken in once.
func interrupt(t *testing.T, c interruption, stop func(*visittest.Bench, context.CancelFunc)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var b *visittest.Bench
	carrier := harbor.Carrier()
	if c.click {
		carrier = with(site{submit: func(ctx context.Context, s site, inv carriers.Invoice) (carriers.Receipt, error) {
			if err := form(ctx, s, inv); err != nil {
				return carriers.Receipt{}, err
			}
			return carriers.Receipt{}, s.Commit(ctx, func(ctx context.Context) error {
				stop(b, cancel)
				<-ctx.Done()
				return context.Cause(ctx)
			})
		}})
	}
	b = visittest.New(t, carrier)
	if c.looks > 0 {
		b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
		visited(t, b.Visit(visittest.Moor))
	}
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	if c.step != "" {
		b.Tell = once(c.step, func() { stop(b, cancel) })
	}
	var waiting chan struct{}
	if c.taken {
		b.Fault(portal.Fault{What: portal.HangAfter, Next: 1})
		waiting = make(chan struct{})
		go func() {
			defer close(waiting)
			b.Until("the upload is taken in", func() bool { return b.Uploads(number) == 1 })
			stop(b, cancel)
		}()
	}
	_, err := b.Visit(visittest.Moor).Run(ctx, ctx)
	if waiting != nil {
		<-waiting
	}
	s := b.Get(id)
	if !slices.Contains(c.states, s.Current().State) || b.Uploads(number) < c.uploads || s.Lease.Owner != "" {
		t.Errorf("interrupted: %s (%s), leased to %q, %d uploads; the visit ended with %v",
			s.Current().State, s.Current().Why, s.Lease.Owner, b.Uploads(number), err)
	}
	if n := s.Current().Needs; n != carriers.Nobody {
		t.Errorf("the %s is asked to act: %s", n, s.Current().Why)
	}
	b.Carrier, b.Tell = harbor.Carrier(), nil
	b.Carrier.History.TrustAbsence = c.looks > 0
	for range 1 + c.looks {
		b.Later(5 * time.Hour)
		if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
			t.Error(err)
		}
	}
	if rev := b.Get(id).Current(); rev.State != submission.Accepted || b.Uploads(number) != 1 {
		t.Errorf("in the end: %s (%s), %d uploads", rev.State, rev.Why, b.Uploads(number))
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	for name, c := range interruptions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			interrupt(t, c, func(_ *visittest.Bench, cancel context.CancelFunc) { cancel() })
		})
	}
}

// TestSoftStop ends softly during the first of two invoices: that one comes to
// its end, the other is not begun, and it is no error.
func TestSoftStop(t *testing.T) {
	t.Parallel()
	soft, stop := context.WithCancel(t.Context())
	defer stop()
	b := visittest.New(t, harbor.Carrier())
	b.Register(visittest.Moor, number, visittest.Invoice{})
	b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	b.Tell = once(visit.StepCommit, stop)
	report, err := b.Visit(visittest.Moor).Run(t.Context(), soft)
	if n := b.Portal.Counts(); err != nil || report.Done != 1 || report.More || n.Uploads != 1 || n.Accepted != 1 {
		t.Errorf("the visit: %+v, %v; the portal has %d uploads", report, err, n.Uploads)
	}
}

// TestPace has the second of two invoices, of two visits, wait for the carrier's
// pace; a stop ends the waiting, and what is only looked up does not wait.
func TestPace(t *testing.T) {
	t.Parallel()
	c := harbor.Carrier()
	c.Limits.Pace = time.Second
	b := visittest.New(t, c)
	first := b.Register(visittest.Moor, number, visittest.Invoice{})
	b.Fault(portal.Fault{What: portal.Late, For: portal.Duration(time.Minute)})
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	acc, err := b.Ledger.Account(t.Context(), visittest.Moor)
	if err != nil || acc.LastSent.Before(intended(b, first)) {
		t.Fatalf("last sent %s, %v", acc.LastSent, err)
	}
	second := b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := intended(b, second).Sub(acc.LastSent); d < c.Limits.Pace {
		t.Errorf("the second was sent %s after the first", d)
	}

	b.Later(time.Hour) // both are to be looked up
	b.Portal.Faults().Clear()
	b.Register(visittest.Moor, "INV-3", visittest.Invoice{})
	b.Carrier.Limits.Pace = 24 * time.Hour
	soft, stop := context.WithCancel(t.Context())
	defer stop()
	settled := 0
	b.Tell = func(p visit.Progress) {
		if p.Step == visit.StepDone {
			if settled++; settled == 2 {
				stop()
			}
		}
	}
	report, err := b.Visit(visittest.Moor).Run(t.Context(), soft)
	if n := b.Portal.Counts().Uploads; err != nil || report.Done != 2 || n != 2 {
		t.Errorf("the third visit: %+v, %v; the portal has %d uploads", report, err, n)
	}
}

func intended(b *visittest.Bench, id string) time.Time {
	return b.Get(id).Current().Attempts[0].IntendedAt
}

// TestHours are the carrier's windows: outside them nobody logs in, and what is
// due waits for the next.
func TestHours(t *testing.T) {
	t.Parallel()
	c := harbor.Carrier()
	zone, err := time.LoadLocation(c.Hours.Zone)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	opening := now.Add(2 * time.Hour).Truncate(time.Minute)
	since := time.Duration(opening.Hour())*time.Hour + time.Duration(opening.Minute())*time.Minute
	c.Hours.Windows = []carriers.Window{{From: since, To: (since + time.Hour) % (24 * time.Hour)}}
	b := visittest.New(t, c, func(o *portal.Options) { o.Idle = 24 * time.Hour })
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	if report, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil || report.Done != 0 {
		t.Errorf("outside: %+v, %v", report, err)
	}
	s := b.Get(id)
	if s.Hold != submission.HoldWindow || !s.NotBefore.Equal(opening) || s.Lease.Owner != "" || b.Portal.Counts().Logins != 0 {
		t.Errorf("held for %q until %s, want %s; leased to %q; %d logins", s.Hold, s.NotBefore, opening, s.Lease.Owner, b.Portal.Counts().Logins)
	}
	if _, err := b.Visit(visittest.Moor).Rehearse(t.Context(), visit.Rehearsal{}); carriers.KindOf(err) != carriers.Unavailable {
		t.Errorf("a rehearsal outside: %v", err)
	}

	b.Later(opening.Sub(now) + time.Minute)
	b.Tell = once(visit.StepCommit, func() { b.Later(90 * time.Minute) }) // the window closes during the first
	if report, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil || report.Done != 1 {
		t.Errorf("inside: %+v, %v", report, err)
	}
	if n := b.Portal.Counts(); n.Logins != 1 || n.Uploads != 1 {
		t.Errorf("%d logins, %d uploads", n.Logins, n.Uploads)
	}
}

// TestZone has the account's own time zone go before the carrier's.
func TestZone(t *testing.T) {
	t.Parallel()
	c := harbor.Carrier()
	now := time.Now().UTC()
	hour := time.Duration(now.Hour()) * time.Hour
	c.Hours.Windows = []carriers.Window{{From: hour, To: (hour + 2*time.Hour) % (24 * time.Hour)}} // in UTC it is open
	c.Hours.Zone = "Asia/Kolkata"
	b := visittest.New(t, c)
	b.Register(visittest.Moor, number, visittest.Invoice{})
	away, home := b.Visit(visittest.Moor), b.Visit(visittest.Moor)
	home.Account.Timezone = time.UTC
	if _, err := home.Rehearse(t.Context(), visit.Rehearsal{}); err != nil {
		t.Errorf("in the account's zone: %v", err)
	}
	if report, err := away.Run(t.Context(), t.Context()); err != nil || report.Done != 0 {
		t.Errorf("in the carrier's zone: %+v, %v", report, err)
	}
}

// TestPaused is an account that lodge.yaml pauses: nobody logs in, and nothing
// is written.
func TestPaused(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	before := b.Get(id)
	v := b.Visit(visittest.Moor)
	v.Account.Paused = "new terms are being negotiated"
	if _, err := v.Run(t.Context(), t.Context()); carriers.KindOf(err) != carriers.ActionNeeded {
		t.Errorf("the visit ended with %v", err)
	}
	acc, err := b.Ledger.Account(t.Context(), visittest.Moor)
	if err != nil || acc.Version != 0 || b.Portal.Counts().Logins != 0 || b.Get(id).Version != before.Version {
		t.Errorf("the account is %+v, %v; %d logins", acc, err, b.Portal.Counts().Logins)
	}
}

// TestWornOut has a browser serve two of three invoices: it says that there is
// more, and does not once there is none.
func TestWornOut(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	for _, n := range []string{"A", "B", "C", "D"} {
		b.Register(visittest.Moor, n, visittest.Invoice{})
		b.ByHand(n, visittest.Matter, visittest.Total, time.Hour)
	}
	for _, more := range []bool{true, false} {
		v := b.Visit(visittest.Moor)
		v.Most = 2
		if report, err := v.Run(t.Context(), t.Context()); err != nil || report != (visit.Report{Done: 2, More: more}) {
			t.Errorf("the visit: %+v, %v", report, err)
		}
	}
}

// TestBroken is a browser that does not start: nothing is left, and the account
// is free again.
func TestBroken(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.Register(visittest.Moor, number, visittest.Invoice{})
	v := b.Visit(visittest.Moor)
	v.Browser.Exe = "/bin/false"
	if _, err := v.Run(t.Context(), t.Context()); carriers.KindOf(err) != carriers.Unavailable {
		t.Errorf("the visit ended with %v", err)
	}
	acc, err := b.Ledger.Account(t.Context(), visittest.Moor)
	if err != nil || len(acc.Visits) > 0 || acc.Login != nil {
		t.Errorf("the account is left as %+v, %v", acc, err)
	}
}
