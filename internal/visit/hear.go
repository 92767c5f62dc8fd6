package visit

import (
	"context"

	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
)

// hear reads what the holder of the last attempt learned and could not write into
// the ledger, before the site is asked. True: that settled it.
func (a *attempt) hear(ctx context.Context) (bool, error) {
	if a.rev.State != submission.Uncertain || len(a.rev.Attempts) == 0 {
		return false, nil
	}
	last := a.rev.Attempts[len(a.rev.Attempts)-1]
	results, err := a.Evidence.ResultsOf(ctx, a.Account.Name, a.sub.ID, last.ID)
	if err != nil {
		a.Log.Warn("a late result was not read, and the site is asked", "invoice", a.inv.Number, "attempt", last.ID, "error", err)
	}
	e, ok := reconcile.Late(a.rev, results)
	if !ok {
		return false, nil
	}
	if e.NotBefore, err = a.nextLook(ctx, e.Receipt.State); err != nil {
		return false, err
	}
	if err := a.allowed(ctx, e); err != nil {
		a.Log.Warn("a late result does not fit, and the site is asked", "invoice", a.inv.Number, "attempt", last.ID, "error", err)
		return false, nil
	}
	err = a.move(ctx, e)
	a.done(a.rev.State, e.Why)
	return !a.rev.State.LookUp(), err
}
