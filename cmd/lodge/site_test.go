package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/visit"
)

// site puts what is known of harbor's site, and of another one, into the ledger.
func (w *world) site(s breaker.State) ledger.SiteName {
	w.t.Helper()
	c, err := w.app.settings()
	if err != nil {
		w.t.Fatal(err)
	}
	acc, err := c.Account("firm-harbor")
	if err != nil {
		w.t.Fatal(err)
	}
	engine, err := sqlite.Open(w.t.Context(), c.Ledger())
	if err != nil {
		w.t.Fatal(err)
	}
	site := visit.SiteOf(acc)
	for host, state := range map[string]breaker.State{site.Host: s, "works.example": {Probes: 3}} {
		a := ledger.Account{Name: "carrier:" + site.Carrier + "@" + host, Version: 1, Site: &state}
		if err := engine.StoreAccount(w.t.Context(), a); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := engine.Close(); err != nil {
		w.t.Fatal(err)
	}
	return site
}

// TestAFailingSite: status and the messages tell of a site that is left alone,
// once for all of its invoices, and name who acts, which is nobody for a day.
func TestAFailingSite(t *testing.T) {
	for name, c := range map[string]struct {
		kind  carriers.Kind
		since time.Duration
		says  []string
		exit  exit
		who   carriers.Person
		what  notify.What
	}{
		"down for hours": {carriers.Unavailable, 3 * time.Hour, []string{"Nothing needs anybody.", "IS DOWN", "(3 h)", "nobody acts"},
			exitDone, carriers.Nobody, ""},
		"down for a day": {carriers.Unavailable, 25 * time.Hour, []string{"a carrier's site does.", "IS DOWN", "the operator acts"},
			exitPerson, carriers.Operator, notify.SiteDown},
		"changed": {carriers.SiteChanged, time.Minute, []string{"a carrier's site does.", "HAS CHANGED", "the author acts"},
			exitPerson, carriers.Author, notify.SiteChanged},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			l := w.filled(ready(), ready(), accepted())
			now, until := time.Now(), time.Now().Add(time.Hour)
			site := w.site(breaker.State{Since: now.Add(-c.since), Until: until, Kind: c.kind, Why: "scheduled maintenance", Trips: 1})
			for _, command := range [][]string{{"status"}, {"status", "--by-account"}, {"status", "--account", "firm-harbor", "--carrier", "harbor"}} {
				out := w.must(c.exit, command...)
				says := c.says
				if command[len(command)-1] == "--by-account" {
					says = says[1:] // it has no headline
				}
				said(t, out, append(says, site.Host, "2 invoices wait", "scheduled maintenance", "asks it again from "+w.stamp(until))...)
				if n := strings.Count(out, "THE SITE OF"); n != 1 {
					t.Errorf("%v tells of %d sites:\n%s", command, n, out)
				}
			}
			for _, other := range [][]string{{"status", "--carrier", "granite"}, {"status", "--account", "nobody"}} {
				if out := w.must(exitDone, other...); strings.Contains(out, "THE SITE OF") {
					t.Errorf("%v tells of it:\n%s", other, out)
				}
			}
			settings, err := w.app.settings()
			if err != nil {
				t.Fatal(err)
			}
			items, err := (&works{app: w.app, config: settings, ledger: l, tellers: &tellers{}}).needs(t.Context(), round{})
			if err != nil || len(items) > 1 || (len(items) == 1) != (c.who != carriers.Nobody) {
				t.Fatalf("needs somebody: %+v, %v", items, err)
			}
			if len(items) == 1 && (items[0].Who != c.who || items[0].What != c.what || items[0].Waiting != 2 || items[0].Since.IsZero()) {
				t.Errorf("told: %+v", items[0])
			}
		})
	}
}

// TestASiteIsToldOnce: however many accounts wait for a site, a run says so once,
// and no account of them is told of besides.
func TestASiteIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.filled(ready())
	at := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	down := &ledger.SiteDownError{Site: ledger.SiteName{Carrier: "harbor", Host: "portal.example"},
		State: breaker.State{Since: at, Kind: carriers.SiteChanged, Why: "no such field"}, Next: at.Add(time.Hour)}
	var failures []batch.Failure
	for i := range 3 {
		name := fmt.Sprintf("firm-%d", i)
		failures = append(failures, batch.Failure{Account: name, Err: carriers.Errorf(down.Kind, "account %s: %w", name, down), At: at})
	}
	var text strings.Builder
	w.app.err = &text
	w.tellFailures(failures)
	if got := text.String(); strings.Count(got, "portal.example") != 1 || strings.Count(got, "the author acts") != 1 {
		t.Errorf("it says:\n%s", got)
	}
	settings, err := w.app.settings()
	if err != nil {
		t.Fatal(err)
	}
	works := &works{app: w.app, config: settings, tellers: &tellers{stuck: map[string]stuck{"firm-0": {failures[0].Err, at}}}}
	if items := works.others(nil, round{}); len(items) != 0 {
		t.Errorf("told besides: %+v", items)
	}
}
