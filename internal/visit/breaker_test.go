package visit_test

import (
	"errors"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// TestSiteLeftAlone is a site that goes down while one invoice is uncertain and
// others wait: after three failures nobody opens it, then one probe makes the
// look-up and files nothing, and then all goes on.
func TestSiteLeftAlone(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	visits := func(account string) (visit.Report, error) {
		v := b.Visit(account)
		v.Jitter = func() float64 { return 0 }
		return v.Run(t.Context(), t.Context())
	}
	b.Fault(portal.Fault{What: portal.Lag, For: portal.Duration(time.Minute), Next: 1}, portal.Fault{What: portal.BrokenAfter, Next: 1})
	unsure := b.Register(visittest.Moor, number, visittest.Invoice{})
	_, _ = visits(visittest.Moor)
	if got := b.Get(unsure).Current().State; got != submission.Uncertain {
		t.Fatalf("it is %s", got)
	}
	waits := b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	b.Register(visittest.Pier, "INV-3", visittest.Invoice{})
	b.Portal.Faults().Clear()
	b.Fault(portal.Fault{What: portal.Maintenance, At: portal.LoginPage})
	b.Later(10 * time.Minute)
	for i, account := range []string{visittest.Moor, visittest.Pier, visittest.Moor} {
		if _, err := visits(account); carriers.KindOf(err) != carriers.Unavailable || errors.Is(err, ledger.ErrSiteDown) {
			t.Fatalf("visit %d ended with %v", i+1, err)
		}
	}
	b.Portal.Faults().Clear()
	before := b.Portal.Counts().Logins
	for _, account := range []string{visittest.Moor, visittest.Pier} {
		if _, err := visits(account); !errors.Is(err, ledger.ErrSiteDown) || carriers.KindOf(err) != carriers.Unavailable {
			t.Errorf("a visit to %s ended with %v", account, err)
		}
	}
	if n := b.Portal.Counts().Logins; n != before {
		t.Errorf("%d logins while it was to be left alone", n-before)
	}
	asked := b.Visit(visittest.Moor)
	asked.LookUp = waits
	if _, err := asked.Run(t.Context(), t.Context()); err != nil {
		t.Errorf("what a person asks for: %v", err)
	}
	b.Later(breaker.Shortest)
	uploads := b.Portal.Counts().Uploads
	if r, err := visits(visittest.Moor); err != nil || r.Done != 1 || !r.More {
		t.Errorf("the probe: %+v, %v", r, err)
	}
	if n := b.Portal.Counts().Uploads; n != uploads {
		t.Errorf("the probe filed %d invoices", n-uploads)
	}
	if s, w := b.Get(unsure), b.Get(waits); s.Current().State != submission.Accepted || w.Version != 1 {
		t.Errorf("the probe left the uncertain one %s, and the other in version %d", s.Current().State, w.Version)
	}
	for _, account := range []string{visittest.Moor, visittest.Pier} {
		if r, err := visits(account); err != nil || r.Done != 1 {
			t.Errorf("a visit to %s after the probe: %+v, %v", account, r, err)
		}
	}
	if n := b.Portal.Counts().Uploads; n != uploads+2 {
		t.Errorf("%d uploads after the probe, not 2", n-uploads)
	}
	if sites, err := b.Ledger.Sites(t.Context()); err != nil || len(sites) != 1 || sites[0].Open() || sites[0].Trips != 0 {
		t.Errorf("the sites: %+v, %v", sites, err)
	}
}

// TestAProbeThatOnlyLogsIn: nothing is due but what would be filed. A login that
// fails has the site left alone for longer; one that works is enough.
func TestAProbeThatOnlyLogsIn(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	site := visit.SiteOf(b.Visit(visittest.Moor).Account)
	for range breaker.Enough {
		end := breaker.End{Failed: &breaker.Failure{Kind: carriers.SiteChanged, Why: "no such field"}}
		if _, err := b.Ledger.LeaveSite(t.Context(), site, end); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); carriers.KindOf(err) != carriers.SiteChanged {
		t.Errorf("it does not say that the author acts: %v", err)
	}
	b.Later(breaker.Shortest)
	b.Fault(portal.Fault{What: portal.Down, At: portal.LoginPage, Next: 1})
	if r, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); carriers.KindOf(err) != carriers.Unavailable || r.More {
		t.Errorf("the first probe: %+v, %v", r, err)
	}
	b.Later(breaker.Shortest)
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); !errors.Is(err, ledger.ErrSiteDown) {
		t.Errorf("after a probe that failed it is not left alone for longer: %v", err)
	}
	b.Later(breaker.Shortest)
	if r, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil || r.Done != 0 || !r.More {
		t.Errorf("the second probe: %+v, %v", r, err)
	}
	if s, n := b.Get(id), b.Portal.Counts(); s.Version != 1 || n.Logins != 1 || n.Uploads != 0 {
		t.Errorf("the probes left the invoice in version %d, with %d logins and %d uploads", s.Version, n.Logins, n.Uploads)
	}
}

// TestBrokenSearchIsASiteThatChanged: a search that does not show what it showed keeps
// every invoice from being filed. After three of them the site is left alone.
func TestBrokenSearchIsASiteThatChanged(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.Fault(portal.Fault{What: portal.Gone, For: portal.Duration(time.Minute), Next: 1})
	b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	b.Later(2 * time.Minute)
	for _, n := range []string{"INV-1", "INV-2", "INV-3"} {
		b.Register(visittest.Moor, n, visittest.Invoice{})
		if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); carriers.KindOf(err) != carriers.SiteChanged {
			t.Fatalf("%s: the visit ended with %v", n, err)
		}
	}
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); !errors.Is(err, ledger.ErrSiteDown) {
		t.Errorf("the visit ended with %v, want it not to be made", err)
	}
	if n := b.Portal.Counts().Uploads; n != 1 {
		t.Errorf("%d uploads", n)
	}
}

// TestChangedAgain: the second time that a page is not as it was an invoice waits for
// an hour, and not for minutes.
func TestChangedAgain(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.Fault(portal.Fault{What: portal.Changed, At: portal.UploadPage})
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	for _, want := range []time.Duration{5 * time.Minute, time.Hour} {
		_, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context())
		s := b.Get(id)
		if wait := s.NotBefore.Sub(s.UpdatedAt).Round(time.Minute); carriers.KindOf(err) != carriers.SiteChanged || wait != want {
			t.Errorf("it waits for %s after %v, want %s", wait, err, want)
		}
		b.Later(want + time.Minute)
	}
}
