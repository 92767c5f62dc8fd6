// Package batch runs visits side by side: a bounded pool over the accounts that
// have something due, one browser each.
package batch

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"time"

	"github.com/sourcegraph/conc/pool"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/visit"
)

// A Batch works on everything that is due, until nothing is.
type Batch struct {
	Ledger   *ledger.Ledger
	Owner    string   // of the leases
	Accounts []string // that may be visited; what others have due is left alone
	Looks    bool     // only look-ups count as due: Visit prepares visits that file nothing
	Visits   int      // side by side; 0: [DefaultVisits]
	Log      *slog.Logger
	Clock    clock.Clock // of rests; nil: the machine's

	// Rest is how long an account is left alone after it could not be worked on, see
	// also [Failure.Rest]; 0: until the run ends. A run does not wait for an account that rests.
	Rest time.Duration

	// Left is told what was freed of dead holders, to seal its evidence; it may be nil.
	Left func(ctx context.Context, left []ledger.Summary)

	// Meanwhile, unless it is nil, is called every few seconds while visits are
	// under way, with what failed so far. Nothing new begins until it returns.
	Meanwhile func(ctx context.Context, failures []Failure)

	// Visit prepares a visit to an account: its carrier, its secrets. An error
	// concerns this account only.
	Visit func(ctx context.Context, account string) (visit.Visit, error)
}

// A Failure is an account that could not be worked on, or not to the end.
type Failure struct {
	Account string
	Err     error
	At      time.Time
}

// Rest is how long to leave the account alone after the failure: usual, or until
// its carrier's site may be asked again, where that is what it waits for.
func (f Failure) Rest(usual time.Duration) time.Duration {
	if down, ok := errors.AsType[*ledger.SiteDownError](f.Err); ok {
		return down.Wait
	}
	return usual
}

// Result is what a run of the batch did.
type Result struct {
	Done     int // submissions worked on
	Visits   int
	Failures []Failure // by account
}

// again is how many browsers in a row may die on an account before the rest of
// its work is left to the next run.
const again = 3

// DefaultVisits is how many visits run side by side where nobody says: they
// mostly wait for the carrier's site (docs/benchmarks.md).
func DefaultVisits() int { return 2 * runtime.GOMAXPROCS(0) }

// lookEvery is how often a run looks for what became due while its visits go on.
const lookEvery = 5 * time.Second

// Run takes over what dead holders left and visits every account that has
// something due, until nothing is due any more or what is left failed. soft
// ending means that nothing new is begun, ctx ending that everything is broken
// off. The error is the ledger's, or of ctx; what befell single accounts is in
// the result.
func (b *Batch) Run(ctx, soft context.Context) (Result, error) {
	r := newRun(b)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	visits := pool.New().WithMaxGoroutines(r.room)
	defer visits.Wait()
	var err error
	for {
		if err == nil && soft.Err() == nil && ctx.Err() == nil {
			err = r.begin(ctx, soft, visits)
		}
		if len(r.active) == 0 {
			return r.result(), cmp.Or(err, ctx.Err())
		}
		select { // what has ended comes first: a run is the same each time that the same happens
		case account := <-r.ended:
			delete(r.active, account)
			continue
		default:
		}
		select {
		case account := <-r.ended:
			delete(r.active, account)
		case <-look.C:
			if b.Meanwhile != nil {
				b.Meanwhile(ctx, r.result().Failures)
			}
		}
	}
}

func (b *Batch) takeOver(ctx context.Context) {
	left, err := b.Ledger.Takeover(ctx, b.Owner)
	for _, s := range left {
		b.Log.Warn("left by a program that ended", "account", s.Account, "invoice", s.Invoice, "state", s.State)
	}
	if b.Left != nil && len(left) > 0 {
		b.Left(ctx, left)
	}
	if err != nil {
		b.Log.Warn("not everything that others left could be judged", "error", err)
	}
}
