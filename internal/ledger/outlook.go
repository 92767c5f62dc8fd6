package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// An Outlook is what whoever plans tasks looks at.
type Outlook struct {
	At       time.Time // the ledger's clock
	Due      []Due     // what has work, and since when or from when; each account once, those that wait longest first
	Accounts []Account // their items, as far as there are any, in the order of names
	Sites    []Site    // of which anything is known
	Slots    Slots
	Visited  map[string]bool // accounts that are in no slot, and that somebody visits who is not known to be dead
}

// Outlook returns what is to be planned: one list of the accounts' items, and one
// step in an index for each account, however much is due. What dead holders left
// counts as due.
func (l *Ledger) Outlook(ctx context.Context) (Outlook, error) {
	o, err := l.outlook(ctx)
	if err != nil {
		return Outlook{}, fmt.Errorf("what there is to plan: %w", err)
	}
	return o, nil
}

func (l *Ledger) outlook(ctx context.Context) (o Outlook, err error) {
	if o.At, err = l.engine.Now(ctx); err != nil {
		return o, err
	}
	o.At = o.At.UTC().Round(0)
	items, err := l.engine.Accounts(ctx)
	if err != nil {
		return o, err
	}
	o.Sites = sitesAmong(items)
	for _, a := range items {
		switch {
		case a.Name == slotsItem:
			o.Slots = a.slots()
		case !noAccount(a):
			o.Accounts = append(o.Accounts, a)
		}
	}
	due, err := l.due(ctx, o.Slots.Holds)
	if err != nil {
		return o, err
	}
	o.Due = earliest(due)
	o.Visited = map[string]bool{}
	for _, a := range o.Accounts {
		if !o.Slots.Holds(a.Name) && slices.ContainsFunc(a.Visits, func(v Visiting) bool { return !l.dead(ctx, v.Owner) }) {
			o.Visited[a.Name] = true
		}
	}
	return o, ctx.Err()
}

// earliest is the earliest of each account, those that wait longest first.
func earliest(due []Due) []Due {
	list := slices.Clone(due)
	slices.SortFunc(list, func(a, b Due) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Account, b.Account)) })
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(d Due) bool {
		again := seen[d.Account]
		seen[d.Account] = true
		return again
	})
}
