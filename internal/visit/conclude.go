package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
)

// How long a submission waits before Lodge tries again.
const (
	afterDown    = 5 * time.Minute // the site was down or its page has changed
	afterRefusal = time.Hour       // the account is stopped; a person acts
)

// conclude is the table of what an end of Submit means (docs/states.md, rows 8 to
// 12). Before the intent nothing can have been sent; after it only a proof, or
// the carrier's own words, count.
func (a *attempt) conclude(ctx context.Context, receipt carriers.Receipt, err error) error {
	if a.unread && !a.written {
		a.readIntent(ctx)
	}
	kind := carriers.KindOf(err)
	switch {
	case a.onHold != nil:
		return a.heldBack(ctx)
	case !a.written && err == nil:
		return a.postpone(ctx, carriers.Errorf(carriers.SiteChanged, "the carrier says it is done, and nothing was committed"))
	case !a.written:
		return a.postpone(ctx, err)
	case errors.Is(a.commit.err, gate.ErrNotSent):
		return a.notSent(ctx)
	case a.commit.err != nil: // whatever the page says: it may be of another time
		return a.lost(ctx, a.commit.err)
	case err == nil && receipt.State == carriers.StateReceived:
		return a.answered(ctx, receipt, false)
	case err == nil && receipt.State == carriers.StateAccepted:
		return a.verify(ctx, receipt)
	case kind == carriers.Rejected:
		return a.answered(ctx, carriers.Receipt{State: carriers.StateRejected, Status: "rejected", Text: carriers.SaidIn(err)}, false)
	case err == nil:
		return a.lost(ctx, fmt.Errorf("the site's answer leaves the invoice in state %q", receipt.State))
	default:
		return a.lost(ctx, err)
	}
}

// answered is row 11: the carrier's own words for this invoice.
func (a *attempt) answered(ctx context.Context, receipt carriers.Receipt, witnessed bool) error {
	says := receipt.State
	if !witnessed && says == carriers.StateAccepted {
		says = carriers.StateReceived // the table waits for a second witness
	}
	next, err := a.nextLook(ctx, says)
	if err != nil {
		return err
	}
	receipt.Text = a.scrub.ScrubString(receipt.Text)
	err = a.move(ctx, submission.Event{Kind: submission.Answered, Actor: submission.ByGate, Attempt: a.known(), Receipt: &receipt,
		Witnessed: witnessed, NotBefore: next, Why: "the carrier answered: " + cmp.Or(receipt.Text, receipt.Status)})
	a.done(a.rev.State, cmp.Or(receipt.Text, receipt.Number))
	return err
}

// verify asks the history, in a new tab, whether the result page spoke the
// truth: accepted needs a second witness where the carrier has one.
func (a *attempt) verify(ctx context.Context, receipt carriers.Receipt) error {
	if a.Carrier.History.Blind != "" {
		return a.answered(ctx, receipt, true)
	}
	a.tell(Progress{ID: a.sub.ID, Invoice: a.inv.Number, Attempt: a.id, Step: StepVerify})
	what, row, _, err := a.lookAgain(ctx)
	switch {
	case err == nil && what == reconcile.Held && row.Receipt.State == carriers.StateAccepted:
		a.recordFound(ctx, row, false)
		return a.answered(ctx, merge(receipt, row.Receipt), true)
	case err == nil && what == reconcile.Conflict, err == nil && what == reconcile.Refused:
		return a.lost(ctx, fmt.Errorf("the result page says %s, the history does not agree", receipt.State))
	default: // not there yet, or the site cannot be asked now: a later look-up will tell
		return a.answered(ctx, receipt, false)
	}
}

// notSent is row 10: the proxy saw no byte leave, or the request was refused.
func (a *attempt) notSent(ctx context.Context) error {
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	cause, next := kindOfGate(a.commit.err), now.Add(afterDown)
	a.cause = cause
	if interrupted(cause) {
		next = now
	}
	err = a.move(ctx, submission.Event{Kind: submission.NotSent, Actor: submission.ByGate, Attempt: a.known(), Why: cause.Error(),
		Needs: acts(cause), NotBefore: next})
	a.done(a.rev.State, a.rev.Why)
	return errors.Join(err, stop(cause))
}

// lost is row 12, and one look at once: a row that is there settles it, a row
// that is missing says nothing yet.
func (a *attempt) lost(ctx context.Context, cause error) error {
	a.cause = cause
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	if err := a.move(ctx, submission.Event{Kind: submission.Lost, Actor: submission.ByGate, Attempt: a.known(),
		NotBefore: now.Add(reconcile.Recheck), Why: "it may have been filed: " + cause.Error()}); err != nil {
		return err
	}
	if a.commit.outcome.Unfinished || BrowserDied(cause) {
		a.done(a.rev.State, a.rev.Why)
		return stop(cause) // and of an unfinished one, finish tells
	}
	what, row, why, err := a.lookAgain(ctx)
	if err != nil {
		a.done(a.rev.State, a.rev.Why)
		return stop(err)
	}
	return a.settle(ctx, what, row, why)
}

// postpone is row 8, or 7 where nobody foresaw the error: nothing was sent. The
// error comes back if the visit cannot go on.
func (a *attempt) postpone(ctx context.Context, cause error) error {
	if ours(cause) {
		return cause
	}
	a.cause = cause
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	kind := carriers.KindOf(cause)
	e := submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit,
		Why: cause.Error(), Needs: acts(cause), NotBefore: now.Add(afterDown)}
	switch kind {
	case carriers.SiteChanged:
		if a.rev.Needs == carriers.Author { // it was so the last time: it will hardly mend itself in minutes
			e.NotBefore = now.Add(afterRefusal)
		}
	case carriers.Credentials, carriers.ActionNeeded, carriers.Blocked:
		e.NotBefore, e.Hold = now.Add(afterRefusal), submission.HoldCredentials
		err = a.suspend(ctx, cause)
	case carriers.Rejected, carriers.Duplicate, carriers.Unclassified:
		if !interrupted(cause) {
			e.Kind, e.NotBefore = submission.Contradicted, time.Time{}
			break
		}
		e.NotBefore = now
	}
	err = errors.Join(err, a.move(ctx, e))
	a.done(a.rev.State, e.Why)
	return errors.Join(err, stop(cause))
}

// heldBack leaves what a person held back while the form was filled in. Nothing
// was sent, and the visit goes on.
func (a *attempt) heldBack(ctx context.Context) error {
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	err = a.move(ctx, submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, Why: a.onHold.Error(), NotBefore: now})
	a.done(a.rev.State, a.onHold.Error())
	return err
}

// known is what is known of the attempt now, for the ledger.
func (a *attempt) known() *submission.Attempt {
	o := a.commit.outcome
	sent := o.Sent
	k := &submission.Attempt{ID: a.id, Sent: &sent}
	switch {
	case a.commit.err != nil:
		k.Outcome = a.scrub.ScrubString(a.commit.err.Error())
	case o.Answer != nil && o.Answer.Error != "":
		k.Outcome = o.Answer.Error
	case o.Answer != nil:
		k.Outcome = fmt.Sprintf("HTTP %d", o.Answer.Status)
	}
	return k
}

// merge is a result page's receipt with what the history adds.
func merge(page, history carriers.Receipt) carriers.Receipt {
	history.Number = cmp.Or(history.Number, page.Number)
	history.Text = cmp.Or(page.Text, history.Text)
	return history
}
