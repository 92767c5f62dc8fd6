package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A Ledger is what a relay needs of [ledger.Ledger].
type Ledger interface {
	// Enrol has a destination be owed what is written from now on.
	Enrol(ctx context.Context, destination string) error
	// Owed returns a page of what a destination was not told of yet.
	Owed(ctx context.Context, destination, after string, limit int) ([]ledger.Owed, error)
	// Delivered notes up to which entry of a submission a destination was told.
	Delivered(ctx context.Context, destination, id string, seq int64) error
	// Get returns a submission.
	Get(ctx context.Context, id string) (submission.Submission, error)
	// History returns what happened to a submission, oldest first.
	History(ctx context.Context, id string) ([]submission.Entry, error)
}

// AtOnce is how many submissions a destination is told of side by side.
const AtOnce = 4

// lookEvery is how long after one pass the ledger is asked again what is owed,
// which costs one step in an index.
const lookEvery = 2 * time.Second

// Options say what is told, to whom.
type Options struct {
	Ledger       Ledger
	Destinations []Destination
	Turns        Turns // how those who share the ledger take turns: [Folder], [Leases]
	Clock        clock.Clock
	Log          *slog.Logger
	AtOnce       int            // 0: [AtOnce]
	Chance       func() float64 // of back-offs, in [0, 1); nil: random
}

// A Relay tells destinations what is owed to them. Each goes at its own pace:
// one that is down holds up neither another nor any filing.
type Relay struct {
	lines []*line
}

// New returns a relay. It tells nobody yet.
func New(o Options) *Relay {
	if o.AtOnce == 0 {
		o.AtOnce = AtOnce
	}
	if o.Chance == nil {
		o.Chance = chance
	}
	r := &Relay{}
	for _, d := range o.Destinations {
		r.lines = append(r.lines, &line{Options: o, Destination: d, refused: map[string]refusal{}, inRow: map[string]bool{}})
	}
	return r
}

// Enrol has the ledger owe the destinations all that happens from now on. It is
// called before anything is filed.
func (r *Relay) Enrol(ctx context.Context) error {
	for _, l := range r.lines {
		if err := l.Ledger.Enrol(ctx, l.Name); err != nil {
			return fmt.Errorf("destination %s: %w", l.Name, err)
		}
	}
	return nil
}

// Run tells what is owed, as it comes, until last ends; then once more what is
// owed by then. ctx breaks it off.
func (r *Relay) Run(ctx, last context.Context) {
	r.each(func(l *line) {
		for goOn := true; goOn; {
			goOn = clock.Pause(last, lookEvery)
			l.pass(ctx)
		}
	})
}

// Beside is Run beside other work, whatever becomes of ctx. end has the destinations
// told the rest, for at most patience; what is left is told by who comes next.
func (r *Relay) Beside(ctx context.Context) (end func(patience time.Duration)) {
	ctx, breakOff := context.WithCancel(context.WithoutCancel(ctx))
	last, finish := context.WithCancel(ctx)
	var telling sync.WaitGroup
	telling.Go(func() { r.Run(ctx, last) })
	return func(patience time.Duration) {
		limit := time.AfterFunc(patience, breakOff)
		defer limit.Stop()
		finish()
		telling.Wait()
		breakOff()
	}
}

// Pass tells all that is owed now, once, but what rests after a failure.
func (r *Relay) Pass(ctx context.Context) { r.each(func(l *line) { l.pass(ctx) }) }

func (r *Relay) each(do func(*line)) {
	var lines sync.WaitGroup
	for _, l := range r.lines {
		lines.Go(func() { do(l) })
	}
	lines.Wait()
}
