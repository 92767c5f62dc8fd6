package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sourcegraph/conc/panics"
	"github.com/sourcegraph/conc/pool"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
)

// run is one run under way. What is not guarded belongs to the goroutine of
// [Batch.Run].
type run struct {
	*Batch
	clock  clock.Clock
	room   int             // visits side by side
	active map[string]bool // accounts that are being visited
	turn   map[string]int  // when each was begun last, counted in visits
	begun  int
	ended  chan string // accounts whose visit came to its end

	mu     sync.Mutex
	done   int
	visits int
	closed map[string]closing // accounts that are not tried now
}

// A closing is why an account is left alone, and since when.
type closing struct {
	err  error // nil: nothing is wrong
	at   time.Time
	boot time.Duration
}

func newRun(b *Batch) *run {
	r := &run{Batch: b, clock: b.Clock, room: b.Visits, active: map[string]bool{}, turn: map[string]int{}, closed: map[string]closing{}}
	if r.clock == nil {
		r.clock = clock.System{}
	}
	if r.room <= 0 {
		r.room = DefaultVisits()
	}
	r.ended = make(chan string, r.room)
	return r
}

// begin begins as many visits as there is room for. Who was visited longest ago
// comes first, so that an account which always has something due keeps nobody
// waiting.
func (r *run) begin(ctx, soft context.Context, visits *pool.Pool) error {
	r.takeOver(ctx) // each time: holders die while we work, and what they had is due then
	accounts, err := r.Ledger.DueAccounts(ctx)
	if err != nil {
		return err
	}
	accounts = slices.DeleteFunc(accounts, func(name string) bool {
		return !slices.Contains(r.Accounts, name) || r.active[name] || r.isClosed(name)
	})
	if r.Looks {
		if accounts, err = r.toLookAt(ctx, accounts); err != nil {
			return err
		}
	}
	slices.SortStableFunc(accounts, func(a, b string) int { return cmp.Compare(r.turn[a], r.turn[b]) })
	for _, account := range accounts[:min(len(accounts), r.room-len(r.active))] {
		r.begun++
		r.active[account], r.turn[account] = true, r.begun
		visits.Go(func() {
			defer func() { r.ended <- account }()
			// A panic is one account's misfortune: its submissions stay as the
			// ledger has them, and the others go on.
			if recovered := panics.Try(func() { r.account(ctx, soft, account) }); recovered != nil {
				r.Log.Error("a defect in the program", "account", account, "panic", recovered.String())
				r.close(account, fmt.Errorf("account %s: a defect in the program: %v", account, recovered.Value))
			}
		})
	}
	return nil
}

// toLookAt are those of the accounts that have look-ups due.
func (r *run) toLookAt(ctx context.Context, accounts []string) ([]string, error) {
	var list []string
	for _, name := range accounts {
		due, err := r.Ledger.Due(ctx, name, 1, submission.LookedAt()...)
		if err != nil {
			return nil, err
		}
		if len(due) > 0 {
			list = append(list, name)
		}
	}
	return list, nil
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
		case err == nil && report.Done > 0:
			return // and what became due meanwhile is seen by begin
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

// close leaves an account alone, because of err if that is not nil.
func (r *run) close(account string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed[account] = closing{err, r.clock.Now(), r.clock.Boot()}
}

// isClosed says whether the account is left alone still.
func (r *run) isClosed(account string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.closed[account]
	if ok && r.Rest > 0 && r.clock.Boot()-c.boot >= (Failure{Err: c.err}).Rest(r.Rest) {
		delete(r.closed, account)
		return false
	}
	return ok
}

func (r *run) result() Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	res := Result{Done: r.done, Visits: r.visits}
	for account, c := range r.closed {
		if c.err != nil {
			res.Failures = append(res.Failures, Failure{account, c.err, c.at})
		}
	}
	slices.SortFunc(res.Failures, func(a, b Failure) int { return cmp.Compare(a.Account, b.Account) })
	return res
}
