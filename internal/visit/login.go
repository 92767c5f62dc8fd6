package visit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sourcegraph/conc/panics"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/ledger"
)

// login logs in once. That it is tried is in the ledger before anything is
// typed: carriers lock accounts after three refusals, and a crash loop must not
// spend them (docs/guarantees.md).
func (s *session) login(ctx context.Context) error {
	s.tell(Progress{Step: StepLogin})
	tab, err := s.freshTab(ctx)
	if err != nil {
		return err
	}
	defer s.closeTab(ctx, tab)
	if err := s.Ledger.LoginBegins(ctx, s.claim); err != nil {
		return err
	}
	timed, cancel := s.timed(ctx, "the login")
	defer cancel()
	err = s.guarded("Login", func() error { return s.site.Login(tab.Context(timed)) })
	end, written := outlive(ctx) // a refusal that is forgotten is tried again
	defer written()
	if err == nil {
		return s.Ledger.LoginEnds(end, s.claim, nil)
	}
	s.meet(err, "")
	err = fmt.Errorf("account %s: log in: %w", s.Account.Name, err)
	defer s.recordLogin(ctx, tab, err)
	return errors.Join(err, s.loginFailed(end, err, typed(tab)))
}

// loginFailed tells the ledger what a failed login means for the account. Where
// something was typed, a page that nobody knows may be a refusal in new words: it
// stops the account as a refusal does. Any other end of such a login may have counted
// against the account, and so stays without an answer; trying again a little later is
// all there is to do.
func (s *session) loginFailed(ctx context.Context, err error, typed bool) error {
	stops := s.suspension(err)
	if stops == nil && typed && carriers.KindOf(err) == carriers.SiteChanged {
		stops = s.because(err)
	}
	switch {
	case stops != nil:
		return s.Ledger.LoginEnds(ctx, s.claim, stops)
	case !typed:
		return s.Ledger.LoginNotMade(ctx, s.claim)
	}
	return nil
}

// typed says whether anything was put into a field of the tab's pages.
func typed(tab Tab) bool {
	return slices.ContainsFunc(tab.Trace(), func(n browser.Note) bool {
		return n.Kind == browser.Stepped && strings.HasPrefix(n.What, string(page.VerbFill)+" ")
	})
}

// suspension is what an error means for the account, whenever it is met; nil if
// nothing.
func (s *session) suspension(err error) *ledger.Suspension {
	switch carriers.KindOf(err) {
	case carriers.Credentials, carriers.ActionNeeded, carriers.Blocked:
		return s.because(err)
	}
	return nil
}

func (s *session) because(err error) *ledger.Suspension {
	return &ledger.Suspension{Kind: string(carriers.KindOf(err)), Why: s.scrub.ScrubString(err.Error()), SecretVersion: s.Secrets.Version}
}

// suspend stops the account if err, met after the login, asks for it.
func (s *session) suspend(ctx context.Context, err error) error {
	suspension := s.suspension(err)
	if suspension == nil {
		return nil
	}
	ctx, cancel := outlive(ctx)
	defer cancel()
	return s.Ledger.Suspend(ctx, s.Account.Name, s.Owner, *suspension)
}

// timed bounds what the carrier's code may take. Its end means that the site is
// slow, and not that somebody ended the work.
func (s *session) timed(ctx context.Context, what string) (context.Context, context.CancelFunc) {
	slow := carriers.Errorf(carriers.Unavailable, "%s took longer than %s", what, s.timeout())
	return context.WithTimeoutCause(ctx, s.timeout(), slow)
}

// guarded calls the carrier's code. A panic there is a defect that its author
// mends: an error like any other, so that what was begun is still brought to its
// end.
func (s *session) guarded(what string, call func() error) (err error) {
	recovered := panics.Try(func() { err = call() })
	if recovered == nil {
		return s.clean(err)
	}
	s.Log.Error("a defect in the carrier", "in", what, "panic", recovered.String())
	return carriers.Errorf(carriers.SiteChanged, "a defect in %s of carrier %s: %v", what, s.Carrier.Name, recovered.Value)
}
