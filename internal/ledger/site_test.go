package ledger_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/ledger"
)

var harbor = ledger.SiteName{Carrier: "harbor", Host: "vendors.harbor.example"}

func failed() breaker.End {
	return breaker.End{Failed: &breaker.Failure{Kind: carriers.Unavailable, Why: "scheduled maintenance"}}
}

func probed(t *testing.T, l *ledger.Ledger, owner string) int64 {
	t.Helper()
	probe, err := l.EnterSite(t.Context(), harbor, owner, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return probe
}

func left(t *testing.T, l *ledger.Ledger, e breaker.End) ledger.Site {
	t.Helper()
	s, err := l.LeaveSite(t.Context(), harbor, e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFailuresTogether: visits that fail at the same time, over ledgers of their
// own, count once each.
func TestFailuresTogether(t *testing.T) {
	l, w := rig(t)
	other := ledger.New(w, clockOf{w}, w, l.Limits())
	var all sync.WaitGroup
	for i := range breaker.Enough - 1 {
		all.Go(func() {
			if _, err := []*ledger.Ledger{l, other}[i%2].LeaveSite(t.Context(), harbor, failed()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if probe := probed(t, l, "h1"); probe != 0 {
		t.Errorf("after %d failures a visit is probe %d", breaker.Enough-1, probe)
	}
	if s := left(t, l, failed()); !s.Open() || s.Name != harbor {
		t.Errorf("after %d it is not open: %+v", breaker.Enough, s)
	}
}

// TestSiteDown is the life of an open breaker that two programs share.
func TestSiteDown(t *testing.T) {
	l, w := rig(t)
	other := ledger.New(w, clockOf{w}, w, l.Limits())
	for range breaker.Enough {
		left(t, l, failed())
	}
	_, err := other.EnterSite(t.Context(), harbor, "h2", time.Hour)
	expect(t, "a visit of the other program", err, ledger.ErrSiteDown)
	var down *ledger.SiteDownError
	if !errors.As(err, &down) || down.Wait != breaker.Shortest || !strings.Contains(err.Error(), "scheduled maintenance") {
		t.Errorf("it does not say why and for how long: %v", err)
	}
	if p, err := l.EnterSite(t.Context(), ledger.SiteName{Carrier: "harbor", Host: "test.harbor.example"}, "h1", time.Hour); p != 0 || err != nil {
		t.Errorf("its portal for tests is left alone too: %d, %v", p, err)
	}
	w.pass(breaker.Shortest)
	var mu sync.Mutex
	var probes []int64
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			probe, err := []*ledger.Ledger{l, other}[i%2].EnterSite(t.Context(), harbor, "h1", time.Hour)
			if err != nil {
				expect(t, "beside the probe", err, ledger.ErrSiteDown)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			probes = append(probes, probe)
		})
	}
	all.Wait()
	if len(probes) != 1 || probes[0] == 0 {
		t.Fatalf("probes %v went, not one", probes)
	}
	w.kill("h1")
	second := probed(t, other, "h2")
	if left(t, l, breaker.End{Probe: probes[0], Worked: true}); second == probes[0] {
		t.Error("the dead one's probe was given to another under the same number")
	}
	_, err = l.EnterSite(t.Context(), harbor, "h3", time.Hour)
	expect(t, "after the word of a probe that was taken over", err, ledger.ErrSiteDown)
	w.pass(time.Hour) // nobody knows what became of h2
	third := probed(t, l, "h3")
	if s := left(t, l, breaker.End{Probe: third, Worked: true}); s.Open() {
		t.Errorf("the probe worked, and it is open: %+v", s)
	}
	if probe := probed(t, other, "h2"); probe != 0 {
		t.Errorf("closed, and a visit is probe %d", probe)
	}
}

// TestSitesAreNoAccounts: lists of accounts do not show them, and nothing that
// looks through accounts takes them for one.
func TestSitesAreNoAccounts(t *testing.T) {
	l, w := rig(t)
	entered(t, l, "h1", 1)
	for range breaker.Enough {
		left(t, l, failed())
	}
	accounts, err := l.Accounts(t.Context())
	if err != nil || len(accounts) != 1 || accounts[0].Name != "acme" {
		t.Errorf("accounts: %+v, %v", accounts, err)
	}
	sites, err := l.Sites(t.Context())
	if err != nil || len(sites) != 1 || sites[0].Name != harbor || !sites[0].Open() {
		t.Errorf("sites: %+v, %v", sites, err)
	}
	w.pass(breaker.Shortest)
	probed(t, l, "h2")
	if owners, err := l.Owners(t.Context()); err != nil || strings.Join(owners, " ") != "h1 h2" {
		t.Errorf("owners: %v, %v", owners, err)
	}
	w.kill("h2")
	if _, err := l.Takeover(t.Context(), "h1"); err != nil {
		t.Error(err)
	}
}

// TestGoodNewsWritesNothing: a site that works costs no write a visit.
func TestGoodNewsWritesNothing(t *testing.T) {
	l, w := rig(t)
	for range 3 {
		probed(t, l, "h1")
		left(t, l, breaker.End{Worked: true})
		left(t, l, breaker.End{})
	}
	if all, err := w.Accounts(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("written: %+v, %v", all, err)
	}
}
