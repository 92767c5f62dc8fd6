package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
)

// lookUp settles what an earlier attempt left submitted or uncertain, if the
// site has a word for it now.
func (a *attempt) lookUp(ctx context.Context) error {
	if settled, err := a.hear(ctx); settled || err != nil {
		return err
	}
	a.tell(Progress{ID: a.sub.ID, Invoice: a.inv.Number, Attempt: a.id, Step: StepLook})
	rows, err := a.find(ctx)
	if err != nil {
		return a.notAsked(ctx, fmt.Errorf("look-up: %w", err))
	}
	what, row, why := a.judged(rows)
	if what == reconcile.Absent {
		a.recordAbsent(ctx) // before another page is asked for
		a.control(ctx)
	}
	return a.settle(ctx, what, row, why)
}

// judged is what the rows mean for what was sent. What a person filed by hand may
// be of any time since the last refusal; only a refusal must be newer than the
// file, since an old one is of something else. So it is with what was accepted
// without Lodge, but that any refusal since the last counts.
func (a *attempt) judged(rows []carriers.Found) (reconcile.Finding, carriers.Found, string) {
	sent, rows := reconcile.SentAt(a.rev), a.unseen(rows)
	switch {
	case a.rev.State == submission.Accepted && sent.IsZero():
		return reconcile.Judge(a.inv, rows, clock.Later(a.lastRefusal(), time.Unix(1, 0)))
	case !reconcile.ByHand(a.rev):
		return reconcile.Judge(a.inv, rows, sent)
	}
	what, row, why := reconcile.Judge(a.inv, rows, a.lastRefusal())
	if what == reconcile.Absent {
		return reconcile.Judge(a.inv, rows, clock.Later(a.sub.CreatedAt, sent))
	}
	return what, row, why
}

// unseen are rows without the refusals that were there before the last attempt.
func (a *attempt) unseen(rows []carriers.Found) []carriers.Found {
	if n := len(a.rev.Attempts); n > 0 {
		return reconcile.Unseen(rows, a.rev.Attempts[n-1].Before)
	}
	return rows
}

// settle tells the ledger what a look-up after an intent found (rows 13 to 15).
func (a *attempt) settle(ctx context.Context, what reconcile.Finding, row carriers.Found, why string) error {
	switch what {
	case reconcile.Held, reconcile.Refused:
		receipt := a.wordOf(row)
		a.recordFound(ctx, row, true)
		next, err := a.nextLook(ctx, receipt.State)
		if err != nil {
			return err
		}
		err = a.moveIfAllowed(ctx, submission.Event{Kind: submission.LookedUp, Actor: submission.ByReconcile,
			Receipt: receipt, Filed: row.At, NotBefore: next,
			Why: "the carrier's history says: " + cmp.Or(receipt.Text, receipt.Status)})
		if reason := notTaken(err); reason != "" { // it may be another revision's row, and its own may come yet
			return a.notSettled(ctx, row, fmt.Errorf("what the carrier's history shows is not known to be of this revision: %s", reason))
		}
		a.done(a.rev.State, cmp.Or(receipt.Text, receipt.Number))
		return err
	case reconcile.Conflict:
		a.recordFound(ctx, row, true)
		err := a.move(ctx, submission.Event{Kind: submission.Unsettled, Actor: submission.ByReconcile, Why: why, Needs: carriers.Biller,
			Look: &a.looked, Receipt: a.wordOf(row)})
		a.done(a.rev.State, why)
		return err
	}
	return a.notSettled(ctx, row, errors.New(cmp.Or(why, "the carrier's history does not show it yet")+a.proof))
}

// wordOf is the carrier's word that a row shows, without secrets.
func (a *attempt) wordOf(row carriers.Found) *carriers.Receipt {
	receipt := row.Receipt
	receipt.Text = a.scrub.ScrubString(receipt.Text)
	return &receipt
}

// notTaken is why the table did not take what the ledger was told, or "".
func notTaken(err error) string {
	if r, ok := errors.AsType[*submission.Refusal](err); ok {
		return r.Reason
	}
	return ""
}

// notSettled waits longer after a look that showed nothing, only a draft, or what
// is not known to be of this revision.
func (a *attempt) notSettled(ctx context.Context, row carriers.Found, cause error) error {
	if why := a.looked.Blind; why != "" {
		e := submission.Event{Kind: submission.Postponed, Actor: submission.ByReconcile}
		return a.wait(ctx, e, fmt.Errorf("the carrier's site cannot be asked: %s", why))
	}
	e := submission.Event{Kind: submission.Absent, Actor: submission.ByReconcile, Look: &a.looked}
	if row.Receipt.State != "" {
		e.Receipt = a.wordOf(row)
	}
	return a.wait(ctx, e, cause)
}

// notAsked waits longer because the site could not be asked.
func (a *attempt) notAsked(ctx context.Context, cause error) error {
	if ours(cause) {
		return cause
	}
	a.cause = cause
	err := a.wait(ctx, submission.Event{Kind: submission.Postponed, Actor: submission.ByReconcile, Needs: acts(cause)}, cause)
	return errors.Join(err, a.suspend(ctx, cause))
}

// wait puts the next look off, or asks a person once that was long enough.
func (a *attempt) wait(ctx context.Context, e submission.Event, cause error) error {
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	e.Why = cause.Error()
	if since := reconcile.Since(a.sub, a.rev); now.Sub(since) > reconcile.Patience {
		e = submission.Event{Kind: submission.Unsettled, Actor: submission.ByReconcile, Needs: carriers.Operator,
			Look: e.Look, Receipt: e.Receipt,
			Why: fmt.Sprintf("could not be settled since %s: %v", since.Format(time.RFC3339), cause)}
		if reconcile.ByHand(a.rev) && a.rev.ToldBy != "" {
			e.Why = fmt.Sprintf("%s said on %s that it was filed by hand, and the carrier's site does not show it: %v",
				a.rev.ToldBy, a.rev.ByHand.At.Format(time.RFC3339), cause)
		}
	} else {
		e.NotBefore = reconcile.Next(a.sub, a.rev, now)
	}
	err = a.move(ctx, e)
	a.done(a.rev.State, e.Why)
	return errors.Join(err, stop(cause))
}

// nextLook is when to look again once the carrier has said state.
func (a *attempt) nextLook(ctx context.Context, state carriers.ReceiptState) (time.Time, error) {
	now, err := a.now(ctx)
	switch {
	case err != nil:
		return time.Time{}, err
	case state == carriers.StateAccepted:
		return reconcile.Review(a.Carrier.History, now, now), nil
	case a.rev.State.LookUp():
		return reconcile.Next(a.sub, a.rev, now), nil
	}
	return now.Add(reconcile.Recheck), nil
}

// find asks the Site, and remembers that it was asked.
func (a *attempt) find(ctx context.Context) ([]carriers.Found, error) {
	now, err := a.now(ctx)
	if err != nil {
		return nil, err
	}
	a.looked = submission.Look{At: now, Visit: a.name(),
		Mail: len(a.Carrier.Mail) == 0, Trusted: a.Carrier.History.TrustAbsence, Blind: a.Carrier.History.Blind}
	if a.looked.Blind != "" {
		return nil, nil
	}
	return a.rows(ctx, a.inv)
}

// rows asks the Site for inv.
func (a *attempt) rows(ctx context.Context, inv carriers.Invoice) ([]carriers.Found, error) {
	var rows []carriers.Found
	err := a.guarded("Find", func() (err error) {
		rows, err = a.site.Find(a.tab.Context(ctx), inv)
		return err
	})
	a.meet(err, a.sub.ID)
	if errors.Is(err, carriers.ErrNoHistory) {
		return nil, carriers.Errorf(carriers.SiteChanged, "the carrier does not declare its history blind: %w", err)
	}
	return rows, err
}

// lookAgain looks in a new tab, after a commit: the old one may hold a page
// that would send it again.
func (a *attempt) lookAgain(ctx context.Context) (reconcile.Finding, carriers.Found, string, error) {
	var rows []carriers.Found
	var notFound error
	looked, err := a.changeTab(ctx, func() { rows, notFound = a.find(ctx) })
	if err == nil && !looked {
		rows, notFound = a.find(ctx)
	}
	if err := cmp.Or(err, notFound); err != nil {
		return "", carriers.Found{}, "", err
	}
	what, row, why := a.judged(rows)
	if what == reconcile.Absent {
		a.recordAbsent(ctx)
	}
	return what, row, why, nil
}
