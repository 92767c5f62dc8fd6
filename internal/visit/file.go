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

// file looks whether the site holds the invoice already, and submits it if not.
func (a *attempt) file(ctx context.Context) error {
	if why := a.sub.Spent(a.Ledger.Limits()); why != "" {
		err := a.move(ctx, submission.Event{Kind: submission.Contradicted, Actor: submission.ByVisit, Why: why, Needs: carriers.Operator})
		a.done(a.rev.State, why)
		return err
	}
	a.tell(Progress{ID: a.sub.ID, Invoice: a.inv.Number, Attempt: a.id, Step: StepLook})
	rows, err := a.find(ctx)
	if err != nil {
		err = fmt.Errorf("look-up: %w", err)
		a.recordEnd(ctx, err)
		return a.postpone(ctx, err)
	}
	what, row, why := reconcile.Judge(a.inv, rows, a.lastRefusal())
	switch what {
	case reconcile.Held:
		return a.found(ctx, row)
	case reconcile.Conflict:
		a.recordFound(ctx, row, true)
		err := a.move(ctx, submission.Event{Kind: submission.Contradicted, Actor: submission.ByVisit, Why: why, Needs: carriers.Biller})
		a.done(a.rev.State, why)
		return err
	}
	a.before = reconcile.Refusals(rows)
	if row, ok := reconcile.Refuses(a.inv, a.unseen(rows), a.lastLeft()); ok {
		return a.refusedBefore(ctx, row)
	}
	if row.Receipt.State == carriers.StateDraft {
		a.inv.Draft = &row
	}
	switch err := a.searchWorks(ctx); {
	case errors.Is(err, errUnchecked):
		err := a.move(ctx, submission.Event{Kind: submission.Contradicted, Actor: submission.ByVisit, Why: err.Error(), Needs: carriers.Operator})
		a.done(a.rev.State, a.rev.Why)
		return err
	case err != nil:
		a.meet(err, a.sub.ID)
		a.recordEnd(ctx, err)
		return a.postpone(ctx, err)
	}
	if err := a.mayCommit(); err != nil {
		return a.notAllowed(ctx, err)
	}
	return a.submit(ctx)
}

// found is row 6: somebody filed it before.
func (a *attempt) found(ctx context.Context, row carriers.Found) error {
	next, err := a.nextLook(ctx, row.Receipt.State)
	if err != nil {
		return err
	}
	a.recordFound(ctx, row, true)
	receipt := a.wordOf(row)
	says := receipt.Text
	err = a.moveIfAllowed(ctx, submission.Event{Kind: submission.FoundOnSite, Actor: submission.ByVisit, Receipt: receipt, Filed: row.At,
		NotBefore: next, Why: "it was on the carrier's site already" + by(row)})
	if reason := notTaken(err); reason != "" {
		says = "the carrier's site holds this invoice number, and it is not known of which revision: " + reason
		err = a.move(ctx, submission.Event{Kind: submission.Contradicted, Actor: submission.ByVisit, Needs: carriers.Biller, Why: says})
	}
	a.done(a.rev.State, says)
	return err
}

// refusedBefore leaves to the biller what seemed not to be there after it was sent,
// and was refused by the carrier meanwhile.
func (a *attempt) refusedBefore(ctx context.Context, row carriers.Found) error {
	a.recordFound(ctx, row, true)
	err := a.move(ctx, submission.Event{Kind: submission.Contradicted, Actor: submission.ByVisit, Needs: carriers.Biller,
		Why: "the carrier's site shows a refusal, which may be of what was sent before: " +
			a.scrub.ScrubString(cmp.Or(row.Receipt.Text, row.Receipt.Status))})
	a.done(a.rev.State, a.rev.Why)
	return err
}

// notAllowed leaves what may only be looked up. It is no refusal of the site's:
// the account is not suspended, and lodge.yaml, once mended, has its way.
func (a *attempt) notAllowed(ctx context.Context, why error) error {
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	err = a.move(ctx, submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, Why: why.Error(),
		Needs: carriers.Operator, NotBefore: now.Add(afterRefusal)})
	a.done(a.rev.State, why.Error())
	return err
}

// submit has the Site fill the form and commit, and tells the ledger the end.
func (a *attempt) submit(ctx context.Context) error {
	path, err := a.browserCopy(ctx)
	if errors.Is(err, errNotLent) || errors.Is(err, errUnread) {
		return a.postpone(ctx, err)
	}
	if err != nil {
		err := a.move(ctx, submission.Event{Kind: submission.Contradicted, Actor: submission.ByVisit,
			Why: err.Error(), Needs: carriers.Operator})
		a.done(a.rev.State, a.rev.Why)
		return err
	}
	a.inv.Path = path
	a.tell(Progress{ID: a.sub.ID, Invoice: a.inv.Number, Attempt: a.id, Step: StepSubmit})
	receipt, siteErr := a.fill(ctx)
	a.noteSent(ctx)
	a.recordEnd(ctx, siteErr)
	err = a.conclude(ctx, receipt, siteErr)
	return errors.Join(err, a.finish(ctx, nil))
}

// fill calls the Site's Submit, the only time at which it may commit.
func (a *attempt) fill(ctx context.Context) (receipt carriers.Receipt, err error) {
	a.attempt, a.filled = a, true
	defer func() { a.attempt = nil }()
	err = a.guarded("Submit", func() (err error) {
		receipt, err = a.site.Submit(a.tab.Context(ctx), a.inv)
		return err
	})
	if a.commit.err == nil || carriers.KindOf(err) == carriers.SiteChanged { // what else the gate stops is no fault of the site
		a.meet(err, a.sub.ID)
	}
	return receipt, err
}

// noteSent remembers for the carrier's pace, and for other visits to the
// account, that something was sent.
func (a *attempt) noteSent(ctx context.Context) {
	if a.Carrier.Limits.Pace == 0 || !a.written || !a.commit.outcome.Sent {
		return
	}
	ctx, cancel := outlive(ctx)
	defer cancel()
	if err := a.Ledger.Sent(ctx, a.Account.Name); err != nil {
		a.Log.Error("when something was last sent is not in the ledger", "error", err)
	}
}

// lastRefusal is when an earlier revision was refused: what the site holds from
// before is not this one.
func (a *attempt) lastRefusal() time.Time {
	var last time.Time
	for _, r := range a.sub.Revisions {
		if r.Number >= a.rev.Number || r.State != submission.Rejected {
			continue
		}
		for _, t := range r.Attempts {
			if t.IntendedAt.After(last) {
				last = t.IntendedAt
			}
		}
	}
	return last
}

// lastLeft is when this revision was last sent, as far as it may have been.
func (a *attempt) lastLeft() time.Time {
	var last time.Time
	for _, t := range a.rev.Attempts {
		if t.Left() && t.IntendedAt.After(last) {
			last = t.IntendedAt
		}
	}
	return last
}

// by names who filed a row, where the site shows it.
func by(row carriers.Found) string {
	if row.By == "" {
		return ""
	}
	return ", filed by " + row.By
}
