package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"example.com/lodge/internal/stop"
)

// stopping derives two contexts from ctx, as [stop.On] does with the signals that
// ask this program to stop. done gives them back.
func (a *app) stopping(ctx context.Context, grace time.Duration) (hard, soft context.Context, done func()) {
	signals, giveBack := a.stops()
	hard, soft, over := stop.On(ctx, signals, grace, func(s os.Signal) {
		if s == nil {
			a.notice("breaking off; the next run settles what was under way")
			return
		}
		a.notice(fmt.Sprintf("%v: finishing what is under way, for up to %s; once more breaks it off", s, short(grace)))
	})
	return hard, soft, func() {
		over()
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
	ctx, end := context.WithCancelCause(ctx)
	signals, giveBack := a.stops()
	over := make(chan struct{})
	go func() {
		defer close(over)
		select {
		case <-signals:
			end(stop.ErrStopped)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		end(nil)
		<-over
		giveBack()
	}
}
