// Package batch runs visits side by side: a bounded pool over the accounts that
// have something due, one browser each.
package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"

	"github.com/sourcegraph/conc/panics"
	"github.com/sourcegraph/conc/pool"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/visit"
)

// A Batch works on everything that is due, once.
type Batch struct {
	Ledger   *ledger.Ledger
	Owner    string   // of the leases
	Accounts []string // that may be visited; what others have due is left alone
	Visits   int      // side by side; 0: [DefaultVisits]
	Log      *slog.Logger

	// Left is told what was freed of dead holders, to seal its evidence; it may be nil.
	Left func(ctx context.Context, left []ledger.Summary)

	// Visit prepares a visit to an account: its carrier, its secrets. An error
	// concerns this account only.
	Visit func(ctx context.Context, account string) (visit.Visit, error)
}

// A Failure is an account that could not be worked on, or not to the end.
type Failure struct {
	Account string
	Err     error
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

// Run takes over what dead holders left and visits every account that has
// something due, until nothing is due any more or what is left failed. soft
// ending means that nothing new is begun, ctx ending that everything is broken
// off. The error is the ledger's, or of ctx; what befell single accounts is in
// the result.
func (b *Batch) Run(ctx, soft context.Context) (Result, error) {
	r := run{Batch: b, closed: map[string]error{}}
	for soft.Err() == nil && ctx.Err() == nil {
		b.takeOver(ctx) // each time: holders die while we work, and what they had is due then
		accounts, err := b.Ledger.DueAccounts(ctx)
		if err != nil {
			return r.result(), err
		}
		accounts = slices.DeleteFunc(accounts, func(name string) bool {
			return !slices.Contains(b.Accounts, name) || r.isClosed(name)
		})
		if len(accounts) == 0 {
			break
		}
		r.round(ctx, soft, accounts)
	}
	return r.result(), ctx.Err()
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

// run is one run under way.
type run struct {
	*Batch
	mu     sync.Mutex
	done   int
	visits int
	closed map[string]error // accounts that are not tried again in this run; nil: nothing is wrong
}

// round visits the accounts, as many side by side as allowed.
func (r *run) round(ctx, soft context.Context, accounts []string) {
	n := r.Visits
	if n <= 0 {
		n = DefaultVisits()
	}
	p := pool.New().WithMaxGoroutines(n)
	for _, account := range accounts {
		p.Go(func() {
			// A panic is one account's misfortune: its submissions stay as the
			// ledger has them, and the others go on.
			if recovered := panics.Try(func() { r.account(ctx, soft, account) }); recovered != nil {
				r.Log.Error("a defect in the program", "account", account, "panic", recovered.String())
				r.close(account, fmt.Errorf("account %s: a defect in the program: %v", account, recovered.Value))
			}
		})
	}
	p.Wait()
}

// account visits one account until nothing is due there.
func (r *run) account(ctx, soft context.Context, account string) {
	for died := 0; soft.Err() == nil && ctx.Err() == nil; {
		v, err := r.Visit(ctx, account)
		if err != nil {
			r.close(account, err)
			return
		}
		report, err := v.Run(ctx, soft)
		r.count(report)
		switch {
		case err == nil && report.More:
			died = 0
		case err == nil && report.Done > 0 && !v.Rehearse:
			return // and what becomes due meanwhile is seen in the next round
		case err == nil, elsewhere(err), errors.Is(err, ledger.ErrPaused):
			// There was nothing for us: outside the carrier's hours, or somebody
			// else visits it, or a person has paused it. Asking again at once would go on for ever.
			r.close(account, nil)
			return
		case ctx.Err() != nil:
			return // Run tells
		case visit.BrowserDied(err) && died < again:
			died++
			r.Log.Warn("the browser died; another one goes on", "account", account, "error", err)
		default:
			r.close(account, err)
			return
		}
	}
}

func (r *run) count(report visit.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.visits++
	r.done += report.Done
}

// elsewhere says whether somebody who is known to live visits the account.
func elsewhere(err error) bool {
	held, ok := errors.AsType[*ledger.HeldError](err)
	return ok && held.Unknown == nil
}

// close leaves an account to the next run, because of err if that is not nil.
func (r *run) close(account string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed[account] = err
}

func (r *run) isClosed(account string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.closed[account]
	return ok
}

func (r *run) result() Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	res := Result{Done: r.done, Visits: r.visits}
	for account, err := range r.closed {
		if err != nil {
			res.Failures = append(res.Failures, Failure{account, err})
		}
	}
	slices.SortFunc(res.Failures, func(a, b Failure) int { return cmp.Compare(a.Account, b.Account) })
	return res
}
