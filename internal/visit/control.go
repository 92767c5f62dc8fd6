package visit

import (
	"context"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// controls is how many of the newest accepted invoices are considered as a
// control.
const controls = 5

// control asks the site, after a look-up that showed nothing, for another
// invoice of the account that the site is known to hold. If the same search shows
// that one, the empty answer is worth something: the login still sees its
// invoices and the search still works. Before the settle time an empty answer
// proves nothing in any case, and the site is not asked.
func (a *attempt) control(ctx context.Context) {
	if a.looked.Blind != "" || a.looked.At.Before(a.sub.SettleUntil()) {
		return
	}
	inv, ok, err := a.knownThere(ctx)
	if err != nil {
		a.Log.Warn("no invoice to check the empty answer with", "invoice", a.inv.Number, "error", err)
	}
	if !ok {
		a.proof = "; no other invoice of the account is known to be there, so that nothing checks that answer"
		return
	}
	rows, err := a.rows(ctx, inv)
	what, row, why := judge(inv, rows, time.Time{})
	a.looked.Control = err == nil && what == held
	_ = a.keep(ctx, piece{name: "control.json", value: controlled{inv.Number, a.looked.Control, row}})
	if a.looked.Control {
		a.proof = "; it shows invoice " + inv.Number
		return
	}
	a.proof = "; it does not show invoice " + inv.Number + " either, which it held, so that this proves nothing"
	a.Log.Warn("the site does not show what it held", "invoice", inv.Number, "finding", what, "why", why, "error", err)
}

// controlled is the evidence of a control.
type controlled struct {
	Invoice string         `json:"invoice"`
	Shown   bool           `json:"shown"`
	Row     carriers.Found `json:"row"`
}

// knownThere is the newest other invoice of the account of which Lodge itself
// saw that the carrier accepted it, young enough for the history to show.
func (a *attempt) knownThere(ctx context.Context) (carriers.Invoice, bool, error) {
	accepted := []submission.State{submission.Accepted}
	list, err := a.Ledger.List(ctx, ledger.Query{Account: a.Account.Name, States: accepted, NeedsFirst: true, Limit: controls})
	if err != nil {
		return carriers.Invoice{}, false, err
	}
	for _, sum := range list {
		s, err := a.Ledger.Get(ctx, sum.ID)
		if err != nil {
			return carriers.Invoice{}, false, err
		}
		rev := s.Current()
		if s.ID != a.sub.ID && rev.State == submission.Accepted && rev.ToldBy == "" && a.shown(rev) {
			return described(s, rev), true, nil
		}
	}
	return carriers.Invoice{}, false, nil
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
