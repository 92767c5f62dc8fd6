package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/submission"
)

// Margin is how much earlier than its lease a holder's own deadline ends.
const Margin = 10 * time.Second

// A Claim is a held lease: what a visit shows with each write, and how long it
// may act. Deadline is on [clock.Clock].Boot, counted from before the write that
// took or renewed the lease, less [Margin].
type Claim struct {
	ID       string // of the submission, or the account's name
	Owner    string
	Fence    int64
	Deadline time.Duration
}

// Enough says whether the claim lasts for another need.
func (c Claim) Enough(clk clock.Clock, need time.Duration) bool {
	return clk.Boot()+need < c.Deadline
}

// Claim takes the lease on a submission for owner, for ttl, which must be more
// than twice [Margin]. If it is held the error is [ErrHeld], a [*HeldError]. What
// a person holds back from being filed is not claimed: [ErrOnHold]. Of
// a holder that is dead, and of owner itself when its lease has run out, it is
// taken over: the fence grows, and what a dead holder left submitting becomes
// uncertain (row 12) in the same write.
func (l *Ledger) Claim(ctx context.Context, id, owner string, ttl time.Duration) (submission.Submission, Claim, error) {
	deadline, err := l.deadline(owner, ttl)
	if err != nil {
		return submission.Submission{}, Claim{}, err
	}
	s, err := l.write(ctx, id, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		if err := l.mayTake(ctx, *s, owner, now); err != nil {
			return nil, err
		}
		entries, err := l.reclaim(s, owner, now)
		if err != nil {
			return nil, err
		}
		if s.HeldBack() {
			return nil, &OnHoldError{s.Key.String(), s.OnHold}
		}
		s.Fence = granted(s.Fence)
		s.Lease = submission.Lease{Owner: owner, Until: now.Add(ttl)}
		return entries, nil
	})
	if err != nil {
		return submission.Submission{}, Claim{}, fmt.Errorf("claim: %w", err)
	}
	l.begun(id, s.Fence)
	return s, Claim{ID: id, Owner: owner, Fence: s.Fence, Deadline: deadline}, nil
}

// granted is the fence of the next lease on a submission. Leases have even ones, so
// that the odd one between two says that a lease was ended and none was granted: a
// ledger that was copied back may end one that it has while the evidence has an
// attempt under the next, which must not look as if that had been the one that ended.
func granted(fence int64) int64 { return fence - fence%2 + 2 }

// ended is the fence after which no write under the lease of fence counts.
func ended(fence int64) int64 { return fence | 1 }

// begun and over keep count of what is worked on through this Ledger.
func (l *Ledger) begun(id string, fence int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.working[id] = fence
}

func (l *Ledger) over(c Claim) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.working[c.ID] == c.Fence {
		delete(l.working, c.ID)
	}
}

func (l *Ledger) worksOn(s submission.Submission) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.working[s.ID] == s.Fence && s.Fence != 0
}

// mayTake is nil or a HeldError. An attempt under way is only ever taken from a
// dead holder, or by the holder itself once its own work on it has ended and so
// has its lease: what became of it could not be written then.
func (l *Ledger) mayTake(ctx context.Context, s submission.Submission, owner string, now time.Time) error {
	if s.Submitting() && s.Lease.Owner != "" && s.Lease.Owner == owner && l.worksOn(s) {
		return &HeldError{What: s.Key.String(), Lease: s.Lease}
	}
	return l.take(ctx, s.Lease, owner, s.Key.String(), now)
}

// deadline is the holder's own for a lease that begins now. It is taken before
// the write, so that it never ends after the lease.
func (l *Ledger) deadline(owner string, ttl time.Duration) (time.Duration, error) {
	switch {
	case owner == "":
		return 0, errors.New("a lease needs an owner")
	case ttl <= 2*Margin:
		return 0, fmt.Errorf("a lease of %s leaves no time to act: it must be more than %s", ttl, 2*Margin)
	}
	return l.clock.Boot() + ttl - Margin, nil
}

// Renew makes the lease last ttl from now. If it is another's by now the error
// is [ErrStale].
func (l *Ledger) Renew(ctx context.Context, c Claim, ttl time.Duration) (Claim, error) {
	deadline, err := l.deadline(c.Owner, ttl)
	if err != nil {
		return Claim{}, err
	}
	_, err = l.write(ctx, c.ID, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		if err := c.holds(*s); err != nil {
			return nil, err
		}
		s.Lease.Until = now.Add(ttl)
		return nil, nil
	})
	if err != nil {
		return Claim{}, fmt.Errorf("renew: %w", err)
	}
	c.Deadline = deadline
	return c, nil
}

// Release says that the work under c has ended, and gives the lease back. A
// submission that is still submitting keeps its lease: move it first, to uncertain
// if nothing better is known. Where that could not be written, [Ledger.Takeover]
// does it when the lease has run out.
func (l *Ledger) Release(ctx context.Context, c Claim) error {
	l.over(c)
	_, err := l.write(ctx, c.ID, func(s *submission.Submission, _ time.Time) ([]submission.Entry, error) {
		if err := c.holds(*s); err != nil {
			return nil, err
		}
		if s.Submitting() {
			return nil, fmt.Errorf("%s is submitting: it has to be moved before its lease is given back", s.Key)
		}
		s.Lease = submission.Lease{}
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	return nil
}

// holds is nil if the lease on s is still the claim's.
func (c Claim) holds(s submission.Submission) error {
	if s.Lease.Owner == c.Owner && s.Fence == c.Fence {
		return nil
	}
	return fmt.Errorf("%s: fence %d is over, it is %d now, leased to %q: %w", s.Key, c.Fence, s.Fence, s.Lease.Owner, ErrStale)
}

// Move applies e to the submission under c, in one conditional write. Who, At
// and, of a new attempt, Owner and Fence are set here. If the lease is another's
// by now nothing moves and the error is [ErrStale]: then [Ledger.Note] what is
// known. What the table refuses is a [*submission.Refusal]; of an intent that a
// person's hold stopped the error is [ErrOnHold] too.
func (l *Ledger) Move(ctx context.Context, c Claim, e submission.Event) (submission.Submission, error) {
	switch e.Actor {
	case submission.ByVisit, submission.ByGate, submission.ByReconcile, submission.ByMail:
	default:
		return submission.Submission{}, fmt.Errorf("move: %q does not act under a lease", e.Actor)
	}
	s, err := l.write(ctx, c.ID, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		if err := c.holds(*s); err != nil {
			return nil, err
		}
		entries, err := l.apply(s, c.signed(e, now))
		return entries, heldBack(*s, e, err)
	})
	if err != nil {
		return submission.Submission{}, fmt.Errorf("move: %w", err)
	}
	return s, nil
}

// signed is e in the name of the claim's holder.
func (c Claim) signed(e submission.Event, now time.Time) submission.Event {
	e.Who, e.At = c.Owner, now
	if e.Kind == submission.Intended && e.Attempt != nil {
		a := *e.Attempt
		a.Owner, a.Fence, a.IntendedAt = c.Owner, c.Fence, now
		e.Attempt = &a
	}
	return e
}

// Note adds e to the history and moves nothing: for the late results of holders
// whose lease was taken over. Its kind is kept; At is set here.
func (l *Ledger) Note(ctx context.Context, id string, e submission.Event) error {
	_, err := l.write(ctx, id, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		e.At = now
		after, entry := s.Note(e)
		*s = after
		return []submission.Entry{entry}, nil
	})
	if err != nil {
		return fmt.Errorf("note: %w", err)
	}
	return nil
}
