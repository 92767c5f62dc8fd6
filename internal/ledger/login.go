package ledger

import (
	"context"
	"fmt"
	"time"

	"example.com/lodge/carriers"
)

// mostUnknown is how many logins may stay without an answer until one succeeds: each
// of them may have been refused, and carriers lock accounts after three. One in
// between in which nothing was typed changes nothing for the carrier.
const mostUnknown = 2

// LoginBegins is called before anything is typed: logins of an account are one
// at a time, and carriers lock accounts after a few that fail. It fails with
// [ErrHeld] while another visit logs in, with [ErrUnanswered] when it was never
// learned how a login begun less than [Unanswered] ago ended, with
// [ErrPaused] and [ErrSuspended], and with [ErrStale]. After two logins of which that
// was never learned, and none between that succeeded, the account is suspended, and
// only a person lifts that.
func (l *Ledger) LoginBegins(ctx context.Context, c Claim) error {
	var suspended error
	_, err := l.writeAccount(ctx, c.ID, func(a *Account, now time.Time) error {
		suspended = nil
		if _, err := c.visit(*a); err != nil {
			return err
		}
		if err := a.Open(); err != nil {
			return err
		}
		if err := l.mayLogIn(ctx, a, c, now); err != nil {
			return err
		}
		if a.Login != nil {
			a.Unknown++
		}
		if n := a.Unknown; n >= mostUnknown {
			a.Login, a.Unknown = nil, 0
			a.suspend(now, c.Owner, Suspension{Kind: string(carriers.ActionNeeded), Why: fmt.Sprintf(
				"it was never learned how the last %d logins ended: see whether the site still takes the password", n)})
			suspended = a.Open()
			return nil
		}
		a.Login = &Login{Owner: c.Owner, Fence: c.Fence, At: now}
		return nil
	})
	if err == nil {
		err = suspended
	}
	if err != nil {
		return fmt.Errorf("log in to account %s: %w", c.ID, err)
	}
	return nil
}

// mayLogIn looks at the login that is on record, if any.
func (l *Ledger) mayLogIn(ctx context.Context, a *Account, c Claim, now time.Time) error {
	if a.Login == nil {
		return nil
	}
	other := Claim{Owner: a.Login.Owner, Fence: a.Login.Fence}
	if i, err := other.visit(*a); err == nil && other.Fence != c.Fence {
		if err := l.take(ctx, a.Visits[i].Lease, "", "the login to account "+a.Name, now); err != nil {
			return err
		}
	}
	if until := a.Login.At.Add(Unanswered); now.Before(until) {
		return fmt.Errorf("one began at %s, the next may at %s: %w",
			a.Login.At.Format(time.RFC3339), until.Format(time.RFC3339), ErrUnanswered)
	}
	return nil
}

// LoginEnds records the answer to a login: nil if it succeeded, else the suspension
// that follows. Do not call it when nothing is known. A suspension counts even if the
// visit is over by now; the error is [ErrStale] then.
func (l *Ledger) LoginEnds(ctx context.Context, c Claim, s *Suspension) error {
	return l.loginOver(ctx, c, s != nil, func(a *Account, now time.Time) {
		a.Unknown = 0
		if s != nil {
			a.suspend(now, c.Owner, *s)
		}
	})
}

// LoginNotMade takes a login back in which nothing was typed, so that nothing was
// judged. The errors are those of [Ledger.LoginEnds].
func (l *Ledger) LoginNotMade(ctx context.Context, c Claim) error {
	return l.loginOver(ctx, c, false, func(*Account, time.Time) {})
}

// loginOver ends the login of a visit, if it is on record, with what follows from it.
// late says that this counts even if the visit is over.
func (l *Ledger) loginOver(ctx context.Context, c Claim, late bool, then func(a *Account, now time.Time)) error {
	var stale error
	_, err := l.writeAccount(ctx, c.ID, func(a *Account, now time.Time) error {
		if _, stale = c.visit(*a); stale != nil && !late {
			return stale
		}
		if a.Login != nil && a.Login.Fence == c.Fence {
			a.Login = nil
		}
		then(a, now)
		return nil
	})
	if err == nil {
		err = stale
	}
	if err != nil {
		return fmt.Errorf("login to account %s: %w", c.ID, err)
	}
	return nil
}

// RecoverLogin takes the word of a failed login of a visit that a ledger does not know
// of, since it was put back to an earlier time: fences grow beyond the visit's, so that
// the same is not learned twice, and with s the account is suspended.
func (l *Ledger) RecoverLogin(ctx context.Context, account, who string, fence int64, s *Suspension) error {
	_, err := l.writeAccount(ctx, account, func(a *Account, now time.Time) error {
		if fence <= a.Fence {
			return errNothing
		}
		a.Fence = fence
		if s != nil {
			a.suspend(now, who, *s)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("recover a failed login to account %s: %w", account, err)
	}
	return nil
}
