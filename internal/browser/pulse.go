package browser

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// How often a browser is asked whether it is still there, and how long it may
// take to answer where [Options] do not say. An answer takes a millisecond; the
// rest is for a machine that has other things to do.
const (
	pulseEvery = 5 * time.Second
	pulseLimit = 30 * time.Second
)

// pulse ends the browser once it gives no answer any more: its process is stopped,
// or its main thread hangs. Steps would else wait for their own limits, one after
// the other, and an order that has none for ever.
func (b *Browser) pulse() {
	limit := cmp.Or(b.options.Pulse, pulseLimit)
	for pause(b.ctx, min(pulseEvery, limit)) == nil {
		ctx, cancel := context.WithTimeoutCause(b.ctx, limit, errSilent)
		_, err := cdp.Call(ctx, chromedp.FromContext(b.ctx).Browser, browser.GetVersion, cdp.Empty{})
		silent := context.Cause(ctx) == errSilent //nolint:errorlint // this very context
		cancel()
		switch {
		case silent:
			b.silent.Store(true)
			b.cancel()
			return
		case err != nil:
			return // it is gone: others tell
		}
	}
}

// errSilent is the end of a browser that gives no answer any more.
var errSilent = fmt.Errorf("%w: it gave no answer any more and was killed", ErrGone)
