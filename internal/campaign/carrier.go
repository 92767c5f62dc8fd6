package campaign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/ledes"
)

// carrierOf is the model carrier as one visit of a process has it.
func (p *process) carrierOf(version int) carriers.Carrier {
	return carriers.Carrier{
		Name: carrier, Title: "Model Mutual", Portal: address, Owner: "the campaign", Accepts: []ledes.Format{ledes.LEDES1998B},
		Secrets: []carriers.Secret{{Key: "password", Help: "there is none"}},
		Commits: []carriers.Request{{Method: "POST", Path: "/invoices"}},
		History: carriers.History{SettleAfter: p.w.settles, TrustAbsence: p.w.trusts},
		Limits:  carriers.Limits{Visits: p.w.visits},
		Open: func(v carriers.Visit) carriers.Site {
			return &site{w: p.w, p: p, visit: v, version: version}
		},
	}
}

// site is the model's Site: what a carrier's author would write, over the model
// portal.
type site struct {
	w       *World
	p       *process
	visit   carriers.Visit
	version int
}

// on is the tab in which the site acts.
func on(ctx context.Context) *tab { return ctx.Value(tabKey{}).(*tab) }

// page asks the portal for a page.
func (s *site) page(ctx context.Context, what string) error {
	if err := s.p.point(what); err != nil {
		return err
	}
	wait := s.p.chance.between("page", 50*time.Millisecond, time.Second)
	if s.p.fails(slowPage) {
		wait = s.p.chance.between("slow", 10*time.Second, 4*time.Minute)
	}
	if !clock.Pause(ctx, wait) {
		return context.Cause(ctx)
	}
	switch {
	case on(ctx).window.gone():
		return errGone()
	case s.p.fails(authorPanics):
		panic("the carrier's code has a defect")
	case s.p.fails(maintenance):
		return carriers.Errorf(carriers.Unavailable, "the site is closed for maintenance")
	case s.p.fails(sessionEnds):
		return carriers.Errorf(carriers.Unavailable, "the session has ended")
	case s.p.fails(browserDies):
		on(ctx).window.die("dies")
		return errGone()
	}
	return nil
}

// Login implements [carriers.Site].
func (s *site) Login(ctx context.Context) error {
	if err := s.page(ctx, "login page"); err != nil {
		return err
	}
	on(ctx).step("fill password")
	if err := s.p.point("login is typed"); err != nil {
		return err
	}
	if err := s.w.portal.login(s.p, s.version); err != nil {
		return err
	}
	if s.p.fails(oddPage) {
		return carriers.Errorf(carriers.SiteChanged, "the page is not as expected")
	}
	return s.page(ctx, "first page")
}

// Find implements [carriers.Site].
func (s *site) Find(ctx context.Context, inv carriers.Invoice) ([]carriers.Found, error) {
	s.p.worksOn(inv.Number)
	if err := s.page(ctx, "history"); err != nil {
		return nil, err
	}
	if s.w.portal.blind(s.p, inv.Number) {
		on(ctx).shows("0 found")
		return nil, nil
	}
	rows := s.w.portal.find(s.p, inv.Number)
	rows = s.w.Rules.found(s.w, inv, rows)
	on(ctx).shows(fmt.Sprintf("%d found for %s: %+v", len(rows), inv.Number, rows))
	return rows, s.p.point("history is read")
}

// Submit implements [carriers.Site].
func (s *site) Submit(ctx context.Context, inv carriers.Invoice) (carriers.Receipt, error) {
	s.p.worksOn(inv.Number)
	if err := s.page(ctx, "form"); err != nil {
		return carriers.Receipt{}, err
	}
	if s.p.fails(otherForm) {
		return carriers.Receipt{}, carriers.Errorf(carriers.SiteChanged, "there is no field for the matter")
	}
	on(ctx).shows("Invoice " + inv.Number)
	if n := s.p.chance.pick("odd version", versions); s.p.fails(fileComes) {
		s.w.arrive(ctx, s.w.neutral(), inv.Number, n, "")
	}
	content, err := hashed(inv.Path)
	if err != nil {
		return carriers.Receipt{}, err
	}
	var q *paused
	err = s.visit.Commit(ctx, func(ctx context.Context) error {
		if err := s.p.point("click"); err != nil {
			return err
		}
		if s.p.fails(clickFails) {
			return carriers.Errorf(carriers.SiteChanged, "the button is covered")
		}
		q = on(ctx).window.submit(sheet{inv, content})
		return nil
	})
	if err != nil {
		return carriers.Receipt{}, err
	}
	return s.read(ctx, inv, on(ctx).window.shown(ctx, q))
}

// read says what the result page says of inv.
func (s *site) read(ctx context.Context, inv carriers.Invoice, v verdict) (carriers.Receipt, error) {
	if err := s.p.point("result page"); err != nil {
		return carriers.Receipt{}, err
	}
	switch {
	case v.err != nil:
		return carriers.Receipt{}, carriers.Errorf(carriers.Unavailable, "the page came to nothing: %w", v.err)
	case v.odd, v.invoice != inv.Number:
		return carriers.Receipt{}, carriers.Errorf(carriers.SiteChanged, "no word about invoice %s", inv.Number)
	case v.said.Status == "duplicate":
		return carriers.Receipt{}, carriers.Errorf(carriers.Duplicate, "the site calls it a duplicate")
	case v.said.State == carriers.StateRejected:
		return carriers.Receipt{}, &carriers.Error{Kind: carriers.Rejected, Said: v.said.Text, Err: errors.New(v.said.Text)}
	}
	on(ctx).shows(fmt.Sprintf("Invoice %s: %s %s", v.invoice, v.said.Text, v.said.Number))
	return v.said, nil
}

// errGone is what the carrier's words say of a browser that is not there.
func errGone() error { return carriers.Errorf(carriers.Unavailable, "%w", browser.ErrGone) }
