package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Finish implements [gate.Wire]. Clearing an origin's service workers stops
// those that run, which closing their pages does not: one that posts by itself
// would go on after the attempt.
func (w *wire) Finish(ctx context.Context, origins []string) error {
	ctx, cancel := w.within(ctx)
	defer cancel()
	for _, o := range origins {
		if _, err := chromedp.Call(ctx, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{
			Origin: o, StorageTypes: "service_workers"}); err != nil {
			return fmt.Errorf("clear the service workers of %s: %w", o, err)
		}
	}
	if err := w.closePages(ctx); err != nil {
		return err
	}
	if w.settle != nil {
		if err := w.settle(ctx); err != nil {
			return fmt.Errorf("the renderer of the closed pages: %w", err)
		}
	}
	if w.release == nil {
		return nil
	}
	release := w.release
	w.release = nil
	return release(ctx)
}

// within is a context of the blank tab that ends when ctx does.
func (w *wire) within(ctx context.Context) (context.Context, context.CancelFunc) {
	run, cancel := context.WithCancelCause(w.ctx)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return run, func() { stop(); cancel(nil) }
}

// askAgain is how soon a page is told to close once more: one whose navigation
// ends just then does not hear it, and no event tells.
const askAgain = 100 * time.Millisecond

// closePages closes every page but the blank tab, and returns when they and
// their workers are gone.
func (w *wire) closePages(ctx context.Context) error {
	gone := make(chan struct{}, 1)
	if err := chromedp.ListenBrowser(ctx, func(ev any) {
		if _, ok := ev.(*target.EventTargetDestroyed); ok {
			select {
			case gone <- struct{}{}:
			default: // told already
			}
		}
	}); err != nil {
		return err
	}
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for {
		left, err := w.left(ctx)
		if err != nil || len(left) == 0 {
			return err
		}
		for _, t := range left {
			if t.Type == "page" {
				_, _ = chromedp.CallBrowser(ctx, target.CloseTarget, target.CloseTargetParams{TargetID: t.TargetID}) // it may just have gone
			}
		}
		select {
		case <-gone:
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("close the pages of the attempt: %d left, a %s among them: %w", len(left), left[0].Type, context.Cause(ctx))
		}
	}
}

// left are the pages and workers of the attempt that still live.
func (w *wire) left(ctx context.Context) ([]*target.Info, error) {
	list, err := chromedp.Targets(ctx)
	return slices.DeleteFunc(list, func(t *target.Info) bool {
		return t.TargetID == w.keeper || !slices.Contains(ofPages, t.Type) || itsOwn(t.URL)
	}), err
}

// ofPages are the kinds of targets that send a page's requests.
var ofPages = []string{"page", "iframe", "worker", "shared_worker", "service_worker"}

// itsOwn says whether a page belongs to the browser itself, as some do in full
// Chromium. An error page stands in a page's tab and does not.
func itsOwn(url string) bool {
	scheme, _, _ := strings.Cut(url, ":")
	return slices.Contains([]string{"chrome", "chrome-extension", "chrome-untrusted", "devtools"}, scheme)
}
