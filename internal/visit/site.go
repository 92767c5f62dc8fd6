package visit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// met is a failure that the carrier's code met, for which its site is to blame.
type met struct {
	err error
	of  string // as in [breaker.Failure]
}

// SiteOf names the site that the visits to an account go to.
func SiteOf(a config.Account) ledger.SiteName {
	return ledger.SiteName{Carrier: a.Carrier, Host: a.Host()}
}

// enterSite asks whether the site may be visited now, and whether only as a
// probe. What a person asks for is one look-up, and it is made.
func (v Visit) enterSite(ctx context.Context) (probe int64, err error) {
	if v.LookUp != "" {
		return 0, nil
	}
	probe, err = v.Ledger.EnterSite(ctx, SiteOf(v.Account), v.Owner, v.lease())
	if down, ok := errors.AsType[*ledger.SiteDownError](err); ok {
		return 0, carriers.Errorf(down.Kind, "account %s: %w", v.Account.Name, err)
	}
	return probe, err
}

// leaveSite tells the ledger what a visit says about the site, also when ctx has
// ended. again says that a probe found it working: a visit that may submit can
// go. What could not be written down costs a few failures or probes more.
func (v Visit) leaveSite(ctx context.Context, e breaker.End) (again bool) {
	if v.LookUp != "" {
		return false
	}
	ctx, cancel := outlive(ctx)
	defer cancel()
	site, err := v.Ledger.LeaveSite(ctx, SiteOf(v.Account), e)
	if err != nil {
		v.Log.Warn("what the visit says about the carrier's site is not in the ledger", "account", v.Account.Name, "error", err)
		return false
	}
	return e.Probe != 0 && e.Worked && !site.Open()
}

// meet remembers an error of the carrier's code if the site is to blame for it:
// it is down, slow or has changed. of is the submission that met it, "" for the
// login. A login page that is down is so for every account, and each time counts;
// one that is odd may be so for this account alone.
func (s *session) meet(err error, of string) {
	kind := carriers.KindOf(err)
	if kind != carriers.Unavailable && kind != carriers.SiteChanged || interrupted(err) || BrowserDied(err) {
		return
	}
	if of == "" && kind == carriers.SiteChanged {
		of = "account " + s.Account.Name
	}
	s.met = &met{err, of}
}

// verdict is what the end of the visit says about the site: that it works if the
// visit came to its end, that it fails if that is what ended it, else nothing.
func (s *session) verdict(err error) breaker.End {
	e := breaker.End{Probe: s.probe, Worked: err == nil}
	if err != nil && s.met != nil && errors.Is(err, s.met.err) {
		e.Failed = &breaker.Failure{Kind: carriers.KindOf(s.met.err), Why: s.scrub.ScrubString(s.met.err.Error()), Of: s.met.of}
		e.Jitter = s.jitter()
	}
	return e
}

func (s *session) jitter() float64 {
	if s.Jitter != nil {
		return s.Jitter()
	}
	return rand.Float64() //nolint:gosec // it spreads probes, and guards nothing
}

// looksOnly says that the visit submits nothing, whatever it meets.
func (s *session) looksOnly() bool { return s.LookUp != "" || s.LooksOnly || s.probe != 0 }

// lookAround is the work of a probe: the first look-up that is due, if any is.
// Without one the login has to do.
func (s *session) lookAround(ctx, soft context.Context) (Report, error) {
	due, err := s.Ledger.Due(ctx, s.Account.Name, most)
	if err != nil {
		return Report{}, err
	}
	for _, d := range due {
		if d.State == submission.Ready {
			continue
		}
		if more, err := s.ready(ctx, soft, d); !more || err != nil {
			return Report{}, err
		}
		switch err := s.one(ctx, d); {
		case others(err):
			continue
		case err != nil:
			return Report{}, fmt.Errorf("invoice %s, account %s: %w", d.Invoice, s.Account.Name, err)
		}
		return Report{Done: 1}, nil
	}
	return Report{}, nil
}
