package main

import (
	"context"
	"fmt"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/visit"
)

// A failing site is one that is left alone until it is asked again.
type failing struct {
	ledger.Site
	title   string // of the carrier
	waiting int    // invoices
	needs   carriers.Person
}

// failing are the sites that are left alone, in the order of names.
func (a *app) failing(ctx context.Context, c config.Config, l *ledger.Ledger) ([]failing, error) {
	sites, err := l.Sites(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := l.Counts(ctx)
	if err != nil {
		return nil, err
	}
	now, err := l.Now(ctx)
	if err != nil {
		return nil, err
	}
	var list []failing
	for _, s := range sites {
		if !s.Open() {
			continue
		}
		f := failing{Site: s, title: s.Name.Carrier, needs: s.Acts(now)}
		if carrier, err := a.carrier(s.Name.Carrier); err == nil {
			f.title = carrier.Title
		}
		for _, n := range counts {
			if acc, err := c.Account(n.Account); err == nil && n.State.Working() && visit.SiteOf(acc) == s.Name {
				f.waiting += n.N
			}
		}
		list = append(list, f)
	}
	return list, nil
}

// is says what is the matter with the site, after its name.
func (f failing) is() string {
	if f.Kind == carriers.SiteChanged {
		return "HAS CHANGED"
	}
	return "IS DOWN"
}

// acting says who does what about it.
func (f failing) acting() string {
	switch f.needs {
	case carriers.Author:
		return "the author acts: see what has changed on the site and mend the carrier"
	case carriers.Operator:
		return "the operator acts: ask the carrier when it comes back"
	}
	return "nobody acts"
}

// showSites tells which sites are left alone, in a paragraph each.
func (v *view) showSites() {
	for _, f := range v.failing {
		next := "with the next visit"
		if v.now.Before(f.Until) {
			next = "from " + v.stamp(f.Until)
		}
		writeWrapped(v.out, "", fmt.Sprintf("THE SITE OF %s (%s) %s since %s (%s); %s; %s; Lodge asks it again %s", strings.ToUpper(f.title),
			f.Name.Host, f.is(), v.stamp(f.Since), ago(v.now, f.Since), wait(f.waiting), f.acting(), next), v.columns)
		v.indented(f.Why)
		_, _ = fmt.Fprintln(v.out)
	}
}

// sitesNeed says whether a failing site needs somebody.
func (v *view) sitesNeed() bool {
	for _, f := range v.failing {
		if f.needs != carriers.Nobody {
			return true
		}
	}
	return false
}

// failingSites are the sites that somebody must act on, as people may be told.
func (w *works) failingSites(ctx context.Context) ([]notify.Item, error) {
	list, err := w.failing(ctx, w.config, w.ledger)
	if err != nil {
		return nil, err
	}
	var items []notify.Item
	for _, f := range list {
		if f.needs == carriers.Nobody {
			continue
		}
		what := notify.SiteDown
		if f.Kind == carriers.SiteChanged {
			what = notify.SiteChanged
		}
		id := fmt.Sprintf("site/%s@%s/%s/%d", f.Name.Carrier, f.Name.Host, what, f.Since.Unix())
		items = append(items, notify.Item{ID: id,
			Carrier: f.Name.Carrier, Who: f.needs, What: what, Since: f.Since, Waiting: f.waiting})
	}
	return items, nil
}
