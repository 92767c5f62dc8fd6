package visit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
)

// login logs in once. That it is tried is in the ledger before anything is
// typed: carriers lock accounts after three refusals, and a crash loop must not
// spend them (DESIGN §4).
func (s *session) login(ctx context.Context) error {
	s.tell(Progress{Step: StepLogin})
	tab, err := s.browser.Tab(ctx)
	if err != nil {
		return carriers.Errorf(carriers.Unavailable, "account %s: %w", s.Account.Name, err)
	}
	defer s.closeTab(ctx, tab)
	if err := s.Ledger.LoginBegins(ctx, s.claim); err != nil {
		return err
	}
	timed, cancel := context.WithTimeout(tab.Context(ctx), s.timeout())
	defer cancel()
	err = s.site.Login(timed)
	if err == nil {
		return s.Ledger.LoginEnds(ctx, s.claim, nil)
	}
	err = fmt.Errorf("account %s: log in: %w", s.Account.Name, err)
	s.recordLogin(ctx, tab, err)
	suspension, answered := s.suspension(ctx, err)
	if !answered {
		return err
	}
	return errors.Join(err, s.Ledger.LoginEnds(ctx, s.claim, suspension))
}

// suspension says what a failed login, or a refusal met later, means for the
// account. answered is false if the site did not judge the login, so that it
// may yet have counted against the account.
func (s *session) suspension(ctx context.Context, err error) (_ *ledger.Suspension, answered bool) {
	kind := carriers.KindOf(err)
	switch kind {
	case carriers.Credentials, carriers.ActionNeeded, carriers.Blocked:
	case carriers.Unavailable, carriers.SiteChanged:
		return nil, ctx.Err() == nil && !BrowserDied(err)
	default:
		return nil, false
	}
	now, clockErr := s.Ledger.Now(ctx)
	if clockErr != nil {
		now = time.Now()
	}
	return &ledger.Suspension{At: now, Kind: string(kind), Why: s.scrub.ScrubString(err.Error()), SecretVersion: s.Secrets.Version}, true
}

// suspend stops the account if err, met after the login, asks for it.
func (s *session) suspend(ctx context.Context, err error) error {
	suspension, _ := s.suspension(ctx, err)
	if suspension == nil {
		return nil
	}
	return s.Ledger.Suspend(ctx, s.Account.Name, s.Owner, *suspension)
}

func (s *session) timeout() time.Duration {
	if t := s.Carrier.Limits.Timeout; t > 0 {
		return t
	}
	return carriers.DefaultTimeout
}
