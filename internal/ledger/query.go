package ledger

import (
	"cmp"
	"slices"
	"time"

	"example.com/lodge/carriers"
)

// Chooses says whether q chooses s, whatever its Limit and After. It is for
// engines that choose in Go; those that choose in a query language are compared
// with it by package ledgertest.
func (q Query) Chooses(s Summary) bool {
	for _, ok := range []bool{
		q.Account == "" || q.Account == s.Account,
		q.Carrier == "" || q.Carrier == s.Carrier,
		q.Invoice == "" || q.Invoice == s.Invoice,
		len(q.States) == 0 || slices.Contains(q.States, s.State),
		q.DueBy.IsZero() || !s.DueAt.IsZero() && !s.DueAt.After(q.DueBy),
		!q.Unfiled || s.State.Unfiled() && !s.Date.IsZero(),
		notBefore(q.DatedFrom, s.Date) && before(s.Date, q.DatedTo),
		len(q.Needs) == 0 || s.Needs != "" && slices.Contains(q.Needs, carriers.Person(s.Needs)),
		q.Alike == "" || q.Alike == s.Alike,
		notBefore(q.From, s.ArrivedAt) && before(s.ArrivedAt, q.To),
		q.Held == nil || *q.Held == (s.Owner != ""),
	} {
		if !ok {
			return false
		}
	}
	return true
}

// Compare is the order of q's list: negative if a comes before b.
func (q Query) Compare(a, b Summary) int {
	by := 0
	switch {
	case !q.DueBy.IsZero():
		by = cmp.Or(cmp.Compare(a.Rank(), b.Rank()), a.DueAt.Compare(b.DueAt))
	case q.Unfiled:
		by = a.Date.Compare(b.Date)
	case len(q.Needs) > 0:
		by = a.Since.Compare(b.Since)
	case q.NeedsFirst:
		return -cmp.Or(compareBool(a.Needs != "", b.Needs != ""), a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.ID, b.ID))
	case !q.From.IsZero() || !q.To.IsZero():
		by = a.ArrivedAt.Compare(b.ArrivedAt)
	}
	return cmp.Or(by, cmp.Compare(a.ID, b.ID))
}

// GroupAll puts together what needs somebody among list, in the order that
// [Engine.Groups] has.
func GroupAll(list []Summary) []Group {
	all := map[Group]Group{}
	for _, s := range list {
		if s.Needs == "" {
			continue
		}
		key := Group{Needs: carriers.Person(s.Needs), Account: s.Account, Carrier: s.Carrier, State: s.State, Alike: s.Alike}
		g, ok := all[key]
		if !ok {
			g, g.Since = key, s.Since
		}
		if s.Since.Before(g.Since) {
			g.Since = s.Since
		}
		g.N++
		all[key] = g
	}
	var groups []Group
	for _, g := range all {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Account, b.Account), cmp.Compare(a.State, b.State), cmp.Compare(a.Alike, b.Alike))
	})
	return groups
}

// notBefore says whether at is no earlier than from, before whether it is
// earlier than to; a zero bound bounds nothing.
func notBefore(from, at time.Time) bool { return from.IsZero() || !at.Before(from) }

func before(at, to time.Time) bool { return to.IsZero() || at.Before(to) }

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
