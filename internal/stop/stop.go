// Package stop ends a program in two steps when it is told to: first nothing new is
// begun, then, when that takes too long, what is under way is broken off.
package stop

import (
	"context"
	"errors"
	"os"
	"time"
)

// ErrStopped is the cause of a context that a signal ended.
var ErrStopped = errors.New("stopped by a signal")

// WindUp is how long what is under way takes, at most, once it is broken off: it is
// kept free at the end of the grace period.
const WindUp = 10 * time.Second

// A Told is how a program is told that it is ending; s is nil for the second step.
type Told func(s os.Signal)

// On derives two contexts from ctx. The first signal ends soft: nothing new is
// begun, what is under way finishes. A second signal, or the end of grace less
// [WindUp], ends hard: what is under way is broken off, and the ledger has how far
// it came. done ends both and waits for the watch to end.
func On(ctx context.Context, signals <-chan os.Signal, grace time.Duration, tell Told) (hard, soft context.Context, done func()) {
	hard, breakOff := context.WithCancelCause(ctx)
	soft, finish := context.WithCancelCause(hard)
	over := make(chan struct{})
	go func() {
		defer close(over)
		select {
		case s := <-signals:
			tell(s)
			finish(ErrStopped)
		case <-soft.Done():
			return
		}
		limit := time.NewTimer(max(0, grace-WindUp))
		defer limit.Stop()
		select {
		case <-signals:
		case <-limit.C:
		case <-hard.Done():
			return
		}
		tell(nil)
		breakOff(ErrStopped)
	}()
	return hard, soft, func() {
		breakOff(nil)
		<-over
	}
}
