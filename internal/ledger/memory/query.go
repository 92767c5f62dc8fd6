package memory

import (
	"cmp"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
)

// chooses says whether q chooses s, whatever its Limit and After.
func chooses(q ledger.Query, s ledger.Summary) bool {
	for _, ok := range []bool{
		q.Account == "" || q.Account == s.Account,
		q.Carrier == "" || q.Carrier == s.Carrier,
		q.Invoice == "" || q.Invoice == s.Invoice,
		len(q.States) == 0 || slices.Contains(q.States, s.State),
		q.DueBy.IsZero() || !s.DueAt.IsZero() && !s.DueAt.After(q.DueBy),
		!q.Unfiled || s.State.Unfiled() && !s.Date.IsZero(),
		since(q.DatedFrom, s.Date) && before(s.Date, q.DatedTo),
		len(q.Needs) == 0 || s.Needs != "" && slices.Contains(q.Needs, carriers.Person(s.Needs)),
		q.Alike == "" || q.Alike == s.Alike,
		since(q.From, s.ArrivedAt) && before(s.ArrivedAt, q.To),
		q.Held == nil || *q.Held == (s.Owner != ""),
	} {
		if !ok {
			return false
		}
	}
	return true
}

// since says whether at is no earlier than from, before whether it is earlier
// than to; a zero bound bounds nothing.
func since(from, at time.Time) bool { return from.IsZero() || !at.Before(from) }

func before(at, to time.Time) bool { return to.IsZero() || at.Before(to) }

// orderOf is the order of q's list.
func orderOf(q ledger.Query) func(a, b ledger.Summary) int {
	by := func(ledger.Summary, ledger.Summary) int { return 0 }
	switch {
	case !q.DueBy.IsZero():
		by = func(a, b ledger.Summary) int {
			return cmp.Or(cmp.Compare(a.Rank(), b.Rank()), a.DueAt.Compare(b.DueAt))
		}
	case q.Unfiled:
		by = func(a, b ledger.Summary) int { return a.Date.Compare(b.Date) }
	case len(q.Needs) > 0:
		by = func(a, b ledger.Summary) int { return a.Since.Compare(b.Since) }
	case q.NeedsFirst:
		return func(a, b ledger.Summary) int {
			return -cmp.Or(compareBool(a.Needs != "", b.Needs != ""), a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.ID, b.ID))
		}
	case !q.From.IsZero() || !q.To.IsZero():
		by = func(a, b ledger.Summary) int { return a.ArrivedAt.Compare(b.ArrivedAt) }
	}
	return func(a, b ledger.Summary) int { return cmp.Or(by(a, b), cmp.Compare(a.ID, b.ID)) }
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// groupOf is the group that s belongs to, without its number and time.
func groupOf(s ledger.Summary) ledger.Group {
	return ledger.Group{Needs: carriers.Person(s.Needs), Account: s.Account, Carrier: s.Carrier, State: s.State, Alike: s.Alike}
}
