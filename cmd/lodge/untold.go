package main

import (
	"context"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/notify"
)

// An untold destination has been owed something for long.
type untold struct {
	destination string
	n           int // invoices, at most [mostUntold]
	since       time.Time
}

// A run tells a destination within seconds, and one that is down within a quarter
// of an hour of its return: what is owed for longer somebody should know of.
const (
	longUntold = time.Hour
	mostUntold = 200 // that are looked at
)

// untold are the destinations of lodge.yaml that were not told of something for
// long, in its order.
func (a *app) untold(ctx context.Context, c config.Config, l *ledger.Ledger) ([]untold, error) {
	now, err := l.Now(ctx)
	if err != nil {
		return nil, err
	}
	var list []untold
	for _, d := range c.Outbox {
		owed, err := l.Owed(ctx, d.Name, "", mostUntold)
		if err != nil {
			return nil, err
		}
		u := untold{destination: d.Name, n: len(owed), since: now}
		for _, o := range owed {
			at, err := firstUntold(ctx, l, o)
			if err != nil {
				return nil, err
			}
			u.since = earlier(u.since, at)
		}
		if now.Sub(u.since) >= longUntold {
			list = append(list, u)
		}
	}
	return list, nil
}

// notTold are they as people are told of them.
func (w *works) notTold(ctx context.Context) ([]notify.Item, error) {
	list, err := w.untold(ctx, w.config, w.ledger)
	if err != nil {
		return nil, err
	}
	var items []notify.Item
	for _, u := range list {
		items = append(items, notify.Item{ID: fmt.Sprintf("destination/%s/%d", u.destination, u.since.Unix()), Destination: u.destination,
			Who: carriers.Operator, What: notify.Untold, Since: u.since, Waiting: u.n})
	}
	return items, nil
}

// firstUntold is when the first thing happened that a destination was not told of.
func firstUntold(ctx context.Context, l *ledger.Ledger, o ledger.Owed) (time.Time, error) {
	history, err := l.History(ctx, o.ID)
	for _, e := range history {
		if e.Seq > o.Delivered {
			return e.At, err
		}
	}
	return time.Time{}, err
}

// earlier is the earlier of two times; zero is none.
func earlier(a, b time.Time) time.Time {
	if b.IsZero() || a.Before(b) {
		return a
	}
	return b
}

// showUntold tells who was not told, in a paragraph each.
func (v *view) showUntold() {
	for _, u := range v.untold {
		n := count(u.n, "invoice")
		if u.n == mostUntold {
			n += " or more"
		}
		writeWrapped(v.out, "", fmt.Sprintf("SENDING BACK: %s has not been told of %s since %s (%s); the operator acts: "+
			"see whether it can be told (%s). Nothing is lost: what it is owed is kept, and told by the next run that can",
			u.destination, n, v.stamp(u.since), ago(v.now, u.since), v.with("outbox test "+u.destination)), v.columns)
		_, _ = fmt.Fprintln(v.out)
	}
}
