package gate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ErrUntold refuses to rehearse a form whose commit nobody could tell from a
// request that only asks: the carrier declares none, or one that may be a GET.
var ErrUntold = errors.New("the carrier declares no commit by its method, so that a rehearsal could not hold it back: " +
	"the author declares it in Commits, with a method that is no GET")

// Rehearse holds the browser's requests from now until [Gate.Finish]. What only
// asks goes on. What could change something is failed and noted, whoever caused
// it, the commit above all; what the carrier declares harmless is not. Nothing
// is ever released: there is no way from here to a commit.
//
// An error means that nothing is held: the browser must be ended.
func (g *Gate) Rehearse(ctx context.Context, rules Rules) error {
	if !rules.Told() {
		return ErrUntold
	}
	if _, err := g.begin(rules, rehearsing); err != nil {
		return err
	}
	g.fuse.HoldSockets()
	if err := g.step(ctx, g.wire.Hold); err != nil {
		g.fuse.Blow()
		g.enter(shut)
		return fmt.Errorf("hold the browser's requests: %w", err)
	}
	return nil
}

// Told says whether the commit can be told from a request that only asks: each
// one is declared by a method that is not safe.
func (r Rules) Told() bool {
	for _, c := range r.Commits {
		if c.Method == "" || safe(strings.ToUpper(c.Method)) {
			return false
		}
	}
	return len(r.Commits) > 0
}

// Stopped is what a rehearsal has failed because it could change something, each
// request once and without its query, and how many were the commit. It waits
// until the page has been calm for a while, since what a click causes comes after
// it; not for ever, and not beyond ctx.
func (g *Gate) Stopped(ctx context.Context) (requests []string, commits int) {
	g.mu.Lock()
	a := g.now
	g.mu.Unlock()
	if a == nil {
		return nil, 0
	}
	_ = g.silence(ctx, a) // what came until then counts
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(a.stopped), a.seen
}

// judgeRehearsing decides while nothing may be changed.
func (r Rules) judgeRehearsing(q Request) verdict {
	switch {
	case matchAny(r.Commits, q):
		return double
	case matchAny(r.Harmless, q), q.Method == http.MethodOptions, safe(q.Method):
		return let
	}
	return fail
}

// stop notes a request that a rehearsal fails. mu is held.
func (a *attempt) stop(q Request) {
	if name := q.name(); !slices.Contains(a.stopped, name) && len(a.stopped) < maxParked {
		a.stopped = append(a.stopped, name)
	}
}
