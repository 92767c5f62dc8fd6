package ledger

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/breaker"
)

// sitePrefix begins the name of a site's item among those of accounts. No
// account's name holds a colon (package config).
const sitePrefix = "carrier:"

// A SiteName names a carrier's site. The accounts of a carrier share one, but
// for those that lodge.yaml sends elsewhere, as to a portal for tests.
type SiteName struct {
	Carrier string // its name, which holds no @
	Host    string // of the portal
}

// String names the site for people.
func (n SiteName) String() string { return fmt.Sprintf("the site of %s (%s)", n.Carrier, n.Host) }

func (n SiteName) item() string { return sitePrefix + n.Carrier + "@" + n.Host }

// ErrSiteDown says that a carrier's breaker is open.
var ErrSiteDown = errors.New("the carrier's site is left alone for a while")

// A SiteDownError is an [ErrSiteDown] that says since when, and what next.
type SiteDownError struct {
	Site SiteName
	breaker.State
	Next time.Time     // when to ask again
	Wait time.Duration // until then
}

// Error implements error.
func (e *SiteDownError) Error() string {
	acts := "Lodge asks it again"
	if who := e.Kind.Acts(); who != carriers.Nobody {
		acts = fmt.Sprintf("the %s acts; Lodge asks it again", who)
	}
	return fmt.Sprintf("%s has failed since %s: %s; %s from %s",
		e.Site, e.Since.Format(time.RFC3339), e.Why, acts, e.Next.Format(time.RFC3339))
}

// Is makes errors.Is find [ErrSiteDown].
func (e *SiteDownError) Is(target error) bool { return target == ErrSiteDown }

// A Site is what is known of the health of a carrier's site.
type Site struct {
	Name SiteName
	breaker.State
}

// EnterSite asks whether a visit by owner may go to a carrier's site. While the
// breaker is open it may not: [ErrSiteDown], a [*SiteDownError]; once its time is
// over one visit may go as a probe, which must not submit and has ttl. A probe
// is another's once its owner is dead, or its time is over. [Ledger.LeaveSite]
// follows, whatever became of the visit. probe is 0 where the breaker is closed.
func (l *Ledger) EnterSite(ctx context.Context, site SiteName, owner string, ttl time.Duration) (probe int64, err error) {
	_, err = l.writeSite(ctx, site, func(s breaker.State, now time.Time) (breaker.State, error) {
		dead := s.Probe != nil && l.dead(ctx, s.Probe.Owner)
		after, pass := s.Enter(now, owner, ttl, dead)
		if !pass.Next.IsZero() {
			return s, &SiteDownError{site, s, pass.Next, pass.Next.Sub(now)}
		}
		probe = pass.Probe
		return after, nil
	})
	if err != nil && !errors.Is(err, ErrSiteDown) {
		err = fmt.Errorf("visit %s: %w", site, err)
	}
	if err != nil {
		return 0, err
	}
	return probe, nil
}

// LeaveSite tells what a visit says about a carrier's site, and returns what is
// known of it then. Each visit counts once, however many end together.
func (l *Ledger) LeaveSite(ctx context.Context, site SiteName, e breaker.End) (Site, error) {
	s, err := l.writeSite(ctx, site, func(s breaker.State, now time.Time) (breaker.State, error) {
		return s.Ended(now, e), nil
	})
	if err != nil {
		return Site{}, fmt.Errorf("the health of %s: %w", site, err)
	}
	return Site{site, s}, nil
}

// Sites returns the sites of which anything is known, in the order of names.
// Whoever plans visits leaves out those that are open, until their time.
func (l *Ledger) Sites(ctx context.Context) ([]Site, error) {
	items, err := l.engine.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("the health of sites: %w", err)
	}
	var list []Site
	for _, a := range items {
		name, ok := strings.CutPrefix(a.Name, sitePrefix)
		if carrier, host, _ := strings.Cut(name, "@"); ok && a.Site != nil {
			list = append(list, Site{SiteName{carrier, host}, *a.Site})
		}
	}
	return list, nil
}

// writeSite changes a site's item; nothing is written where nothing changes.
func (l *Ledger) writeSite(
	ctx context.Context, site SiteName, change func(breaker.State, time.Time) (breaker.State, error),
) (breaker.State, error) {
	var after breaker.State
	_, err := l.writeAccount(ctx, site.item(), func(a *Account, now time.Time) error {
		var before breaker.State
		if a.Site != nil {
			before = *a.Site
		}
		var err error
		if after, err = change(before, now); err != nil {
			return err
		}
		if reflect.DeepEqual(before, after) {
			return errNothing
		}
		a.Site = &after
		switch {
		case after.Open() && !before.Open():
			a.note(now, "the breaker", "opened: "+after.Why)
		case before.Open() && !after.Open():
			a.note(now, "the breaker", "closed: the site works again")
		}
		return nil
	})
	return after, err
}

// isSite says whether an item is a site's and no account's.
func isSite(a Account) bool { return strings.HasPrefix(a.Name, sitePrefix) }

// Accounts returns every account's item, in the order of names.
func (l *Ledger) Accounts(ctx context.Context) ([]Account, error) {
	list, err := l.engine.Accounts(ctx)
	return slices.DeleteFunc(list, func(a Account) bool { return isSite(a) || a.Name == straysItem }), err
}
