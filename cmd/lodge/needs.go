package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// needs is everything that needs somebody after r, as people may be told of it:
// without a text of an invoice or of a carrier's site.
func (w *works) needs(ctx context.Context, r round) ([]notify.Item, error) {
	held, err := w.heldBack(ctx)
	if err != nil {
		return nil, err
	}
	late, err := w.late(ctx)
	if err != nil {
		return nil, err
	}
	sites, err := w.failingSites(ctx)
	if err != nil {
		return nil, err
	}
	untold, err := w.notTold(ctx)
	if err != nil {
		return nil, err
	}
	items := slices.Concat(held, sites, late, w.expiring(ctx), untold)
	for q := (ledger.Query{NeedsFirst: true}); ; {
		page, err := w.ledger.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, s := range page {
			if s.Needs == "" {
				return w.others(items, r), nil // those that need somebody come first
			}
			items = append(items, itemOf(s))
		}
		if len(page) < q.Max() {
			return w.others(items, r), nil
		}
		q.After = page[len(page)-1].ID
	}
}

// itemOf is an invoice that needs somebody.
func itemOf(s ledger.Summary) notify.Item {
	what := notify.Waiting
	switch {
	case s.State == submission.Rejected:
		what = notify.Rejected
	case s.State == submission.Quarantined:
		what = notify.Quarantined
	case s.Needs == string(carriers.Author):
		what = notify.Changed
	case s.State == submission.NeedsPerson:
		what = notify.Undecided
	}
	return notify.Item{ID: fmt.Sprintf("%s/%d/%s/%s", s.ID, s.Revision, s.State, s.Needs), Account: s.Account, Carrier: s.Carrier,
		Who: carriers.Person(s.Needs), What: what, Invoice: s.Invoice, Key: s.ID, Since: s.UpdatedAt}
}

// heldBack are the accounts that somebody must act on.
func (w *works) heldBack(ctx context.Context) ([]notify.Item, error) {
	list, err := w.troubles(ctx, w.config, w.ledger)
	if err != nil {
		return nil, err
	}
	counts, err := w.ledger.Counts(ctx)
	if err != nil {
		return nil, err
	}
	var items []notify.Item
	for _, t := range list {
		what, err := w.what(ctx, t)
		if err != nil {
			return nil, err
		}
		i := notify.Item{ID: fmt.Sprintf("account/%s/%s/%d", t.Account, what, t.Since.Unix()), Account: t.Account,
			Who: t.Needs, What: what, Since: t.Since}
		if acc, err := w.config.Account(t.Account); err == nil {
			i.Carrier = acc.Carrier
		}
		for _, c := range counts {
			if c.Account == t.Account && c.State.Working() {
				i.Waiting += c.N
			}
		}
		items = append(items, i)
	}
	return items, nil
}

// slowAfter is how long an invoice may wait for Lodge before its deadline, near as
// it may be, is told: most are filed within minutes.
const slowAfter = 24 * time.Hour

// late are the invoices whose deadline has passed or is near while nothing but
// Lodge's own work is waited for: of the others their people are told anyway.
func (w *works) late(ctx context.Context) ([]notify.Item, error) {
	deadlines, err := w.deadlinesOf(w.config)
	if err != nil {
		return nil, err
	}
	v := view{app: w.app, ledger: w.ledger, deadlines: deadlines, now: w.clock.Now()}
	list, err := v.everLate(ctx)
	if err != nil {
		return nil, err
	}
	var items []notify.Item
	for _, s := range list {
		what, since := notify.Late, v.refuses(s)
		if v.now.Before(since) {
			what, since = notify.NearlyLate, s.ArrivedAt
		}
		if s.Needs != "" || what == notify.NearlyLate && v.now.Sub(s.ArrivedAt) < slowAfter {
			continue
		}
		i := itemOf(s)
		i.Who, i.What, i.Since = carriers.Operator, what, since
		i.ID = fmt.Sprintf("%s/%d/%s", s.ID, s.Revision, i.What)
		items = append(items, i)
	}
	return items, nil
}

// what is the matter with an account, without the words of whoever refused it.
func (w *works) what(ctx context.Context, t trouble) (notify.What, error) {
	item, err := w.ledger.Account(ctx, t.Account)
	if err != nil {
		return "", err
	}
	if item.Suspended != nil {
		switch carriers.Kind(item.Suspended.Kind) {
		case carriers.Credentials:
			return notify.LoginRefused, nil
		case carriers.ActionNeeded:
			return notify.ByHand, nil
		case carriers.Blocked:
			return notify.Locked, nil
		case carriers.SiteChanged:
			return notify.LoginChanged, nil
		}
		return notify.Stopped, nil
	}
	acc, err := w.config.Account(t.Account)
	switch {
	case err != nil:
		return notify.Unknown, nil
	case acc.Paused != "":
		return notify.Paused, nil
	case t.Hold == submission.HoldPaused:
		return notify.Stopped, nil
	}
	return notify.NoLogin, nil
}

// others adds what neither the ledger nor lodge.yaml tells: accounts that could
// not be visited, and files that could not be taken in.
func (w *works) others(items []notify.Item, r round) []notify.Item {
	w.tellers.mu.Lock()
	defer w.tellers.mu.Unlock()
	for account, s := range w.tellers.stuck {
		who := carriers.KindOf(s.err).Acts()
		told := slices.ContainsFunc(items, func(i notify.Item) bool {
			return i.Account == account && i.What != notify.Ageing && (i.Who == who || i.What.Account())
		})
		if told || who == carriers.Nobody || mendsItself(s.err) {
			continue
		}
		i := notify.Item{ID: "visit/" + account + "/" + string(carriers.KindOf(s.err)), Account: account, Who: who,
			What: notify.Unvisited, Since: s.since}
		if acc, err := w.config.Account(account); err == nil {
			i.Carrier = acc.Carrier
		}
		items = append(items, i)
	}
	for _, a := range r.left() {
		if a.Needs == carriers.Nobody {
			continue
		}
		name := sha256.Sum256([]byte(a.File)) // file names are other people's texts
		items = append(items, notify.Item{ID: "file/" + a.Account + "/" + hex.EncodeToString(name[:8]), Account: a.Account,
			Who: a.Needs, What: notify.LeftInInbox})
	}
	return items
}

// mendsItself says whether an account that failed is told of otherwise, or is
// only somebody else's just now.
func mendsItself(err error) bool {
	for _, known := range []error{context.Canceled, secret.ErrMissing, ledger.ErrSuspended, ledger.ErrStale, ledger.ErrSiteDown} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// standing tells the collector where everything stands.
func (w *works) standing(ctx context.Context, r round) {
	if w.tellers.Telemetry == nil {
		return
	}
	counts, err := w.ledger.Counts(ctx)
	items, also := w.needs(ctx, r)
	if errors.Join(err, also) != nil {
		return // a ledger that fails was told of by whoever needs it
	}
	needs := map[carriers.Person]int{}
	for _, i := range items {
		needs[i.Who]++
	}
	w.tellers.Telemetry.Standing(counts, needs)
}
