package gate

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Finish ends the attempt: first the service workers and every page, then what
// they had begun to send, and only then the holding. It closes the tab in which
// the commit was made. Without an attempt it does nothing; after an error the
// browser must be ended.
//
// meanwhile, unless it is nil, is called as soon as the pages are closed, while
// the browser is watched for what they had begun; Finish waits for it. It may
// prepare what comes next, and ask the site for something once it has called
// [Gate.Follow]. If the pages do not close it is not called.
func (g *Gate) Finish(ctx context.Context, meanwhile func()) error {
	if meanwhile == nil {
		meanwhile = func() {}
	}
	a, err := g.close()
	switch {
	case err != nil:
		return err
	case a == nil:
		meanwhile()
		return nil
	}
	ended, cancel := context.WithTimeout(ctx, g.options.End)
	defer cancel()
	if err := g.wire.Finish(ended, a.rules.Origins); err != nil {
		return fmt.Errorf("finish the attempt: %w", err)
	}
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(meanwhile)
	if err := g.silence(ctx, a); err != nil {
		return fmt.Errorf("finish the attempt: its pages are closed: %w", err)
	}
	if err := g.step(ctx, g.wire.Idle); err != nil {
		return fmt.Errorf("finish the attempt: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if a.rehearsal {
		g.fuse.Disarm() // after a commit its answer has done so
	}
	g.now = nil
	return nil
}

// A follower says whether a frame is one of the tab in which the work goes on.
type follower func(ctx context.Context, frame string) bool

// Follow lets what the frames of a tab ask for pass while [Gate.Finish] still
// watches for what the closed pages had begun; meanwhile calls it, when that tab is
// open and blank. failed is how many requests of others were failed since: if there
// are any, some may have been the tab's own, of a worker for instance, and what it
// shows is worth nothing.
func (g *Gate) Follow(next func(ctx context.Context, frame string) bool) (failed func() int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.now
	if a == nil {
		return func() int { return 0 } // nothing is held
	}
	a.next, a.failed = next, 0
	return func() int {
		g.mu.Lock()
		defer g.mu.Unlock()
		return a.failed
	}
}

// whose lets q go on if it is the follower's, and fails it otherwise. mu is held.
func (g *Gate) whose(a *attempt, q Request) {
	next := a.next
	g.order(func(ctx context.Context) error {
		if next(ctx, q.Frame) {
			return g.wire.Continue(ctx, q.ID, false)
		}
		g.mu.Lock()
		a.last = time.Now()
		a.failed++
		g.mu.Unlock()
		return g.wire.Fail(ctx, q.ID)
	})
}

// close forbids the attempt everything, if it may be ended at all. The attempt
// is nil if there is none.
func (g *Gate) close() (*attempt, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.now == nil:
		return nil, nil
	case g.now.phase == shut:
		return nil, fmt.Errorf("finish the attempt: %w", ErrUnfinished)
	case g.now.phase == awaiting || g.now.phase == locked:
		return nil, fmt.Errorf("finish the attempt: its commit is under way: %w", ErrBusy)
	}
	g.now.phase = closing
	return g.now, nil
}

// silence waits until nothing was held for as long as the browser must be calm
// before a commit. A renderer that is being ended still sends what its page had
// begun: copies of a commit came up to 3 ms after the browser had told that the
// last page was gone.
func (g *Gate) silence(ctx context.Context, a *attempt) error {
	start := time.Now()
	for last := start; ; {
		rest := g.options.Calm - time.Since(last)
		switch {
		case rest <= 0:
			return nil
		case time.Since(start) > g.options.Quiet:
			return ErrNotCalm
		}
		t := time.NewTimer(rest)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return context.Cause(ctx)
		}
		g.mu.Lock()
		if a.last.After(last) {
			last = a.last
		}
		g.mu.Unlock()
	}
}
