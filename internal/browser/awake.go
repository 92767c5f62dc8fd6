package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// How long the blank tab may take to answer before the scripts of closed pages
// are ended, and how long it may take altogether.
const (
	drowsy = 100 * time.Millisecond
	asleep = 5 * time.Second
)

// A blank is the tab that stays blank, by which the renderer can be asked: all
// tabs share one (docs/benchmarks.md).
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

// awaken returns once the renderer answers, as it must for whatever tab comes
// next. A closed page can keep it for ever: a script that asks again as soon as a
// request fails is told at once, without an end, that its page is gone. So what
// runs while the blank tab does not answer is broken off; no page may be open then
// but blank ones.
func (b *blank) awaken(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, asleep, errors.New("a closed page keeps the renderer busy"))
	defer cancel()
	defer context.AfterFunc(b.alive, cancel)()
	for {
		err := b.ask(ctx)
		switch {
		case err == nil:
			return nil
		case b.alive.Err() != nil:
			return fmt.Errorf("browser: wake the renderer: %w", context.Cause(b.alive))
		case ctx.Err() != nil:
			return fmt.Errorf("browser: wake the renderer: %w", context.Cause(ctx))
		case !errors.Is(err, context.DeadlineExceeded):
			return fmt.Errorf("browser: wake the renderer: %w", err)
		}
		// Its error says that an earlier one is still at work.
		_, _ = cdp.Call(ctx, b.target, runtime.TerminateExecution, cdp.Empty{})
	}
}

// ask has the main thread of the renderer answer.
func (b *blank) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drowsy)
	defer cancel()
	_, err := cdp.Call(ctx, b.target, runtime.Evaluate, runtime.EvaluateParams{Expression: "0"})
	return err
}

// wake is awaken after a tab was closed. A browser that cannot be woken is ended:
// whoever uses it next is told that it is gone, and why.
func (b *Browser) wake() {
	err := b.blank.awaken(b.ctx)
	if err == nil || b.ended() {
		return
	}
	b.mu.Lock()
	b.stuck = err
	b.mu.Unlock()
	b.cancel()
}

// givenUp is why the browser was given up; nil if it was not.
func (b *Browser) givenUp() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stuck
}
