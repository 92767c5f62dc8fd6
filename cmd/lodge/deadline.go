package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
)

// soon is how long before a carrier's deadline people are told of it.
const soon = 7 * 24 * time.Hour

// A deadline is until when a carrier takes an account's invoices.
type deadline struct {
	carrier string
	hours   carriers.Hours
	zone    *time.Location
	own     bool // the zone is the account's own
}

// deadlinesOf are the deadlines by account, of the carriers that have one.
func (a *app) deadlinesOf(c config.Config) (map[string]deadline, error) {
	list, zones := map[string]deadline{}, map[string]*time.Location{}
	for _, acc := range c.Accounts {
		carrier, err := a.carrier(acc.Carrier)
		if err != nil || carrier.Hours.DaysToFile <= 0 {
			continue
		}
		if zones[carrier.Name] == nil { // once: it is read from a file
			if zones[carrier.Name], err = time.LoadLocation(carrier.Hours.Zone); err != nil {
				return nil, fmt.Errorf("account %s: the hours of carrier %s: %w: the author mends the carrier", acc.Name, carrier.Name, err)
			}
		}
		list[acc.Name] = deadline{carrier.Name, carrier.Hours, cmp.Or(acc.Timezone, zones[carrier.Name]), acc.Timezone != nil}
	}
	return list, nil
}

// refuses is when the carrier begins to refuse s; the zero time if that is not known.
func refuses(deadlines map[string]deadline, s ledger.Summary) time.Time {
	if d, ok := deadlines[s.Account]; ok {
		return d.hours.Refuses(s.Date, d.zone)
	}
	for _, d := range deadlines { // an account that lodge.yaml names no more
		if d.carrier == s.Carrier && !d.own {
			return d.hours.Refuses(s.Date, d.zone)
		}
	}
	return time.Time{}
}

func (v *view) refuses(s ledger.Summary) time.Time { return refuses(v.deadlines, s) }

// before is the invoice date before which the carrier refuses at t.
func (d deadline) before(t time.Time) time.Time {
	t = t.In(d.zone)
	return time.Date(t.Year(), t.Month(), t.Day()-d.hours.DaysToFile+1, 0, 0, 0, 0, time.UTC)
}

// A due chooses what of a carrier, or of one of its accounts, has one deadline.
type due struct {
	deadline
	account string // "" for all of the carrier
}

// dues are what has to be asked for: carrier by carrier, and account by account
// where one of them has a zone of its own.
func (v *view) dues() []due {
	apart := map[string]bool{}
	for _, d := range v.deadlines {
		apart[d.carrier] = apart[d.carrier] || d.own
	}
	var list []due
	for _, account := range slices.Sorted(maps.Keys(v.deadlines)) {
		d := due{v.deadlines[account], account}
		if v.filter.account == "" && !apart[d.carrier] {
			d.account = ""
		}
		wanted := (v.filter.account == "" || v.filter.account == account) && (v.filter.carrier == "" || v.filter.carrier == d.carrier)
		same := func(o due) bool { return o.carrier == d.carrier && o.account == d.account }
		if wanted && !slices.ContainsFunc(list, same) {
			list = append(list, d)
		}
	}
	return list
}

// late chooses what the carrier refuses now and has not.
func (v *view) late(d due) ledger.Query {
	return ledger.Query{Account: d.account, Carrier: d.carrier, Unfiled: true, DatedTo: d.before(v.now)}
}

// nearly chooses what the carrier will refuse soon and has not.
func (v *view) nearly(d due) ledger.Query {
	return ledger.Query{Account: d.account, Carrier: d.carrier, Unfiled: true, DatedFrom: d.before(v.now), DatedTo: d.before(v.now.Add(soon))}
}

// first counts what q chooses and returns the few whose deadlines come first,
// however many there are.
func (v *view) first(ctx context.Context, q func(due) ledger.Query, few int) (n int, list []ledger.Summary, err error) {
	for _, d := range v.dues() {
		q := q(d)
		here, err := v.ledger.CountOf(ctx, q)
		if err != nil {
			return 0, nil, err
		}
		if here == 0 {
			continue
		}
		n += here
		q.Limit = few
		some, err := v.ledger.List(ctx, q)
		if err != nil {
			return 0, nil, err
		}
		list = append(list, some...)
	}
	v.byDeadline(list)
	return n, list[:min(few, len(list))], nil
}

func (v *view) byDeadline(list []ledger.Summary) {
	slices.SortStableFunc(list, func(a, b ledger.Summary) int { return v.refuses(a).Compare(v.refuses(b)) })
}
