package ledger

import (
	"context"
	"fmt"
	"time"

	"example.com/lodge/internal/submission"
)

// turnPrefix begins the name of the item of a destination's turn.
const turnPrefix = "turn" + itemMark

// turnGrace is how long after its lease another's turn is left alone. The clocks
// of two programs may be a minute off the ledger's in opposite ways
// (dynamo.Margin); what is in between is for the last request of who lost it.
const turnGrace = 2*time.Minute + Margin

// TakeTurn takes the turn at telling a destination for ttl, which must be more
// than twice [Margin], or fails with [ErrHeld]. Unlike the lease on an invoice a
// turn ends by time alone, some minutes after its lease, whatever became of its
// holder: nothing is filed under it, and what is told twice has the same id. So
// a holder tells nothing after the claim's Deadline. The claim is no lease on
// anything else.
func (l *Ledger) TakeTurn(ctx context.Context, destination, owner string, ttl time.Duration) (Claim, error) {
	deadline, err := l.deadline(owner, ttl)
	if err != nil {
		return Claim{}, err
	}
	a, err := l.writeAccount(ctx, turnPrefix+destination, func(a *Account, now time.Time) error {
		if a.Turn != nil && !now.After(a.Turn.Until.Add(turnGrace)) {
			return fmt.Errorf("%s has it until %s: %w", a.Turn.Owner, a.Turn.Until.Format(time.RFC3339), ErrHeld)
		}
		a.Fence++
		a.Turn = &submission.Lease{Owner: owner, Until: now.Add(ttl)}
		return nil
	})
	if err != nil {
		return Claim{}, fmt.Errorf("the turn at destination %s: %w", destination, err)
	}
	return Claim{ID: destination, Owner: owner, Fence: a.Fence, Deadline: deadline}, nil
}

// RenewTurn makes a turn last ttl from now. If it is another's by now, or was
// given back, the error is [ErrStale].
func (l *Ledger) RenewTurn(ctx context.Context, c Claim, ttl time.Duration) (Claim, error) {
	deadline, err := l.deadline(c.Owner, ttl)
	if err != nil {
		return Claim{}, err
	}
	err = l.writeTurn(ctx, c, func(a *Account, now time.Time) { a.Turn = &submission.Lease{Owner: c.Owner, Until: now.Add(ttl)} })
	if err != nil {
		return Claim{}, err
	}
	c.Deadline = deadline
	return c, nil
}

// EndTurn gives a turn back. If it is another's by now the error is [ErrStale],
// and nothing changes.
func (l *Ledger) EndTurn(ctx context.Context, c Claim) error {
	return l.writeTurn(ctx, c, func(a *Account, _ time.Time) { a.Turn = nil })
}

func (l *Ledger) writeTurn(ctx context.Context, c Claim, change func(*Account, time.Time)) error {
	_, err := l.writeAccount(ctx, turnPrefix+c.ID, func(a *Account, now time.Time) error {
		if a.Turn == nil || a.Fence != c.Fence {
			return fmt.Errorf("turn %d of %s is over: %w", c.Fence, c.Owner, ErrStale)
		}
		change(a, now)
		return nil
	})
	if err != nil {
		return fmt.Errorf("the turn at destination %s: %w", c.ID, err)
	}
	return nil
}
