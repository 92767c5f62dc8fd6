package visit

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/secret"
)

// TestVerdict: only what the site did counts, and only if it ended the visit.
func TestVerdict(t *testing.T) {
	down := carriers.Errorf(carriers.Unavailable, "maintenance of hunter-22")
	for name, c := range map[string]struct {
		met    error // by the carrier's code
		of     string
		ended  error // the visit, wrapped; nil: met did
		fine   bool  // nothing ended it
		counts bool
		once   string
	}{
		"down at the login":       {met: down, counts: true},
		"down at an invoice":      {met: down, of: "id", counts: true, once: "id"},
		"changed at the login":    {met: carriers.Errorf(carriers.SiteChanged, "no field"), counts: true, once: "account moor"},
		"changed at an invoice":   {met: carriers.Errorf(carriers.SiteChanged, "no field"), of: "id", counts: true, once: "id"},
		"no sign":                 {met: carriers.Errorf(carriers.SiteChanged, "%w", &page.Miss{Reason: "no h1"}), of: "id", counts: true, once: "id"},
		"a refused login":         {met: carriers.Errorf(carriers.Credentials, "wrong")},
		"a person has to act":     {met: carriers.Errorf(carriers.ActionNeeded, "terms")},
		"blocked":                 {met: carriers.Errorf(carriers.Blocked, "a robot")},
		"a rejected invoice":      {met: carriers.Errorf(carriers.Rejected, "no"), of: "id"},
		"nobody foresaw it":       {met: errors.New("oops"), of: "id"},
		"our browser died":        {met: carriers.Errorf(carriers.Unavailable, "%w", browser.ErrGone), of: "id"},
		"somebody ended the work": {met: carriers.Errorf(carriers.Unavailable, "%w", context.Canceled), of: "id"},
		"our browser did not start, or the ledger failed": {ended: carriers.Errorf(carriers.Unavailable, "no tab")},
		"met, and something else ended it":                {met: down, of: "id", ended: carriers.Errorf(carriers.Unavailable, "no tab")},
		"met, and the visit went on":                      {met: down, of: "id", fine: true},
		"nothing met":                                     {fine: true},
	} {
		t.Run(name, func(t *testing.T) {
			scrub, err := secret.NewScrubber(secret.NewValue("hunter-22"))
			if err != nil {
				t.Fatal(err)
			}
			s := &session{Visit: Visit{Account: config.Account{Name: "moor"}, Jitter: func() float64 { return 0.25 }}, scrub: scrub, probe: 7}
			s.meet(c.met, c.of)
			end := c.ended
			if end == nil {
				end = c.met
			}
			if end = fmt.Errorf("invoice 1: %w", stop(end)); c.fine {
				end = nil
			}
			e := s.verdict(end)
			if e.Worked != c.fine || e.Probe != 7 || (e.Failed != nil) != c.counts {
				t.Fatalf("the verdict is %+v", e)
			}
			if !c.counts {
				return
			}
			if e.Failed.Of != c.once || e.Failed.Kind != carriers.KindOf(c.met) || e.Jitter != 0.25 {
				t.Errorf("the verdict is %+v of %+v", e, e.Failed)
			}
			if e.Failed.Why == "" || e.Failed.Why != scrub.ScrubString(c.met.Error()) {
				t.Errorf("it says %q", e.Failed.Why)
			}
		})
	}
}
