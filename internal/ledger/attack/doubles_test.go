package attack

import (
	"context"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

// A double is an engine in which one rule is missing. Between reading and writing others
// have their turn, as they would on a machine of many processors: on a single busy one a
// caller would mostly do both undisturbed, and nothing could be found.
type double struct {
	ledger.Engine
	load         func(s submission.Submission) submission.Submission
	store        func(ctx context.Context, s submission.Submission, entries []submission.Entry) error
	loadAccount  func(a ledger.Account) ledger.Account
	storeAccount func(ctx context.Context, a ledger.Account) error
}

func (d double) Load(ctx context.Context, id string) (submission.Submission, error) {
	s, err := d.Engine.Load(ctx, id)
	runtime.Gosched()
	if err == nil && d.load != nil {
		s = d.load(s)
	}
	return s, err
}

func (d double) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	if d.store != nil {
		return d.store(ctx, s, entries)
	}
	return d.Engine.Store(ctx, s, entries)
}

func (d double) LoadAccount(ctx context.Context, name string) (ledger.Account, error) {
	a, err := d.Engine.LoadAccount(ctx, name)
	runtime.Gosched()
	if err == nil && d.loadAccount != nil {
		a = d.loadAccount(a)
	}
	return a, err
}

func (d double) StoreAccount(ctx context.Context, a ledger.Account) error {
	if d.storeAccount != nil {
		return d.storeAccount(ctx, a)
	}
	return d.Engine.StoreAccount(ctx, a)
}

// sometimes is true in one of n times.
func sometimes(n int) bool { return rand.IntN(n) == 0 }

// unconditional stores whatever version there is.
func unconditional(e ledger.Engine, _ *world, _ string) ledger.Engine {
	return double{Engine: e, store: func(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
		for {
			if stored, err := e.Load(ctx, s.ID); err == nil {
				s.Version = stored.Version + 1
			}
			if err := e.Store(ctx, s, entries); err == nil {
				return nil
			}
		}
	}}
}

func unconditionalAccount(e ledger.Engine, _ *world, _ string) ledger.Engine {
	return double{Engine: e, storeAccount: func(ctx context.Context, a ledger.Account) error {
		for {
			if stored, err := e.LoadAccount(ctx, a.Name); err == nil {
				a.Version = stored.Version + 1
			}
			if err := e.StoreAccount(ctx, a); err == nil {
				return nil
			}
		}
	}}
}

// staleRead answers some questions with what it last told the same caller.
func staleRead(e ledger.Engine, _ *world, _ string) ledger.Engine {
	before := map[string]submission.Submission{}
	return double{Engine: e, load: func(s submission.Submission) submission.Submission {
		old, ok := before[s.ID]
		if ok && sometimes(4) {
			return old
		}
		before[s.ID] = s
		return s
	}}
}

func staleAccount(e ledger.Engine, _ *world, _ string) ledger.Engine {
	before := map[string]ledger.Account{}
	return double{Engine: e, loadAccount: func(a ledger.Account) ledger.Account {
		old, ok := before[a.Name]
		if ok && sometimes(4) {
			return old
		}
		before[a.Name] = a
		return a
	}}
}

// noGrowth gives a claim the fence of the claim before it.
func noGrowth(e ledger.Engine, _ *world, _ string) ledger.Engine {
	return double{Engine: e, load: func(s submission.Submission) submission.Submission {
		if s.Lease.Owner == "" {
			s.Fence = max(0, s.Fence-1)
		}
		return s
	}}
}

func noGrowthAccount(e ledger.Engine, _ *world, _ string) ledger.Engine {
	return double{Engine: e, loadAccount: func(a ledger.Account) ledger.Account {
		if len(a.Visits) == 0 {
			a.Fence = max(0, a.Fence-1)
		}
		return a
	}}
}

// oldFence lets a holder whose lease was taken over still write.
func oldFence(e ledger.Engine, _ *world, who string) ledger.Engine {
	had := map[string]submission.Submission{}
	return double{Engine: e,
		load: func(s submission.Submission) submission.Submission {
			if old, ok := had[s.ID]; ok && s.Lease.Owner != who {
				s.Lease, s.Fence = old.Lease, old.Fence
			}
			return s
		},
		store: func(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
			err := e.Store(ctx, s, entries)
			if err == nil && s.Lease.Owner == who {
				had[s.ID] = s
			}
			return err
		}}
}

// timeAlone frees a lease when its time is over, whoever has it.
func timeAlone(e ledger.Engine, w *world, _ string) ledger.Engine {
	return double{Engine: e, load: func(s submission.Submission) submission.Submission {
		if s.Lease.Owner != "" && w.Now().After(s.Lease.Until) {
			s.Lease = submission.Lease{}
		}
		return s
	}}
}

// forgetful says of some writes that they are done, and does nothing.
func forgetful(e ledger.Engine, _ *world, _ string) ledger.Engine {
	return double{Engine: e, store: func(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
		if sometimes(10) {
			return nil
		}
		return e.Store(ctx, s, entries)
	}}
}

// denying says of some writes that are done that somebody else was faster.
func denying(e ledger.Engine, _ *world, _ string) ledger.Engine {
	return double{Engine: e, store: func(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
		err := e.Store(ctx, s, entries)
		if err == nil && sometimes(10) {
			return ledger.ErrConflict
		}
		return err
	}}
}

// unguarded has what may have been sent sent again.
func unguarded(e ledger.Engine, _ *world, _ string) ledger.Engine {
	return double{Engine: e, store: func(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
		if s.Current().State == submission.Uncertain {
			s.Revisions[len(s.Revisions)-1].State = submission.Ready
		}
		return e.Store(ctx, s, entries)
	}}
}

// most is how many rounds a double is given; none needs ten.
const most = 200

// TestDoublesAreFound: each engine in which a rule is missing must be found not
// to be linearizable. That is what the passes of the other tests are worth.
func TestDoublesAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wrong    func(ledger.Engine, *world, string) ledger.Engine
		everyone bool // counts as dead
	}{
		"a write that asks for no version":              {wrong: unconditional},
		"an account's write that asks for no version":   {wrong: unconditionalAccount},
		"a stale answer":                                {wrong: staleRead},
		"a stale answer about an account":               {wrong: staleAccount},
		"a claim whose fence does not grow":             {wrong: noGrowth},
		"a visit whose fence does not grow":             {wrong: noGrowthAccount},
		"a write with an old fence that lands":          {wrong: oldFence},
		"a lease that ends by time alone":               {wrong: timeAlone},
		"a takeover of the living":                      {everyone: true},
		"a write that is said to be done and is not":    {wrong: forgetful},
		"a conflict that was none":                      {wrong: denying},
		"what may have been sent that is ready at once": {wrong: unguarded},
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			for seed := range uint64(most) {
				e := memory.New()
				crowd := crowd{seed: seed, callers: 6, lives: 2, steps: 25, wrong: c.wrong, everyone: c.everyone,
					subs: []string{"1"}, accs: []string{accountPrefix + "1"}, engine: func(*testing.T, int) ledger.Engine { return e }}
				if wrong := crowd.live(t).check(""); wrong != "" {
					t.Logf("found in round %d, after %s: %s", seed, time.Since(begun).Round(time.Millisecond), wrong)
					return
				}
			}
			t.Errorf("not found in %d rounds: either the rule is not needed, or the model does not have it", most)
		})
	}
}
