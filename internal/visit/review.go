package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
)

// review looks again at what the carrier accepted: until its word is final it may
// refuse it after all (rows 16, 50 and 51).
func (a *attempt) review(ctx context.Context) error {
	a.tell(Progress{ID: a.sub.ID, Invoice: a.inv.Number, Attempt: a.id, Step: StepReview})
	rows, err := a.find(ctx)
	switch {
	case ours(err):
		return err
	case err != nil:
		a.cause = fmt.Errorf("look-up: %w", err)
		return errors.Join(a.reviewed(ctx, a.cause.Error(), reconcile.Again), a.suspend(ctx, a.cause), stop(a.cause))
	}
	what, row, why := a.judged(rows)
	word := submission.Event{Actor: submission.ByReconcile, Receipt: a.wordOf(row), Filed: row.At, Look: &a.looked}
	switch {
	case what == reconcile.Held && row.Receipt.State == carriers.StateAccepted:
		_ = a.keep(ctx, piece{name: "found.json", value: row})
		return a.reviewed(ctx, "the carrier's site still shows it as accepted", reconcile.Review)
	case what == reconcile.Held:
		_ = a.keep(ctx, piece{name: "found.json", value: row})
		return a.reviewed(ctx, "the carrier's site says of it now: "+said(word.Receipt), reconcile.Again)
	case what == reconcile.Refused:
		a.recordFound(ctx, row, true)
		word.Kind, word.Look, word.Why = submission.LookedUp, nil, "the carrier's history says: "+said(word.Receipt)
	case what == reconcile.Conflict, row.Receipt.State == carriers.StateRejected: // of no date
		a.recordFound(ctx, row, true)
		word.Kind, word.Why, word.Needs = submission.Unsettled, why, carriers.Biller
	default:
		a.recordAbsent(ctx)
		a.control(ctx)
		word = submission.Event{Kind: submission.Unsettled, Actor: submission.ByReconcile, Look: &a.looked, Needs: carriers.Biller,
			Why: cmp.Or(why, "the carrier's site does not show it any more") + a.proof}
	}
	return a.doubt(ctx, word)
}

// doubt makes the move that takes an acceptance back, or asks a person about it.
// Where the table finds that too little for it, the site is asked again.
func (a *attempt) doubt(ctx context.Context, e submission.Event) error {
	if err := a.allowed(ctx, e); err != nil {
		return a.reviewed(ctx, e.Why, reconcile.Again)
	}
	err := a.move(ctx, e)
	a.done(a.rev.State, e.Why)
	return err
}

// reviewed notes that nothing follows from a look, and when the next one is.
func (a *attempt) reviewed(ctx context.Context, why string, next func(h carriers.History, accepted, now time.Time) time.Time) error {
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	e := submission.Event{Kind: submission.Reviewed, Actor: submission.ByReconcile, Why: why,
		NotBefore: next(a.Carrier.History, a.rev.Since, now)}
	if a.looked.Control {
		e.Look = &a.looked
	}
	err = a.move(ctx, e)
	a.done(a.rev.State, why)
	return err
}

// said is the carrier's word in its own words.
func said(r *carriers.Receipt) string { return cmp.Or(r.Text, r.Status, string(r.State)) }
