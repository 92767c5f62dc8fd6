package browser

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"example.com/lodge/carriers/page"
)

//go:embed engine.js
var engine string

// errTabClosed is the end of a tab by [Tab.Close].
var errTabClosed = errors.New("the tab is closed")

// A Tab is one tab of a browser, with its guard. It is the [page.Driver] that a
// carrier's steps act on, from one goroutine at a time; pictures and texts may
// be taken from another.
type Tab struct {
	browser *Browser
	ctx     context.Context // of chromedp
	cancel  func()          // ends ctx and waits for what hangs on it
	alive   context.Context // ends with the tab; its cause says why
	end     context.CancelCauseFunc
	target  *chromedp.Target

	docs    *documents
	waiting waiting
	trace   trace
	dialogs dialogs
	masked  atomic.Bool
	tasks   tasks
}

var _ page.Driver = (*Tab)(nil)

// Tab opens a tab, empty and guarded. ctx bounds the opening only. The tab before
// it must be closed or at rest: scripts that keep the renderer busy meanwhile are
// broken off, as those that a closed page left running must be.
func (b *Browser) Tab(ctx context.Context) (*Tab, error) {
	ctx, opened := b.awake(ctx)
	defer opened()
	t := &Tab{browser: b, docs: newDocuments()}
	run, end := chromedp.NewContext(b.ctx, chromedp.WithListener(t.event))
	t.ctx = run
	t.cancel = sync.OnceFunc(func() { end(); t.tasks.wait() })
	t.alive, t.end = context.WithCancelCause(run)
	b.mu.Lock()
	b.tabs[t] = true
	b.mu.Unlock()
	if err := t.open(ctx); err != nil {
		t.forget()
		return nil, fmt.Errorf("browser: open a tab: %w", t.explain(ctx, err))
	}
	if b.opened.Add(1)%tidyEvery == 0 {
		t.tidy(ctx)
	}
	return t, nil
}

// open makes the tab. Its life hangs on the context of its first command: so
// that one is the tab's own, and ctx's end is carried over meanwhile.
func (t *Tab) open(ctx context.Context) error {
	stop := context.AfterFunc(ctx, t.cancel)
	defer stop()
	if err := chromedp.Do(t.ctx); err != nil {
		return err
	}
	t.target = chromedp.FromContext(t.ctx).Target
	t.docs.change(func() { t.docs.frame = cdp.FrameID(t.target.TargetID) })
	return t.prepare(t.ctx)
}

// tidyEvery is after how many tabs the renderer gives back what their pages used.
// By itself it keeps 200 MB of it, and gives back what is more (docs/benchmarks.md).
const tidyEvery = 5

// tidy costs memory if it fails, and nothing else.
func (t *Tab) tidy(ctx context.Context) {
	ctx, cancel := t.within(ctx)
	defer cancel()
	_, _ = send(ctx, t, heapprofiler.CollectGarbage, cdp.Empty{})
}

// prepare sets what holds for all documents of the tab.
func (t *Tab) prepare(ctx context.Context) error {
	for _, c := range []command{
		// chromedp mirrors the document for its own queries, which Lodge does not use.
		{css.Disable.Method, cdp.Empty{}},
		{t.mirror(), cdp.Empty{}},
		{log.Disable.Method, cdp.Empty{}},
		{network.SetBypassServiceWorker.Method, network.SetBypassServiceWorkerParams{Bypass: true}},
		{network.SetBlockedURLs.Method, network.SetBlockedURLsParams{URLPatterns: blocked(t.browser.options.Origins)}},
		// Without it only one window at a time takes the focus, and fields need it.
		{emulation.SetFocusEmulationEnabled.Method, emulation.SetFocusEmulationEnabledParams{Enabled: true}},
		{cdpage.AddScriptToEvaluateOnNewDocument.Method, cdpage.AddScriptToEvaluateOnNewDocumentParams{
			Source: engine, WorldName: worldName, RunImmediately: new(true)}},
	} {
		if err := t.target.Call(ctx, c.method, c.params, nil); err != nil {
			return fmt.Errorf("%s: %w", c.method, err)
		}
	}
	return nil
}

// mirror switches the mirror of the document off, but for outlines, which need
// it.
func (t *Tab) mirror() string {
	if t.browser.options.Headed {
		return dom.Enable.Method
	}
	return dom.Disable.Method
}

// A command is a DevTools command with its parameters.
type command struct {
	method string
	params any
}

// idle are kinds of files that no step and no sign needs.
func idle() []string {
	return []string{
		"png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "bmp", "svg",
		"woff", "woff2", "ttf", "otf", "eot", "mp4", "webm", "mp3", "ogg",
	}
}

// blocked are the requests that a page's speed gains from not being made:
// pictures, fonts, media and, where the portal's origins are known, whatever is
// from elsewhere. It is no boundary; that is the egress proxy.
func blocked(origins []string) []*network.BlockPattern {
	var patterns []*network.BlockPattern
	for _, kind := range idle() {
		for _, ending := range []string{kind, strings.ToUpper(kind)} {
			patterns = append(patterns, &network.BlockPattern{URLPattern: "*://*:*/*." + ending + "?*", Block: true})
		}
	}
	if len(origins) == 0 {
		return patterns
	}
	for _, origin := range origins { // an earlier pattern wins
		patterns = append(patterns, &network.BlockPattern{URLPattern: origin + "/*"})
	}
	return append(patterns, &network.BlockPattern{URLPattern: "*://*:*/*", Block: true})
}

// Context returns a context in which the words of package page act on this tab.
func (t *Tab) Context(ctx context.Context) context.Context { return page.WithDriver(ctx, t) }

// Has says whether a frame is one of the tab's. It may not know one that is gone.
func (t *Tab) Has(ctx context.Context, frame string) bool {
	if t.docs.isMain(frame) {
		return true
	}
	ctx, cancel := t.within(ctx)
	defer cancel()
	r, err := send(ctx, t, cdpage.GetFrameTree, cdp.Empty{})
	return err == nil && holds(r.FrameTree, frame)
}

// holds says whether a frame is in the tree.
func holds(tree *cdpage.FrameTree, frame string) bool {
	return tree != nil && (string(tree.Frame.ID) == frame ||
		slices.ContainsFunc(tree.ChildFrames, func(below *cdpage.FrameTree) bool { return holds(below, frame) }))
}

// URL is the address of the document that the tab shows.
func (t *Tab) URL() string { return t.docs.address() }

// Close closes the tab, whatever its page would still like to do. ctx bounds
// the wait only.
func (t *Tab) Close(ctx context.Context) error {
	closed := make(chan struct{})
	if !t.browser.tasks.start(func() {
		defer close(closed)
		t.forget()
	}) {
		return nil // the browser is closed, with all its tabs
	}
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *Tab) forget() {
	t.end(errTabClosed)
	t.cancel()
	t.browser.mu.Lock()
	delete(t.browser.tabs, t)
	t.browser.mu.Unlock()
}

// within returns a context that ends with ctx and with the tab.
func (t *Tab) within(ctx context.Context) (context.Context, context.CancelFunc) {
	both, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(t.alive, cancel)
	return both, func() { stop(); cancel() }
}

// explain puts the cause in the place of err: the caller's own end first, then
// the browser's, then the tab's.
func (t *Tab) explain(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case t.browser.ended():
		return t.browser.reason()
	case t.alive.Err() != nil:
		return context.Cause(t.alive)
	}
	return err
}

// do runs one step, as long as ctx and the tab live, and notes it in the trace.
func (t *Tab) do(ctx context.Context, what string, step func(context.Context) error) error {
	began := time.Now()
	inner, cancel := t.within(ctx)
	defer cancel()
	err := t.explain(ctx, step(inner))
	t.trace.add(Note{At: began, Kind: Stepped, Took: time.Since(began), What: what, Err: err})
	return err
}

// send runs a command of this tab.
func send[P, R any](ctx context.Context, t *Tab, cmd cdp.Command[P, R], params P) (R, error) {
	return cdp.Call(ctx, t.target, cmd, params)
}
