package gate

import (
	"context"
	"fmt"
)

// Finish ends the attempt: first the service workers and every page, so that
// nothing of it is left to try again, then the holding. It closes the tab in
// which the commit was made. Without an attempt it does nothing; after an error
// the browser must be ended.
func (g *Gate) Finish(ctx context.Context) error {
	g.mu.Lock()
	a := g.now
	var p phase
	if a != nil {
		p = a.phase
	}
	g.mu.Unlock()
	switch {
	case a == nil:
		return nil
	case p == shut:
		return fmt.Errorf("finish the attempt: %w", ErrUnfinished)
	case p == awaiting || p == locked:
		return fmt.Errorf("finish the attempt: its commit is under way: %w", ErrBusy)
	}
	if err := g.wire.Finish(ctx, a.rules.Origins); err != nil {
		return fmt.Errorf("finish the attempt: %w", err)
	}
	g.mu.Lock()
	g.now = nil
	g.mu.Unlock()
	if err := g.step(ctx, g.wire.Idle); err != nil {
		return fmt.Errorf("finish the attempt: %w", err)
	}
	return nil
}
