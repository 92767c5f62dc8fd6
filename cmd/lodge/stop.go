package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errStopped is the cause of a context that a signal ended.
var errStopped = errors.New("stopped by a signal")

// windUp is how long the visits under way take, at most, once they are broken
// off: it is kept free at the end of the grace period.
const windUp = 10 * time.Second

// stopping derives two contexts from ctx. The first signal ends soft: nothing
// new is begun, what is under way finishes. A second signal, or the end of
// grace less the time to wind up, ends hard: what is under way is broken off,
// and the ledger has how far it came. done gives the signals back.
func (a *app) stopping(ctx context.Context, grace time.Duration) (hard, soft context.Context, done func()) {
	hard, breakOff := context.WithCancelCause(ctx)
	soft, finish := context.WithCancelCause(hard)
	signals, giveBack := a.stops()
	over := make(chan struct{})
	go func() {
		defer close(over)
		select {
		case s := <-signals:
			a.notice(fmt.Sprintf("%v: finishing what is under way, for up to %s; once more breaks it off", s, short(grace)))
			finish(errStopped)
		case <-soft.Done():
			return
		}
		limit := time.NewTimer(max(0, grace-windUp))
		defer limit.Stop()
		select {
		case <-signals:
		case <-limit.C:
		case <-hard.Done():
			return
		}
		a.notice("breaking off; the next run settles what was under way")
		breakOff(errStopped)
	}()
	return hard, soft, func() {
		breakOff(nil)
		<-over
		giveBack()
	}
}

// notice tells something while a bar may stand in the line.
func (a *app) notice(text string) {
	if a.errColumns > 0 {
		text = "\nlodge: " + text
	} else {
		text = "lodge: " + text
	}
	_, _ = fmt.Fprintln(a.err, text)
}

// untilStopped derives a context that the first signal ends.
func (a *app) untilStopped(ctx context.Context) (context.Context, func()) {
	ctx, stop := context.WithCancelCause(ctx)
	signals, giveBack := a.stops()
	over := make(chan struct{})
	go func() {
		defer close(over)
		select {
		case <-signals:
			stop(errStopped)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		stop(nil)
		<-over
		giveBack()
	}
}
