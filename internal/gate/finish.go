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
// meanwhile, unless it is nil, is called once in any case: as soon as the pages
// are closed, while the browser is watched for what they had begun. It may
// prepare what comes next, as long as that asks nothing of the site.
func (g *Gate) Finish(ctx context.Context, meanwhile func()) error {
	var beside sync.WaitGroup
	defer beside.Wait()
	begin := sync.OnceFunc(func() {
		if meanwhile != nil {
			beside.Go(meanwhile)
		}
	})
	defer begin()
	a, err := g.close()
	if a == nil || err != nil {
		return err
	}
	ended, cancel := context.WithTimeout(ctx, g.options.End)
	defer cancel()
	if err := g.wire.Finish(ended, a.rules.Origins); err != nil {
		return fmt.Errorf("finish the attempt: %w", err)
	}
	begin()
	if err := g.silence(ctx, a); err != nil {
		return fmt.Errorf("finish the attempt: its pages are closed: %w", err)
	}
	if err := g.step(ctx, g.wire.Idle); err != nil {
		return fmt.Errorf("finish the attempt: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = nil
	return nil
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
