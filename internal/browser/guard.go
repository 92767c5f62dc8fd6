package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// set makes the settings that hold for all tabs, before there is one: downloads
// and permissions are denied, and popups are seen.
func (b *Browser) set(ctx context.Context) error {
	line, err := call(ctx, b, browser.GetBrowserCommandLine, cdp.Empty{})
	if err != nil {
		return fmt.Errorf("read its command line: %w", err)
	}
	b.switches = line.Arguments
	if err := chromedp.ListenBrowser(b.ctx, b.event); err != nil {
		return err
	}
	session := chromedp.FromContext(b.ctx).Browser
	for _, c := range []command{
		{browser.SetDownloadBehavior.Method, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorDeny, EventsEnabled: new(true)}},
		// To grant none is to deny all, without a question to anybody.
		{"Browser.grantPermissions", map[string]any{"permissions": []string{}}},
		{target.SetDiscoverTargets.Method, target.SetDiscoverTargetsParams{Discover: true}},
	} {
		if err := session.Call(ctx, c.method, c.params, nil); err != nil {
			return fmt.Errorf("%s: %w", c.method, err)
		}
	}
	return nil
}

// event is called for each event of the browser, in order. It must not block
// and cannot run commands: what has to be done goes into a goroutine.
func (b *Browser) event(ev any) {
	switch e := ev.(type) {
	case *target.EventTargetCreated:
		if e.TargetInfo.Type == "page" && e.TargetInfo.OpenerID != "" {
			b.popup(e.TargetInfo)
		}
	case *target.EventTargetDestroyed:
		b.mu.Lock()
		delete(b.held, string(e.TargetID))
		b.mu.Unlock()
	case *browser.EventDownloadWillBegin:
		b.note(Download, "refused: "+bare(e.URL))
	}
}

// popup closes what a page has opened, unless somebody holds popups.
func (b *Browser) popup(info *target.Info) {
	b.mu.Lock()
	hold := b.holds > 0
	if hold {
		b.held[string(info.TargetID)] = info.URL
	}
	b.mu.Unlock()
	if hold {
		b.note(Popup, "opened: "+bare(info.URL))
		return
	}
	b.note(Popup, "closed: "+bare(info.URL))
	b.tasks.Go(func() { _ = b.closePopup(b.ctx, string(info.TargetID)) })
}

func (b *Browser) closePopup(ctx context.Context, id string) error {
	_, err := call(ctx, b, target.CloseTarget, target.CloseTargetParams{TargetID: target.ID(id)})
	return err
}

// HoldPopups lets popups live until release is called, which closes those that
// were opened meanwhile. A commit may go by way of one: whoever ends the
// attempt releases it.
func (b *Browser) HoldPopups() (release func(ctx context.Context)) {
	b.mu.Lock()
	b.holds++
	b.mu.Unlock()
	return func(ctx context.Context) {
		b.mu.Lock()
		b.holds--
		var ids []string
		if b.holds == 0 {
			for id := range b.held {
				ids = append(ids, id)
			}
		}
		b.mu.Unlock()
		for _, id := range ids {
			_ = b.closePopup(ctx, id) // an error means that it has gone by itself
		}
	}
}

// note writes into the trace of every tab: the browser tells neither which tab
// a download is of, nor whose a popup of a popup is.
func (b *Browser) note(kind NoteKind, what string) {
	for t := range b.openTabs() {
		t.trace.saw(kind, what)
	}
}

// event is called for each event of the tab, in order; the rules of
// [Browser.event] hold.
func (t *Tab) event(ev any) {
	t.docs.event(ev)
	switch e := ev.(type) {
	case *inspector.EventTargetCrashed:
		t.trace.saw(Crash, "the renderer crashed")
		t.end(ErrCrashed)
	case *cdpage.EventJavascriptDialogOpening:
		t.answer(e)
	}
}
