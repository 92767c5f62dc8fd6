package visit

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/ledger"
)

// kindOfGate gives the gate's errors the kind that tells who acts.
func kindOfGate(err error) error {
	switch {
	case err == nil, interrupted(err), errors.Is(err, ledger.ErrStale):
		return err
	case carriers.KindOf(err) != carriers.Unclassified:
		return err
	case errors.Is(err, gate.ErrNoCommit), errors.Is(err, gate.ErrUndeclared):
		return carriers.Errorf(carriers.SiteChanged, "%w", err)
	case errors.Is(err, gate.ErrNotSent):
		return carriers.Errorf(carriers.Unavailable, "%w", err)
	default:
		return err
	}
}

// BrowserDied says whether err is that the browser, or its page, is gone or must
// not be used any more: a visit with another one may go on.
func BrowserDied(err error) bool {
	return errors.Is(err, browser.ErrGone) || errors.Is(err, browser.ErrCrashed) || errors.Is(err, gate.ErrUnfinished)
}

// ended marks an error after which the visit cannot go on.
type ended struct{ error }

func (e ended) Unwrap() error { return e.error }

// stop gives back those errors after which the visit cannot go on: whatever
// would meet the next submission as well.
func stop(err error) error {
	switch kind := carriers.KindOf(err); {
	case err == nil:
		return nil
	case interrupted(err), BrowserDied(err):
		return ended{err}
	case kind == carriers.Unclassified, kind == carriers.Rejected, kind == carriers.Duplicate:
		return nil
	}
	return ended{err}
}

// interrupted says whether err is only that somebody ended the work.
func interrupted(err error) bool {
	_, missed := errors.AsType[*page.Miss](err)
	return !missed && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

// acts says who acts on err. Of a visit that was ended, or whose browser died,
// the next one makes good.
func acts(err error) carriers.Person {
	switch {
	case interrupted(err), BrowserDied(err):
		return carriers.Nobody
	case errors.Is(err, errNotKept), errors.Is(err, errNotLent), errors.Is(err, errUnread):
		return carriers.Operator
	}
	return carriers.KindOf(err).Acts()
}

// on is what was asked of the page when it was not as expected, as the carrier's
// code has it, for whoever groups such errors; "" if err is of another sort. A
// row of digits is told as #, since it may be somebody's number.
func on(err error) string {
	m, ok := errors.AsType[*page.Miss](err)
	if !ok {
		return ""
	}
	return digits.ReplaceAllString(m.On, "#")
}

var digits = regexp.MustCompile(`[0-9]+`)

// without takes out of what a carrier asked for everything that the invoice put
// into it: authors find rows by an invoice's number.
func without(inv carriers.Invoice, asked string) string {
	for _, value := range []string{inv.Number, inv.ClientID, inv.Matter, inv.ClientMatter} {
		for _, form := range []string{value, page.Quote(value)} {
			if form = digits.ReplaceAllString(form, "#"); form != "" && form != "#" {
				asked = strings.ReplaceAll(asked, form, "…")
			}
		}
	}
	return asked
}
