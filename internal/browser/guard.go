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
	version, err := call(ctx, b, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return fmt.Errorf("read its version: %w", err)
	}
	b.build = version.Product
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
		b.popups.gone(e.TargetID)
	case *browser.EventDownloadWillBegin:
		b.note(Download, "refused: "+bare(e.URL))
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
	t.waiting.event(ev)
	switch e := ev.(type) {
	case *inspector.EventTargetCrashed:
		t.trace.saw(Crash, "the renderer crashed")
		t.end(ErrCrashed)
	case *cdpage.EventJavascriptDialogOpening:
		t.answer(e)
	}
}
