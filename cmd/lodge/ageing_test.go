package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/secret"
)

// ahead is the machine's clock, put forward.
type ahead struct {
	clock.System
	by time.Duration
}

// Now implements [clock.Clock].
func (a ahead) Now() time.Time { return a.System.Now().Add(a.by) }

// TestAgeingPasswords: from two weeks before the site lets it expire, and not
// earlier, status and messages tell of a password, and never what it is.
func TestAgeingPasswords(t *testing.T) {
	const day = 24 * time.Hour // harbor lets a password live for 90
	for name, c := range map[string]struct {
		age    time.Duration
		env    bool // it comes from the environment
		paused string
		told   bool
	}{
		"young":                 {75 * day, false, "", false},
		"two weeks before":      {76*day + time.Hour, false, "", true},
		"after it has expired":  {100 * day, false, "", true},
		"nobody knows when":     {100 * day, true, "", false},
		"of an account we left": {100 * day, false, "moving", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			l := w.filled(accepted())
			if !c.env {
				w.environ = slices.DeleteFunc(w.environ, func(s string) bool { return strings.HasPrefix(s, "LODGE_SECRET_") })
			}
			settings, err := w.app.settings()
			if err != nil {
				t.Fatal(err)
			}
			store := secret.NewFile(settings.Secrets.File, settings.Secrets.Identity)
			for _, key := range []string{"username", "password"} {
				if err := store.Set(t.Context(), "firm-harbor", key, secret.NewValue("harbor-lights")); err != nil {
					t.Fatal(err)
				}
			}
			settings.Accounts[0].Paused = c.paused
			w.clock = ahead{by: c.age}
			list := w.ageing(t.Context(), settings)
			items := (&works{app: w.app, config: settings, ledger: l}).expiring(t.Context())
			if (len(list) == 1) != c.told || (len(items) == 1) != c.told {
				t.Fatalf("ageing: %+v, told: %+v", list, items)
			}
			if c.paused != "" {
				return
			}
			out := w.must(exitDone, "status")
			if strings.Contains(out, "PASSWORDS") != c.told || strings.Contains(out, "harbor-lights") {
				t.Errorf("status:\n%s", out)
			}
			if !c.told {
				return
			}
			said(t, out, "firm-harbor", "secret set firm-harbor password", w.stamp(list[0].ends), "the operator acts")
			if i := items[0]; i.Who != carriers.Operator || i.What != notify.Ageing || i.Account != "firm-harbor" || i.Since.IsZero() {
				t.Errorf("told: %+v", i)
			}
			for _, other := range [][]string{{"status", "--carrier", "granite"}, {"status", "--account", "nobody"}} {
				if out := w.must(exitDone, other...); strings.Contains(out, "PASSWORDS") {
					t.Errorf("%v tells of it:\n%s", other, out)
				}
			}
		})
	}
}
