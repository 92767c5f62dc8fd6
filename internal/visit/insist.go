package visit

import (
	"context"
	"errors"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// How long a visit waits between two tries to write down what became of an
// attempt: after the last it leaves that to the look-up.
const (
	firstWait = 500 * time.Millisecond
	lastWait  = 4 * time.Second
)

// insist tells the ledger what happened. What became of an attempt that may have
// left is worth more than one try: where the ledger cannot be written it is tried
// again, for some seconds, as long as the lease lasts and nobody ends the visit.
func (a *attempt) insist(ctx context.Context, e submission.Event) (submission.Submission, error) {
	for wait := firstWait; ; wait *= 2 {
		sub, err := a.moved(ctx, e)
		if err == nil || a.rev.State != submission.Submitting || settled(err) || wait > lastWait || !a.claim.Enough(a.Clock, wait+windUp) {
			return sub, err
		}
		a.Log.Warn("the ledger could not be written, and is tried again", "invoice", a.inv.Number, "attempt", a.id, "error", err)
		if !clock.Pause(ctx, wait) {
			return sub, err
		}
		if landed, err := a.landed(ctx); err == nil && !landed.Submitting() {
			return landed, nil // the write was done, and only its answer was lost
		}
	}
}

// settled says whether no other try would end otherwise.
func settled(err error) bool {
	_, refused := errors.AsType[*submission.Refusal](err)
	return refused || errors.Is(err, ledger.ErrStale)
}

// moved is one try, also when ctx has ended.
func (a *attempt) moved(ctx context.Context, e submission.Event) (submission.Submission, error) {
	ctx, cancel := outlive(ctx)
	defer cancel()
	return a.Ledger.Move(ctx, a.claim, e)
}

// landed is the submission as the ledger has it, if it is still this visit's.
func (a *attempt) landed(ctx context.Context) (submission.Submission, error) {
	ctx, cancel := outlive(ctx)
	defer cancel()
	s, err := a.Ledger.Get(ctx, a.sub.ID)
	if err == nil && (s.Fence != a.claim.Fence || s.Lease.Owner != a.claim.Owner) {
		err = ledger.ErrStale
	}
	return s, err
}
