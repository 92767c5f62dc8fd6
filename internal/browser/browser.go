// Package browser is the only door to chromedp: Chromium's life, the driver
// behind carriers/page, and the browser's side of the gate.
//
// A [Browser] serves one visit: one login of one account. What it may reach is
// decided by its egress proxy, package egress, and by nothing in the page. A
// [Tab] is what a carrier's steps act on; its guard answers what would
// otherwise hang a page or end it unseen: dialogs, popups, downloads, crashes.
package browser

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// ErrGone says that the browser is no longer there: it died or was closed.
var ErrGone = errors.New("the browser is gone")

// ErrCrashed says that a tab's renderer crashed. The tab is of no more use, nor
// are those that were open beside it, since they had the same.
var ErrCrashed = errors.New("the page crashed")

// How long the steps of a browser's life may take.
const (
	startLimit = 60 * time.Second // from starting the process to its first answer
	closeGrace = 3 * time.Second  // for the browser to end by itself
	setLimit   = 10 * time.Second // for a browser that has started to take its settings
)

// A Browser is one running Chromium with a profile of its own.
type Browser struct {
	options  Options
	ctx      context.Context // of chromedp: ends with the browser
	cancel   context.CancelFunc
	profile  *profile
	blank    *blank
	wire     *wire // nil without Egress
	build    string
	switches []string // of its command line, as the browser itself tells

	done    chan struct{} // closed when the browser is gone
	cause   error         // why; set before done is closed
	closing atomic.Bool
	silent  atomic.Bool // it was killed because it gave no answer
	close   func() error
	tasks   tasks // goroutines that this browser started

	popups popups
	opened atomic.Int64 // tabs so far
	mu     sync.Mutex
	tabs   map[*Tab]bool
}

// starts is how often a browser is started that ends before its first answer. One in
// some hundreds crashes then, in getenv of glibc 2.36: a thread of Chromium's reads the
// environment while another writes it. Nothing was asked of it yet.
const starts = 2

// Start starts a browser with a fresh profile. ctx bounds its whole life. A
// browser that does not answer within a minute is killed; a start that fails
// leaves no process and no folder behind.
func Start(ctx context.Context, o Options) (*Browser, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	return start(ctx, o, startLimit)
}

func start(ctx context.Context, o Options, limit time.Duration) (*Browser, error) {
	if o.Exe == "" {
		find := Find
		if o.Headed {
			find = FindHeaded
		}
		exe, err := find()
		if err != nil {
			return nil, err
		}
		o.Exe = exe
	}
	if err := o.Presentable(); err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	for n := 1; ; n++ {
		b, err := startOnce(ctx, o, limit)
		if err == nil || n == starts || ctx.Err() != nil || !errors.Is(err, errEndedAtOnce) {
			return b, err
		}
	}
}

// errEndedAtOnce says that a browser ended before its first answer.
var errEndedAtOnce = errors.New("it ended before its first answer")

func startOnce(ctx context.Context, o Options, limit time.Duration) (*Browser, error) {
	p, err := newProfile(o.Profiles)
	if err != nil {
		return nil, fmt.Errorf("browser: make a profile: %w", err)
	}
	b := &Browser{options: o, profile: p, done: make(chan struct{}), tabs: map[*Tab]bool{}}
	b.close = sync.OnceValue(b.end)
	b.launch(ctx)
	if err := b.boot(limit); err != nil {
		err = fmt.Errorf("browser: start %s: %w", o.Exe, err)
		return nil, errors.Join(err, b.Close())
	}
	b.tasks.start(b.watch)
	b.tasks.start(b.pulse)
	if err := b.hold(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// hold puts the browser's requests into the hands of the gate, before its first
// navigation. Without a way out of ours there is nothing to hold.
func (b *Browser) hold() error {
	if b.options.Egress == nil {
		return nil
	}
	var err error
	b.wire, err = holdRequests(b.ctx, b.options.Egress, b.options.Gate)
	if err == nil {
		b.wire.popups, b.wire.busy, b.wire.settle = b.HoldPopups, b.busy, b.blank.settle
	}
	return err
}

// launch prepares the chromedp contexts; nothing runs yet.
func (b *Browser) launch(ctx context.Context) {
	alloc, stop := chromedp.NewExecAllocator(ctx, b.options.flags(b.profile)...)
	// What chromedp notes are events that it does not know: nothing to act on.
	run, quit := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	b.ctx, b.cancel = run, sync.OnceFunc(func() { quit(); stop() })
}

// boot runs the process and sets what holds for all tabs. The process lives as
// long as the context of its first command, which so has no deadline: a timer
// ends the whole browser instead.
func (b *Browser) boot(limit time.Duration) error {
	late := errors.New("no answer within " + limit.String())
	timedOut := make(chan struct{})
	timer := time.AfterFunc(limit, func() {
		close(timedOut)
		b.cancel()
	})
	err := chromedp.Do(b.ctx) // takes the blank tab, which stays
	if !timer.Stop() {
		<-timedOut
		return late
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errEndedAtOnce, err)
	}
	if b.blank, err = blankOf(b.ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(b.ctx, setLimit)
	defer cancel()
	return b.set(ctx)
}

// watch waits for the browser's end and tells why.
func (b *Browser) watch() {
	<-chromedp.FromContext(b.ctx).Browser.LostConnection
	b.cause = fmt.Errorf("%w: it was closed", ErrGone)
	switch {
	case b.silent.Load():
		b.cause = errSilent
	case !b.closing.Load():
		// chromedp keeps how the process ended and adds it to any later error. Its
		// words only: it wraps context.Canceled, and nobody has cancelled anything.
		_, err := chromedp.CallBrowser(b.ctx, browser.GetVersion, cdp.Empty{})
		b.cause = fmt.Errorf("%w: %s", ErrGone, err.Error())
	}
	close(b.done)
}

// Done is closed when the browser is gone, for whatever reason.
func (b *Browser) Done() <-chan struct{} { return b.done }

// Err says why the browser is gone, and is nil while it is there. The error
// wraps [ErrGone].
func (b *Browser) Err() error {
	select {
	case <-b.done:
		return b.cause
	default:
		return nil
	}
}

// Alive asks the browser for an answer. It returns an error that wraps
// [ErrGone] if there is no browser, and ctx's if it does not answer in time.
func (b *Browser) Alive(ctx context.Context) error {
	_, err := call(ctx, b, browser.GetVersion, cdp.Empty{})
	return err
}

// Build is the browser's name and version, such as "HeadlessChrome/156.0.8078.79".
func (b *Browser) Build() string { return b.build }

// Sandboxed says whether Chromium's sandbox is on, by the command line that the
// running browser reports.
func (b *Browser) Sandboxed() bool {
	return !slices.ContainsFunc(b.switches, func(s string) bool {
		return s == "--no-sandbox" || strings.HasPrefix(s, "--no-sandbox=")
	})
}

// Scratch is a folder for files that a page is given. It goes away with the
// browser, however that ends.
func (b *Browser) Scratch() string { return filepath.Join(b.profile.dir, "files") }

// call runs a command of the browser, rather than of a tab.
func call[P, R any](ctx context.Context, b *Browser, cmd cdp.Command[P, R], params P) (R, error) {
	r, err := cdp.Call(ctx, chromedp.FromContext(b.ctx).Browser, cmd, params)
	return r, b.explain(ctx, err)
}

// explain puts the cause in the place of err: the caller's own end first, then
// the browser's.
func (b *Browser) explain(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case b.ended():
		return b.reason()
	}
	return err
}

// ended says whether the browser is gone, a moment before [Browser.Done] does.
func (b *Browser) ended() bool {
	select {
	case <-chromedp.FromContext(b.ctx).Browser.LostConnection:
		return true
	default:
		return b.ctx.Err() != nil
	}
}

// reason is why the browser is gone, as far as it is known yet.
func (b *Browser) reason() error {
	if err := b.Err(); err != nil {
		return err
	}
	return ErrGone
}
