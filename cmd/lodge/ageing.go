package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/secret"
)

// warned is how long before a site lets a secret expire the operator is told of
// it: time for a person who is away for a week and a carrier's desk that is slow.
const warned = 14 * 24 * time.Hour

// An ageing secret will soon be refused by its site, or is by now.
type ageing struct {
	account, carrier, key string
	set, ends             time.Time // ends is the latest: it may be older than Lodge's copy of it
}

// ageing are the secrets of accounts that are not paused which their carriers'
// sites will let expire within [warned], the oldest first. Of what came from the
// environment it is not known when it was set, and nothing is said.
func (a *app) ageing(ctx context.Context, c config.Config) []ageing {
	kept, err := a.secrets(c).List(ctx)
	if err != nil {
		return nil // what cannot be read is told of by whoever needs it
	}
	var list []ageing
	for _, acc := range c.Accounts {
		carrier, err := a.carrier(acc.Carrier)
		if err != nil || acc.Paused != "" {
			continue
		}
		for _, s := range carrier.Secrets {
			set := setAt(kept, acc.Name, s.Key)
			if s.MaxAge <= 0 || set.IsZero() {
				continue
			}
			g := ageing{acc.Name, carrier.Name, s.Key, set, set.Add(s.MaxAge)}
			if !a.clock.Now().Before(g.ends.Add(-warned)) {
				list = append(list, g)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b ageing) int { return a.ends.Compare(b.ends) })
	return list
}

// setAt is when a secret was set; the zero time if it is not there, or if nobody
// knows, as of one from the environment, which wins over the file's.
func setAt(kept []secret.Entry, account, key string) time.Time {
	var set time.Time
	for _, e := range kept {
		if !is(account, key)(e) {
			continue
		}
		if e.SetAt.IsZero() {
			return time.Time{}
		}
		set = e.SetAt
	}
	return set
}

// showAgeing tells which secrets will soon be too old for their sites.
func (v *view) showAgeing() {
	if len(v.ageing) == 0 {
		return
	}
	ends := "one expires"
	if len(v.ageing) > 1 {
		ends = fmt.Sprintf("%d expire", len(v.ageing))
	}
	writeWrapped(v.out, "", fmt.Sprintf("PASSWORDS: %s within %d days, or has by now; the operator acts: change it on the carrier's site, "+
		"then keep it", ends, int(warned.Hours()/24)), v.columns)
	t := table{head: []string{"ACCOUNT", "SECRET", "SET", "EXPIRES"}}
	for i, g := range v.ageing {
		if i == mostDue && len(v.ageing) > mostDue+1 {
			break
		}
		t.add(g.account, g.key, v.stamp(g.set), v.stamp(g.ends))
	}
	t.write(v.out, v.columns)
	if rest := len(v.ageing) - len(t.rows); rest > 0 {
		_, _ = fmt.Fprintf(v.out, "  and %d more: %s\n", rest, v.with("secret list"))
	}
	_, _ = fmt.Fprintf(v.out, "  %s\n\n", v.with("secret set "+v.ageing[0].account+" "+v.ageing[0].key))
}

// expiring are the secrets that will soon be too old, as people may be told.
func (w *works) expiring(ctx context.Context) []notify.Item {
	var items []notify.Item
	for _, g := range w.ageing(ctx, w.config) {
		items = append(items, notify.Item{ID: fmt.Sprintf("secret/%s/%s/%d", g.account, g.key, g.set.Unix()),
			Account: g.account, Carrier: g.carrier, Who: carriers.Operator, What: notify.Ageing, Since: g.set})
	}
	return items
}
