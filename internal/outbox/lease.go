package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
)

// leaseFor is how long a turn is taken for in the ledger. A program that dies
// leaves its destination waiting for this long and two minutes more.
const leaseFor = time.Minute

// leastLeft is what must be left of a turn for something to be begun: the longest
// that a receiver may take to answer ([Patience]), and a little.
const leastLeft = Patience + 5*time.Second

// giveBack bounds the write that gives a turn back.
const giveBack = 5 * time.Second

// A TurnLedger is what [Leases] needs of [ledger.Ledger].
type TurnLedger interface {
	// TakeTurn takes a destination's turn, or fails with [ledger.ErrHeld].
	TakeTurn(ctx context.Context, destination, owner string, ttl time.Duration) (ledger.Claim, error)
	// RenewTurn makes it last ttl from now, or fails with [ledger.ErrStale].
	RenewTurn(ctx context.Context, c ledger.Claim, ttl time.Duration) (ledger.Claim, error)
	// EndTurn gives it back.
	EndTurn(ctx context.Context, c ledger.Claim) error
}

// Leases is [Turns] by leases in the ledger, for programs that share nothing
// else. Each turn costs two writes, and one each half minute while it lasts.
type Leases struct {
	Ledger TurnLedger
	Owner  string // who takes turns, for people
	Clock  clock.Clock
}

// Take implements [Turns].
func (l Leases) Take(ctx context.Context, destination string) (Turn, error) {
	c, err := l.Ledger.TakeTurn(ctx, destination, l.Owner, leaseFor)
	if errors.Is(err, ledger.ErrHeld) {
		return nil, ErrBusy
	}
	if err != nil {
		return nil, err
	}
	return &lease{Leases: l, claim: c}, nil
}

// A lease is a turn that is held in the ledger.
type lease struct {
	Leases

	mu    sync.Mutex
	claim ledger.Claim
	lost  bool
}

// Keep implements [Turn]: it renews a lease of which half is over. What cannot be
// renewed for a moment is still held until its end.
func (t *lease) Keep(ctx context.Context) (time.Duration, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var failed error
	if !t.lost && t.left() < leaseFor/2 {
		failed = t.renew(ctx)
	}
	switch left := t.left(); {
	case t.lost || left <= 0:
		t.lost = true // also where the ledger is another's word: who slept through it does not wake up to it
		return 0, ErrLost
	case left < leastLeft:
		return 0, errors.Join(fmt.Errorf("the turn could not be renewed: %w", ErrLost), failed)
	default:
		return left, nil
	}
}

func (t *lease) left() time.Duration { return t.claim.Deadline - t.Clock.Boot() }

// renew is only for a lease that is not over: once it is, another may have told
// something, and given the turn back.
func (t *lease) renew(ctx context.Context) error {
	if t.left() <= 0 {
		return ErrLost
	}
	c, err := t.Ledger.RenewTurn(ctx, t.claim, leaseFor)
	switch {
	case err == nil:
		t.claim = c
	case errors.Is(err, ledger.ErrStale):
		t.lost = true
	}
	return err
}

// End implements [Turn]. One that cannot be given back ends by itself.
func (t *lease) End(ctx context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBack)
	defer cancel()
	_ = t.Ledger.EndTurn(ctx, t.claim)
}
