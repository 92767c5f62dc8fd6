package ledger

import (
	"context"
	"fmt"
	"time"
)

// Pause has an account not be visited until a person resumes it. A visit under
// way ends before its next submission. A suspension that is there stays beside
// the pause. Of an account that is paused already the pause stays as it is, and
// the error is [ErrPaused], a [*PausedError].
func (l *Ledger) Pause(ctx context.Context, account, who, why string) error {
	if who == "" || why == "" {
		return fmt.Errorf("pause account %s: it needs who and why", account)
	}
	_, err := l.writeAccount(ctx, account, func(a *Account, now time.Time) error {
		if a.Paused != nil {
			return &PausedError{a.Name, *a.Paused}
		}
		a.Paused = &Pause{At: now, Who: who, Why: why}
		a.note(now, who, "paused: "+why)
		return nil
	})
	if err != nil {
		return fmt.Errorf("pause account %s: %w", account, err)
	}
	return nil
}

// Resume ends a person's pause and returns the account, which may be suspended
// all the same: a login that a carrier refused is not tried again because
// somebody took a pause back. Of an account that is not paused nothing changes.
func (l *Ledger) Resume(ctx context.Context, account, who, why string) (Account, error) {
	if who == "" || why == "" {
		return Account{}, fmt.Errorf("resume account %s: it needs who and why", account)
	}
	a, err := l.writeAccount(ctx, account, func(a *Account, now time.Time) error {
		if a.Paused == nil {
			return errNothing
		}
		a.note(now, who, fmt.Sprintf("pause ended: %s (it was: %s)", why, a.Paused.Why))
		a.Paused = nil
		return nil
	})
	if err != nil {
		return Account{}, fmt.Errorf("resume account %s: %w", account, err)
	}
	return a, nil
}

// Open is nil if the account may be visited, else a [*PausedError] or a
// [*SuspendedError].
func (a *Account) Open() error {
	switch {
	case a.Paused != nil:
		return &PausedError{a.Name, *a.Paused}
	case a.Suspended != nil:
		return &SuspendedError{Account: a.Name, Suspension: *a.Suspended}
	}
	return nil
}
