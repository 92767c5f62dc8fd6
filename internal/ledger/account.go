package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/internal/submission"
)

// Unanswered is how long nobody logs in after a login of which it was never
// learned how it ended: it may have counted as a refused one.
const Unanswered = 15 * time.Minute

// keptNotes is how many notes an account's item keeps.
const keptNotes = 100

// EnterAccount takes one of the account's visits, of which there are as many at
// a time as visits says (0 means 1). It fails with [ErrHeld] if all are taken by
// holders that live, with [ErrPaused], a [*PausedError], and with
// [ErrSuspended], a [*SuspendedError], while the account is paused or suspended. A suspension made under another version of the secret is
// lifted and noted. The holds that a suspension had put on submissions end.
func (l *Ledger) EnterAccount(
	ctx context.Context, account, owner, secretVersion string, visits int, ttl time.Duration,
) (Account, Claim, error) {
	deadline, err := l.deadline(owner, ttl)
	if err != nil {
		return Account{}, Claim{}, err
	}
	a, err := l.writeAccount(ctx, account, func(a *Account, now time.Time) error {
		if a.liftedBy(secretVersion) {
			a.note(now, owner, "a new secret lifts the suspension: "+a.Suspended.Why)
			a.Suspended = nil
		}
		if err := a.Open(); err != nil {
			return err
		}
		if held := l.sweep(ctx, a, owner, now); len(a.Visits) >= max(1, visits) {
			return held[len(held)-1] // each visit that is left is in it
		}
		a.Fence++
		a.Visits = append(a.Visits, Visiting{a.Fence, submission.Lease{Owner: owner, Until: now.Add(ttl)}})
		return nil
	})
	if err != nil {
		return Account{}, Claim{}, fmt.Errorf("enter account %s: %w", account, err)
	}
	c := Claim{ID: account, Owner: owner, Fence: a.Fence, Deadline: deadline}
	// Each time, not only when a suspension was lifted: the program that lifted it
	// may have ended before it came to the holds.
	open := submission.Event{Actor: submission.ByVisit, Who: owner, Why: "the account may be visited again"}
	if err := l.endHolds(ctx, account, open); err != nil {
		return Account{}, Claim{}, errors.Join(err, l.LeaveAccount(ctx, c))
	}
	return a, c, nil
}

// RenewAccount makes the visit's lease last ttl from now, or fails with [ErrStale].
func (l *Ledger) RenewAccount(ctx context.Context, c Claim, ttl time.Duration) (Claim, error) {
	deadline, err := l.deadline(c.Owner, ttl)
	if err != nil {
		return Claim{}, err
	}
	_, err = l.writeAccount(ctx, c.ID, func(a *Account, now time.Time) error {
		i, err := c.visit(*a)
		if err == nil {
			a.Visits[i].Until = now.Add(ttl)
		}
		return err
	})
	if err != nil {
		return Claim{}, fmt.Errorf("renew account %s: %w", c.ID, err)
	}
	c.Deadline = deadline
	return c, nil
}

// LeaveAccount gives the visit back. A login that was begun and not ended stays
// on record as unanswered.
func (l *Ledger) LeaveAccount(ctx context.Context, c Claim) error {
	_, err := l.writeAccount(ctx, c.ID, func(a *Account, _ time.Time) error {
		i, err := c.visit(*a)
		if err == nil {
			a.Visits = slices.Delete(a.Visits, i, i+1)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("leave account %s: %w", c.ID, err)
	}
	return nil
}

// visit is the index of the claim's visit.
func (c Claim) visit(a Account) (int, error) {
	i := slices.IndexFunc(a.Visits, func(v Visiting) bool { return v.Fence == c.Fence && v.Owner == c.Owner })
	if i < 0 {
		return -1, fmt.Errorf("visit %d of %s is over: %w", c.Fence, c.Owner, ErrStale)
	}
	return i, nil
}

// Suspend stops an account everywhere for what a visit met after its login. With
// an empty SecretVersion only a person lifts it. At is set here.
func (l *Ledger) Suspend(ctx context.Context, account, who string, s Suspension) error {
	_, err := l.writeAccount(ctx, account, func(a *Account, now time.Time) error {
		a.suspend(now, who, s)
		return nil
	})
	if err != nil {
		return fmt.Errorf("suspend account %s: %w", account, err)
	}
	return nil
}

// LiftSuspension lets an account be visited again and ends the holds that its
// submissions had for it. who is a person; why is one sentence.
func (l *Ledger) LiftSuspension(ctx context.Context, account, who, why string) error {
	if who == "" || why == "" {
		return fmt.Errorf("lift the suspension of account %s: it needs who and why", account)
	}
	_, err := l.writeAccount(ctx, account, func(a *Account, now time.Time) error {
		if a.Suspended == nil {
			return errNothing
		}
		a.note(now, who, fmt.Sprintf("suspension lifted: %s (it was: %s)", why, a.Suspended.Why))
		a.Suspended = nil
		return nil
	})
	if err != nil {
		return fmt.Errorf("lift the suspension of account %s: %w", account, err)
	}
	return l.endHolds(ctx, account, submission.Event{Actor: submission.ByPerson, Who: who, Why: why})
}

// endHolds ends the holds that an account's suspension had put on submissions
// (row 25), in the name of e. One that somebody works on is that holder's to
// hold or not.
func (l *Ledger) endHolds(ctx context.Context, account string, e submission.Event) error {
	waiting := []submission.State{submission.Ready, submission.Uncertain, submission.Submitted}
	list, err := l.all(ctx, Query{Account: account, States: waiting})
	if err != nil {
		return fmt.Errorf("holds of account %s: %w", account, err)
	}
	e.Kind = submission.Released
	for _, item := range list {
		if !suspends(item.Hold) && item.Hold != submission.HoldPerson {
			continue // beside a person's hold, which lists show, there may be the account's
		}
		_, err := l.write(ctx, item.ID, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
			if s.Lease.Owner != "" || !suspends(s.Hold) {
				return nil, errNothing
			}
			e.At = now
			return l.apply(s, e)
		})
		if err != nil {
			return fmt.Errorf("holds of account %s: %w", account, err)
		}
	}
	return nil
}

// suspends says whether a hold comes from the account.
func suspends(h submission.Hold) bool {
	return h == submission.HoldCredentials || h == submission.HoldPaused
}

// Sent remembers that something was sent now, for the carrier's pace.
func (l *Ledger) Sent(ctx context.Context, account string) error {
	_, err := l.writeAccount(ctx, account, func(a *Account, now time.Time) error {
		a.LastSent = now
		return nil
	})
	if err != nil {
		return fmt.Errorf("sent by account %s: %w", account, err)
	}
	return nil
}

// Account returns an account's item, zero but for its name if nothing is known.
func (l *Ledger) Account(ctx context.Context, name string) (Account, error) {
	return l.engine.LoadAccount(ctx, name)
}

// writeAccount loads an account, changes it and stores it, again on a conflict.
func (l *Ledger) writeAccount(ctx context.Context, name string, change func(*Account, time.Time) error) (Account, error) {
	for range maxConflicts {
		a, err := l.engine.LoadAccount(ctx, name)
		if err != nil {
			return Account{}, err
		}
		now, err := l.engine.Now(ctx)
		if err != nil {
			return Account{}, fmt.Errorf("the ledger's clock: %w", err)
		}
		err = change(&a, now.UTC().Round(0))
		if errors.Is(err, errNothing) {
			return a, nil
		}
		if err != nil {
			return Account{}, err
		}
		a.Version++
		err = l.engine.StoreAccount(ctx, a)
		if err == nil || !errors.Is(err, ErrConflict) {
			return a, err
		}
	}
	return Account{}, fmt.Errorf("gave up after %d tries: %w", maxConflicts, ErrConflict)
}

func (a *Account) note(at time.Time, who, why string) {
	a.Notes = append(a.Notes, Note{at, who, why})
	a.Notes = a.Notes[max(0, len(a.Notes)-keptNotes):]
}

// liftedBy says whether a secret of this version ends the suspension.
func (a *Account) liftedBy(version string) bool {
	return a.Suspended != nil && a.Suspended.SecretVersion != "" && version != "" && version != a.Suspended.SecretVersion
}

// suspend keeps a suspension that only a person lifts from being replaced by
// one that a new secret would.
func (a *Account) suspend(at time.Time, who string, s Suspension) {
	s.At = at
	a.note(at, who, "suspended: "+s.Why)
	if a.Suspended != nil && a.Suspended.SecretVersion == "" {
		return
	}
	a.Suspended = &s
}
