package visit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
)

// controls is how many of the newest accepted invoices are considered as a
// control.
const controls = 5

// controlWithin is how long after a look-up its control may end. A machine may have
// slept between the two questions, and a search that did not work at the first work
// at the second.
const controlWithin = time.Minute

// control asks the site, after a look-up that showed nothing, for another
// invoice of the account that the site is known to hold. If the same search shows
// that one, the empty answer is worth something: the login still sees its
// invoices and the search still works. Before the settle time an empty answer
// proves nothing in any case, and the site is not asked.
func (a *attempt) control(ctx context.Context) {
	if a.looked.Blind != "" || a.looked.At.Before(a.sub.SettleUntil()) {
		return
	}
	c := a.check(ctx)
	a.looked.Control = c.shown
	switch {
	case c.shown:
		a.proof = "; it shows invoice " + c.invoice
	case c.late > 0:
		a.proof = fmt.Sprintf("; it shows invoice %s, but was asked for it %s later, so that this proves nothing", c.invoice, c.late)
	case c.invoice == "" && c.err != nil:
		a.proof = "; nothing checks that answer: " + c.err.Error()
	case c.invoice == "":
		a.proof = "; no other invoice of the account is known to be there, so that nothing checks that answer"
	default:
		a.proof = "; it does not show invoice " + c.invoice + " either, which it held, so that this proves nothing"
	}
}

// checked is what a control came to.
type checked struct {
	invoice string // the last that was asked for; "" if none is known to be there
	shown   bool
	late    time.Duration // after the look-up: the site shows it, and that counts no more
	err     error         // why the site did not answer to that, or was not asked
}

// check asks the site for an invoice that it held, and for one more if it does not
// show that one: that may have been withdrawn there.
func (a *attempt) check(ctx context.Context) (c checked) {
	known, err := a.knownThere(ctx)
	if err != nil {
		a.Log.Warn("no invoice to check the empty answer with", "invoice", a.inv.Number, "error", err)
		return checked{err: unreached{err}} // that there is none was not said
	}
	var rows []controlled
	for _, inv := range known {
		found, err := a.rows(ctx, inv)
		what, row, why := reconcile.Judge(inv, found, time.Time{})
		c = checked{invoice: inv.Number, shown: err == nil && what == reconcile.Held, err: err}
		rows = append(rows, controlled{inv.Number, c.shown, row})
		if c.shown {
			break
		}
		a.Log.Warn("the site does not show what it held", "invoice", inv.Number, "finding", what, "why", why, "error", err)
	}
	if len(rows) > 0 {
		_ = a.keep(ctx, piece{name: "control.json", value: rows})
	}
	return a.inTime(ctx, c)
}

// inTime is c as far as the site was asked soon enough after the look-up.
func (a *attempt) inTime(ctx context.Context, c checked) checked {
	if !c.shown {
		return c
	}
	now, err := a.now(ctx)
	if err != nil {
		return checked{err: err}
	}
	if late := now.Sub(a.looked.At); late > controlWithin {
		a.Log.Warn("the control came too late", "invoice", a.inv.Number, "late", late)
		c.shown, c.late = false, late.Round(time.Second)
	}
	return c
}

// searchWorks asks, now and then during a visit, whether the search by which
// nothing was found shows what the site is known to hold. Without it an invoice
// that somebody filed by hand would be filed again while the search is broken. Of
// what may have been sent before it asks each time: a search that breaks a second
// later is all that stands between it and a second copy. Where nothing is left that
// it could ask for, a person looks.
func (a *attempt) searchWorks(ctx context.Context) error {
	first := a.sub.SettleUntil().IsZero()
	if a.looked.Blind != "" || first && a.looked.At.Sub(a.proven) < submission.BetweenLooks {
		return nil
	}
	c := a.check(ctx)
	switch {
	case c.err != nil:
		return fmt.Errorf("look-up: %w", c.err)
	case c.late > 0:
		return carriers.Errorf(carriers.Unavailable, "the site's search was tried %s after the look-up: it is looked up again", c.late)
	case c.invoice == "" && a.sub.MayBeThere() && a.inv.Draft == nil: // a draft shows that it works
		return errUnchecked
	case c.invoice != "" && !c.shown:
		return carriers.Errorf(carriers.SiteChanged, "the site's search does not show invoice %s, which it held: "+
			"that it does not show %s proves nothing", c.invoice, a.inv.Number)
	case c.shown:
		a.proven = a.looked.At
	}
	return nil
}

// errUnchecked says that nothing checks a look-before that must be checked.
var errUnchecked = errors.New("it may have been sent before, and no other invoice of the account is known to be there " +
	"by which it could be seen that the site's search works")

// controlled is the evidence of a control.
type controlled struct {
	Invoice string         `json:"invoice"`
	Shown   bool           `json:"shown"`
	Row     carriers.Found `json:"row"`
}

// knownThere are the newest other invoices of the account, at most two, of which
// Lodge itself saw that the carrier accepted them, young enough for the history to
// show.
func (a *attempt) knownThere(ctx context.Context) (known []carriers.Invoice, err error) {
	accepted := []submission.State{submission.Accepted}
	list, err := a.Ledger.List(ctx, ledger.Query{Account: a.Account.Name, States: accepted, NeedsFirst: true, Limit: controls})
	if err != nil {
		return nil, err
	}
	for _, sum := range list {
		s, err := a.Ledger.Get(ctx, sum.ID)
		if err != nil {
			return nil, err
		}
		rev := s.Current()
		if s.ID != a.sub.ID && rev.State == submission.Accepted && rev.ToldBy == "" && a.shown(rev) {
			known = append(known, described(s, rev))
		}
		if len(known) == 2 {
			break
		}
	}
	return known, nil
}

// shown says whether the carrier's history still reaches back to when rev was
// filed.
func (a *attempt) shown(rev submission.Revision) bool {
	filed := rev.ReceivedAt
	if n := len(rev.Attempts); n > 0 {
		filed = rev.Attempts[n-1].IntendedAt
	}
	window := a.Carrier.History.Window
	return window == 0 || a.looked.At.Sub(filed) < window
}
