package visit

import (
	"context"
	"errors"
	"fmt"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/browser/egress"
	"example.com/lodge/internal/gate"
)

// A Window is where a visit acts: one browser, behind a way out that knows the
// carrier's hosts only. [Chromium] opens the real one; the fault campaign has a
// model in its place, and everything else of a visit as it is.
type Window interface {
	// Tab opens an empty tab.
	Tab(ctx context.Context) (Tab, error)
	// Gate holds what the window's browser asks for.
	Gate() *gate.Gate
	// Left is what the way out let through, Refused the hosts that it refused.
	Left() []egress.Passage
	Refused() []string
	// Build names the browser, Sandboxed says whether its sandbox is on.
	Build() string
	Sandboxed() bool
	// Scratch is a folder for files that pages pick up. It goes with the window.
	Scratch() string
	// Close ends the browser, then its way out.
	Close() error
}

// A Tab is what a carrier's steps act on. *[browser.Tab] is one.
type Tab interface {
	page.Driver
	// Ready waits until an action could be done, and does nothing.
	Ready(ctx context.Context, a page.Action) error
	// Context returns a context in which the words of package page act on the tab.
	Context(ctx context.Context) context.Context
	// Has says whether a frame is one of the tab's.
	Has(ctx context.Context, frame string) bool
	// Picture is what the tab looks like, as a JPEG.
	Picture(ctx context.Context) ([]byte, error)
	// Text is the text that it shows.
	Text(ctx context.Context) (string, error)
	// HTML is its document.
	HTML(ctx context.Context) (string, error)
	// Mask hides what fields hold in the pictures that follow.
	Mask(on bool)
	// Watch has see called with each step that follows.
	Watch(see func(browser.Note)) (stop func())
	// Trace is the steps so far.
	Trace() []browser.Note
	// Close closes it.
	Close(ctx context.Context) error
}

// An Opening says what a window is to be.
type Opening struct {
	Browser browser.Options // with all but Egress
	Way     egress.Options
}

// Chromium opens a window of a real browser. ctx bounds the window's whole life.
func Chromium(ctx context.Context, o Opening) (Window, error) {
	proxy, err := egress.New(o.Way)
	if err != nil {
		return nil, err
	}
	o.Browser.Egress = proxy
	b, err := browser.Start(ctx, o.Browser)
	if err != nil {
		return nil, errors.Join(carriers.Errorf(carriers.Unavailable, "%w", err), proxy.Close())
	}
	return chromium{b, proxy}, nil
}

// chromium is the window that [Chromium] opens.
type chromium struct {
	*browser.Browser
	proxy *egress.Proxy
}

func (c chromium) Tab(ctx context.Context) (Tab, error) {
	t, err := c.Browser.Tab(ctx)
	if err != nil {
		return nil, err // a nil *browser.Tab would be a Tab
	}
	return t, nil
}

func (c chromium) Left() []egress.Passage { return c.proxy.Log() }

func (c chromium) Refused() []string { return c.proxy.Refused() }

func (c chromium) Close() error { return errors.Join(c.Browser.Close(), c.proxy.Close()) }

// open opens the window, which knows the carrier's hosts only.
func (s *session) open(ctx context.Context) error {
	hosts, err := s.hosts()
	if err != nil {
		return err
	}
	o := Opening{Browser: s.Browser, Way: egress.Options{Allow: hosts}}
	if s.Account.Loopback {
		o.Way = egress.Options{Loopback: hosts[:1]}
	}
	o.Browser.Gate, o.Browser.Origins = s.Gate, s.origins
	if s.Account.Pin != "" {
		o.Browser.Pins = []string{s.Account.Pin}
	}
	open := s.Window
	if open == nil {
		open = Chromium
	}
	if s.window, err = open(ctx, o); err != nil {
		return fmt.Errorf("account %s: %w", s.Account.Name, err)
	}
	err = s.guarded("Open", func() error {
		s.site = s.Carrier.Open(s)
		return nil
	})
	if err != nil {
		s.close()
	}
	return err
}

// close ends the window.
func (s *session) close() {
	if err := s.window.Close(); err != nil {
		s.Log.Warn("the browser did not end cleanly", "error", err)
	}
}
