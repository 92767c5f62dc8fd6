package gate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/lodge/carriers"
)

// Commit runs do and lets exactly one copy of the commit go.
//
// A nil error says that the site answered: read [Outcome.Answer], then the
// page. An error that wraps [ErrNotSent] says that it is proven that nothing
// left. One that wraps [ErrNoAnswer] says that the attempt is over and only a
// look-up decides. There is no other. In each case the outcome holds what was
// seen, and if it is Unfinished, the browser must be ended before anything else
// is done with it.
//
// When ctx ends before the release, nothing is sent; after it, the answer's
// deadline is over.
func (g *Gate) Commit(ctx context.Context, rules Rules, intent Intent, do func(context.Context) error) (Outcome, error) {
	a, err := g.begin(rules, awaiting)
	if err != nil {
		return Outcome{}, notSent(err)
	}
	var out Outcome
	g.fuse.HoldSockets()
	if err := g.step(ctx, g.wire.Hold); err != nil {
		err = g.refuse(&out, fmt.Errorf("hold the browser's requests: %w", err))
		g.report(&out)
		return out, err
	}
	g.hush(a)
	c := startClick(ctx, do)
	err = g.send(ctx, a, c, intent, &out)
	if !c.end(g.options.Step) {
		g.shut(&out)
	}
	g.report(&out)
	return out, err
}

func (g *Gate) begin(rules Rules, p phase) (*attempt, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now != nil {
		return nil, ErrBusy
	}
	g.now = newAttempt(rules, p)
	return g.now, nil
}

// hush begins the calm before the click, if no page waits for anything: all that
// is asked for now is held, and what may pass ends the calm. With a page that
// waits it begins once the commit is held, so that the click finds the page as the
// network made it.
func (g *Gate) hush(a *attempt) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if a.phase != awaiting || a.let != nil || g.wire.Busy() {
		return
	}
	a.hushed = true
	g.fuse.Hush()
}

// send takes the steps from the click to the answer.
func (g *Gate) send(ctx context.Context, a *attempt, c *click, intent Intent, out *Outcome) error {
	q, err := g.await(ctx, a, c)
	if err == nil {
		err = g.clear(ctx, a.rules, q, intent)
	}
	if err != nil {
		return g.refuse(out, err)
	}
	return g.release(ctx, a, q, out)
}

// await waits for the commit to show.
func (g *Gate) await(ctx context.Context, a *attempt, c *click) (Request, error) {
	ended := c.ended
	var late <-chan time.Time // runs from the click's end
	for {
		select {
		case q := <-a.found:
			return q, nil
		case <-ended:
			if c.err != nil {
				return Request{}, fmt.Errorf("%w: %w", ErrNoCommit, c.err)
			}
			ended, late = nil, time.After(g.options.Appear)
		case <-late:
			return Request{}, carriers.Errorf(carriers.SiteChanged, "%w within %v of the click%s", ErrNoCommit, g.options.Appear, g.stoppedSoFar())
		case <-ctx.Done():
			return Request{}, fmt.Errorf("%w: %w", ErrNoCommit, context.Cause(ctx))
		case <-g.wire.Done():
			return Request{}, carriers.Errorf(carriers.Unavailable, "%w: the browser has ended", ErrNoCommit)
		}
	}
}

// clear does what must be done while the commit is held: the intent, and a way
// out that only the commit can use.
func (g *Gate) clear(ctx context.Context, rules Rules, q Request, intent Intent) error {
	if len(rules.Commits) == 0 && safe(q.Method) {
		return carriers.Errorf(carriers.SiteChanged, "%w: %s", ErrUndeclared, q.name())
	}
	way, err := wayTo(q)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	start := g.options.Clock.Boot()
	// A machine may sleep after the last look at the clock below, and wake up with the
	// request let go and the lease over.
	way.InTime = func() bool { return g.options.Clock.Boot()-start <= g.options.Release+g.options.Answer }
	g.fuse.Hush() // the calm begins while the intent is written, if it has not begun
	if err := intent(ctx, q); err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err := g.fuse.Arm(ctx, way, g.options.Calm, g.options.Quiet); err != nil {
		return carriers.Errorf(carriers.Unavailable, "arm the way out: %w", err)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ErrRefused, context.Cause(ctx))
	}
	if took := g.options.Clock.Boot() - start; took > g.options.Release {
		return carriers.Errorf(carriers.Unavailable, "%w: %v from the intent to the release: the lease may be over", ErrRefused, took)
	}
	return nil
}

// refuse ends an attempt of which nothing left. reason becomes its error.
func (g *Gate) refuse(out *Outcome, reason error) error {
	g.enter(refused)
	g.mu.Lock()
	q := g.now.commit
	g.mu.Unlock()
	if q != nil && !errors.Is(reason, ErrGone) {
		_ = g.last(func(ctx context.Context) error { return g.wire.Fail(ctx, q.ID) }) // held for ever is as good
	}
	out.Spent = g.fuse.Spent()
	g.fuse.Disarm()
	return notSent(reason)
}

// step runs one command to the browser within its time.
func (g *Gate) step(ctx context.Context, command func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, g.options.Step)
	defer cancel()
	return command(ctx)
}

// last is a step that is taken even if the caller has given up.
func (g *Gate) last(command func(context.Context) error) error {
	return g.step(context.Background(), command)
}

func notSent(reason error) error { return fmt.Errorf("%w: %w", ErrNotSent, reason) }

// stoppedSoFar names what was failed, for the carrier's author.
func (g *Gate) stoppedSoFar() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.now.stopped) == 0 {
		return ""
	}
	return "; stopped because the carrier declares neither as the commit nor as harmless: " + strings.Join(g.now.stopped, ", ")
}
