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

// unreached marks an error of the ledger. It says nothing of the site and nothing
// of the invoice: what is due stays due, and no person has to decide about it.
type unreached struct{ error }

func (u unreached) Unwrap() error { return u.error }

// ours says whether err says nothing of the site: the ledger could not be reached,
// or the submission is another's by now.
func ours(err error) bool {
	_, failed := errors.AsType[unreached](err)
	return failed || errors.Is(err, ledger.ErrStale)
}

// insist tells the ledger what happened.
func (a *attempt) insist(ctx context.Context, e submission.Event) (submission.Submission, error) {
	sub, err := a.moved(ctx, e)
	err = a.again(ctx, err, func() error {
		landed, err := a.landed(ctx)
		if err == nil && !landed.Submitting() {
			sub = landed // the write was done, and only its answer was lost
			return nil
		}
		sub, err = a.moved(ctx, e)
		return err
	})
	return sub, err
}

// now is the ledger's clock, also when ctx has ended.
func (a *attempt) now(ctx context.Context) (now time.Time, err error) {
	ask := func() error {
		ctx, cancel := outlive(ctx)
		defer cancel()
		now, err = a.Ledger.Now(ctx)
		return err
	}
	if err := a.again(ctx, ask(), ask); err != nil {
		return time.Time{}, unreached{err}
	}
	return now, nil
}

// again tries once more what the ledger answered with err. What became of an
// attempt that may have left is worth more than one try: where the ledger cannot be
// reached it is asked again, for some seconds, as long as the lease lasts and
// nobody ends the visit.
func (a *attempt) again(ctx context.Context, err error, try func() error) error {
	for wait := firstWait; ; wait *= 2 {
		if err == nil || a.rev.State != submission.Submitting || settled(err) || wait > lastWait || !a.claim.Enough(a.Clock, wait+windUp) {
			return err
		}
		a.Log.Warn("the ledger could not be reached, and is tried again", "invoice", a.inv.Number, "attempt", a.id, "error", err)
		if !clock.Pause(ctx, wait) {
			return err
		}
		err = try()
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
