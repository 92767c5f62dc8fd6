package ledger

import (
	"context"
	"sync"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/submission"
)

// A Ledger is the one place that moves submissions. Every method is one or more
// conditional writes; a method that fails has changed nothing, or says what. A
// holder uses one Ledger for all that it claims.
type Ledger struct {
	engine  Engine
	clock   clock.Clock
	holders Holders
	limits  submission.Limits

	mu      sync.Mutex
	working map[string]int64 // submissions that were claimed here and not released, with the fence
}

// Holders tells whether the holder of a lease still lives. Dead must never be
// true of one that might act again. Where it cannot be known it is false, with
// an error that says why: the ledger then takes the holder to be alive.
type Holders interface {
	Dead(ctx context.Context, owner string) (bool, error)
}

// New returns a ledger over e.
func New(e Engine, c clock.Clock, h Holders, limits submission.Limits) *Ledger {
	return &Ledger{engine: e, clock: c, holders: h, limits: limits, working: map[string]int64{}}
}

// Now is the ledger's clock, which leases and NotBefore are on.
func (l *Ledger) Now(ctx context.Context) (time.Time, error) { return l.engine.Now(ctx) }

// Name is the ledger's own, which no other ledger has.
func (l *Ledger) Name(ctx context.Context) (string, error) { return l.engine.Name(ctx) }

// Close closes the engine.
func (l *Ledger) Close() error { return l.engine.Close() }
