package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// patience is how long what was sent is looked for before a person is asked
// (facts: two days cover a carrier's weekend).
const patience = 48 * time.Hour

// Looks after an intent come after twice the time that has passed, between these.
const (
	recheck = 2 * time.Minute
	longest = 4 * time.Hour
)

// lookUp settles what an earlier attempt left submitted or uncertain, if the
// site has a word for it now.
func (a *attempt) lookUp(ctx context.Context) error {
	a.tell(Progress{ID: a.sub.ID, Invoice: a.inv.Number, Attempt: a.id, Step: StepLook})
	rows, err := a.find(ctx)
	if err != nil {
		return a.notAsked(ctx, fmt.Errorf("look-up: %w", err))
	}
	what, row, why := a.judged(rows)
	if what == absent {
		a.recordAbsent(ctx) // before another page is asked for
		a.control(ctx)
	}
	return a.settle(ctx, what, row, why)
}

// judged is what the rows mean for what was sent. What a person filed by hand may
// be of any time since the last refusal; only a refusal must be newer than the
// file, since an old one is of something else.
func (a *attempt) judged(rows []carriers.Found) (finding, carriers.Found, string) {
	if !a.byHand() {
		return judge(a.inv, rows, a.intendedAt())
	}
	what, row, why := judge(a.inv, rows, a.lastRefusal())
	if what == absent {
		return judge(a.inv, rows, later(a.sub.CreatedAt, a.intendedAt()))
	}
	return what, row, why
}

// byHand says whether the last that went to the carrier is what a person filed.
func (a *attempt) byHand() bool { return a.rev.ByHand.At.After(a.intendedAt()) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// settle tells the ledger what a look-up after an intent found (rows 13 to 15).
func (a *attempt) settle(ctx context.Context, what finding, row carriers.Found, why string) error {
	switch what {
	case held, refused:
		receipt := row.Receipt
		receipt.Text = a.scrub.ScrubString(receipt.Text)
		a.recordFound(ctx, row, true)
		next, err := a.nextLook(ctx)
		if err != nil {
			return err
		}
		err = a.move(ctx, submission.Event{Kind: submission.LookedUp, Actor: submission.ByReconcile,
			Receipt: &receipt, Filed: row.At, NotBefore: next,
			Why: "the carrier's history says: " + cmp.Or(receipt.Text, receipt.Status)})
		if refusal, ok := errors.AsType[*submission.Refusal](err); ok {
			return a.contradicts(ctx, receipt, refusal.Reason) // to ask again would be refused again, and keep others waiting
		}
		a.done(a.rev.State, cmp.Or(receipt.Text, receipt.Number))
		return err
	case conflict:
		receipt := row.Receipt
		receipt.Text = a.scrub.ScrubString(receipt.Text)
		a.recordFound(ctx, row, true)
		return a.contradicts(ctx, receipt, why)
	}
	return a.notSettled(ctx, row, errors.New(cmp.Or(why, "the carrier's history does not show it yet")+a.proof))
}

// contradicts asks a person about a row that does not fit, or that the table does not
// take for this revision's (row 15).
func (a *attempt) contradicts(ctx context.Context, receipt carriers.Receipt, why string) error {
	err := a.move(ctx, submission.Event{Kind: submission.Unsettled, Actor: submission.ByReconcile, Why: why, Needs: carriers.Biller,
		Look: &a.looked, Receipt: &receipt})
	a.done(a.rev.State, why)
	return err
}

// notSettled waits longer after a look that showed nothing, or only a draft.
func (a *attempt) notSettled(ctx context.Context, row carriers.Found, cause error) error {
	if why := a.looked.Blind; why != "" {
		e := submission.Event{Kind: submission.Postponed, Actor: submission.ByReconcile}
		return a.wait(ctx, e, fmt.Errorf("the carrier's site cannot be asked: %s", why))
	}
	e := submission.Event{Kind: submission.Absent, Actor: submission.ByReconcile, Look: &a.looked}
	if row.Receipt.State == carriers.StateDraft {
		e.Receipt = &row.Receipt
	}
	return a.wait(ctx, e, cause)
}

// notAsked waits longer because the site could not be asked.
func (a *attempt) notAsked(ctx context.Context, cause error) error {
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
	if since := a.lastWord(); now.Sub(since) > patience {
		e = submission.Event{Kind: submission.Unsettled, Actor: submission.ByReconcile, Needs: carriers.Operator,
			Look: e.Look, Receipt: e.Receipt,
			Why: fmt.Sprintf("could not be settled since %s: %v", since.Format(time.RFC3339), cause)}
		if a.byHand() && a.rev.ToldBy != "" {
			e.Why = fmt.Sprintf("%s said on %s that it was filed by hand, and the carrier's site does not show it: %v",
				a.rev.ToldBy, a.rev.ByHand.At.Format(time.RFC3339), cause)
		}
	} else if e.NotBefore, err = a.nextLook(ctx); err != nil {
		return err
	}
	err = a.move(ctx, e)
	a.done(a.rev.State, e.Why)
	return errors.Join(err, stop(cause))
}

// nextLook is when to look again: soon after it was sent, then ever later.
func (a *attempt) nextLook(ctx context.Context) (time.Time, error) {
	now, err := a.now(ctx)
	if err != nil {
		return time.Time{}, err
	}
	since := later(a.intendedAt(), a.rev.ByHand.At)
	if since.IsZero() { // somebody else sent it
		since = a.sub.CreatedAt
	}
	return now.Add(min(max(recheck, now.Sub(since)), longest)), nil
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
func (a *attempt) lookAgain(ctx context.Context) (finding, carriers.Found, string, error) {
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
	if what == absent {
		a.recordAbsent(ctx)
	}
	return what, row, why, nil
}

// lastWord is since when nothing was heard of the revision: since it was sent,
// or since the carrier's or a person's last word on it; of what was never sent,
// since its file came.
func (a *attempt) lastWord() time.Time {
	last := later(a.intendedAt(), a.rev.ReceivedAt)
	if last.IsZero() {
		return a.sub.CreatedAt
	}
	return last
}

// intendedAt is when the last request of the revision was about to leave.
func (a *attempt) intendedAt() time.Time {
	if n := len(a.rev.Attempts); n > 0 {
		return a.rev.Attempts[n-1].IntendedAt
	}
	return time.Time{}
}
