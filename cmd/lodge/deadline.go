package main

import (
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
	hours carriers.Hours
	zone  *time.Location
}

// deadlinesOf are the deadlines by account, of the carriers that have one.
func (a *app) deadlinesOf(c config.Config) (map[string]deadline, error) {
	list := map[string]deadline{}
	for _, acc := range c.Accounts {
		carrier, err := a.carrier(acc.Carrier)
		if err != nil || carrier.Hours.DaysToFile <= 0 {
			continue
		}
		zone := acc.Timezone
		if zone == nil {
			if zone, err = time.LoadLocation(carrier.Hours.Zone); err != nil {
				return nil, fmt.Errorf("account %s: the hours of carrier %s: %w: the author mends the carrier", acc.Name, carrier.Name, err)
			}
		}
		list[acc.Name] = deadline{carrier.Hours, zone}
	}
	return list, nil
}

// refuses is when the carrier begins to refuse s; the zero time if that is not known.
func refuses(deadlines map[string]deadline, s ledger.Summary) time.Time {
	d, ok := deadlines[s.Account]
	if !ok {
		return time.Time{}
	}
	return d.hours.Refuses(s.Date, d.zone)
}

func (v *view) refuses(s ledger.Summary) time.Time { return refuses(v.deadlines, s) }

// before is the invoice date before which the carrier refuses at t.
func (d deadline) before(t time.Time) time.Time {
	t = t.In(d.zone)
	return time.Date(t.Year(), t.Month(), t.Day()-d.hours.DaysToFile+1, 0, 0, 0, 0, time.UTC)
}

// late chooses what of an account the carrier refuses now and has not.
func (v *view) late(account string) ledger.Query {
	return ledger.Query{Account: account, Carrier: v.filter.carrier, Unfiled: true, DatedTo: v.deadlines[account].before(v.now)}
}

// nearly chooses what of an account the carrier will refuse soon and has not.
func (v *view) nearly(account string) ledger.Query {
	d := v.deadlines[account]
	return ledger.Query{Account: account, Carrier: v.filter.carrier, Unfiled: true,
		DatedFrom: d.before(v.now), DatedTo: d.before(v.now.Add(soon))}
}

// dated are the accounts whose carriers have deadlines, in order.
func (v *view) dated() []string {
	names := slices.Sorted(maps.Keys(v.deadlines))
	return slices.DeleteFunc(names, func(n string) bool { return v.filter.account != "" && n != v.filter.account })
}

// first counts what q chooses of each account and returns the few whose deadlines
// come first, however many there are.
func (v *view) first(ctx context.Context, q func(account string) ledger.Query, few int) (n int, list []ledger.Summary, err error) {
	for _, account := range v.dated() {
		q := q(account)
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
