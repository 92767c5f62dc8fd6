package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// How long the renderer may take to answer before the scripts in it are broken
// off, and how long a tab may take to open.
const (
	drowsy    = 100 * time.Millisecond
	openLimit = 20 * time.Second
)

// errKept is the end of a browser that can open no tab.
var errKept = fmt.Errorf("%w: it opens no tab any more", ErrGone)

// A blank is the tab that stays blank. All tabs share one renderer (see
// docs/benchmarks.md), which by this one can be asked whether it is free.
type blank struct {
	target *chromedp.Target
	alive  context.Context // ends, because of [ErrCrashed], when the renderer does
}

// blankOf is the tab of ctx, which must be the browser's first.
func blankOf(ctx context.Context) (*blank, error) {
	alive, end := context.WithCancelCause(ctx)
	b := &blank{chromedp.FromContext(ctx).Target, alive}
	return b, chromedp.Listen(ctx, func(ev any) {
		if _, ok := ev.(*inspector.EventTargetCrashed); ok {
			end(ErrCrashed)
		}
	})
}

// awake keeps the renderer awake until opened is called. A closed page can keep
// it for ever: a script that asks again as soon as a request fails is told at
// once, without an end, that its page is gone. When that begins nobody tells. The
// context ends with the renderer, or because of errKept.
func (b *Browser) awake(ctx context.Context) (_ context.Context, opened func()) {
	limited, cancel := context.WithTimeoutCause(ctx, openLimit, errKept)
	ctx, end := context.WithCancelCause(limited)
	crashed := context.AfterFunc(b.blank.alive, func() {
		if cause := context.Cause(b.blank.alive); errors.Is(cause, ErrCrashed) { // of a browser that is gone others tell
			end(cause)
		}
	})
	var watch sync.WaitGroup
	watch.Go(func() { b.blank.keepAwake(ctx) })
	return ctx, func() {
		crashed()
		end(nil)
		watch.Wait()
		cancel()
	}
}

// keepAwake breaks off what keeps the renderer's main thread, until ctx ends. It
// does not return between an order to break off and an answer: an order that came
// too late holds for the next script, whosever it is.
func (b *blank) keepAwake(ctx context.Context) {
	for giveUp := time.Now().Add(openLimit); b.alive.Err() == nil && time.Now().Before(giveUp); {
		if !b.answers() {
			// Its error says that an earlier one is still at work. A browser that does
			// not even answer that opens no tab, and nobody goes on with it.
			limited, cancel := context.WithDeadline(b.alive, giveUp)
			_, _ = cdp.Call(limited, b.target, runtime.TerminateExecution, cdp.Empty{})
			cancel()
			continue
		}
		if pause(ctx, drowsy) != nil {
			return
		}
	}
}

// settle returns once the renderer has answered, and breaks off what keeps it from
// that. It has done all that it was told before then, and a page of it that was
// closed runs nothing any more: that its browser has told of the end says only that
// the renderer will hear of it.
func (b *blank) settle(ctx context.Context) error {
	for !b.answers() {
		switch {
		case b.alive.Err() != nil:
			return context.Cause(b.alive)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		limited, cancel := context.WithTimeout(b.alive, drowsy)
		_, _ = cdp.Call(limited, b.target, runtime.TerminateExecution, cdp.Empty{})
		cancel()
	}
	return nil
}

// answers says whether the renderer's main thread ran a script in time. Also one
// that was broken off is an answer.
func (b *blank) answers() bool {
	ctx, cancel := context.WithTimeout(b.alive, drowsy)
	defer cancel()
	_, err := cdp.Call(ctx, b.target, runtime.Evaluate, runtime.EvaluateParams{Expression: "0"})
	return !errors.Is(err, context.DeadlineExceeded)
}
