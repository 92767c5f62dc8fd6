package campaign

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/campaign/tally"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// errDown is what a ledger says that cannot be reached.
var errDown = errors.New("the ledger cannot be reached")

// timed is the store with the world's clock.
type timed struct {
	ledger.Engine
	w *World
}

// Now implements [ledger.Engine].
func (t timed) Now(ctx context.Context) (time.Time, error) { return t.w.wall(), ctx.Err() }

// engine is the ledger's store as one program reaches it: slowly, not at all, or
// without hearing the answer.
type engine struct {
	ledger.Engine
	p *process
}

// read passes a question on.
func (e *engine) read(ctx context.Context, what string) error {
	by := e.p.asking(ctx)
	if err := by.point("ledger: " + what); err != nil {
		return err
	}
	if by.fails(ledgerSlow) && !clock.Pause(ctx, by.luck.between("ledger takes", 100*time.Millisecond, 20*time.Second)) {
		return context.Cause(ctx)
	}
	if by.fails(ledgerDown) {
		return errDown
	}
	return ctx.Err()
}

// write passes a write on; its answer may be lost.
func (e *engine) write(ctx context.Context, what string, store func() error) error {
	if err := e.read(ctx, what); err != nil {
		return err
	}
	err, by := store(), e.p.asking(ctx)
	if dead := by.point("ledger: after " + what); dead != nil {
		return dead
	}
	if err == nil && by.fails(answerLost) {
		return errDown
	}
	return err
}

// Load implements [ledger.Engine].
func (e *engine) Load(ctx context.Context, id string) (submission.Submission, error) {
	if err := e.read(ctx, "load"); err != nil {
		return submission.Submission{}, err
	}
	s, err := e.Engine.Load(ctx, id)
	return e.p.w.Rules.loaded(e.p, s), err
}

// Store implements [ledger.Engine].
func (e *engine) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	e.p.worksOn(s.Key.Number)
	return e.write(ctx, e.p.wordOf(s, entries), func() error {
		err := e.Engine.Store(ctx, e.p.w.Rules.stored(s), entries)
		if err == nil {
			e.p.stored(s)
		}
		return err
	})
}

// stored keeps the fences that were taken, and sees that none goes back.
func (p *process) stored(s submission.Submission) {
	p.mu.Lock()
	if s.Lease.Owner == p.id {
		p.claims[s.ID] = s.Fence
	}
	p.mu.Unlock()
	p.w.mu.Lock()
	last := p.w.fences[s.ID]
	p.w.fences[s.ID] = max(last, s.Fence)
	p.w.mu.Unlock()
	if s.Fence < last {
		p.w.portal.wrong(tally.Unguarded,
			fmt.Sprintf("%s: %s moved it with fence %d, which was over: it was %d", s.Key.Number, p.id, s.Fence, last))
	}
}

// wordOf names a write by what it is for.
func (p *process) wordOf(s submission.Submission, entries []submission.Entry) string {
	switch {
	case len(entries) > 0:
		return string(entries[0].Kind)
	case s.Lease.Owner == "":
		return "release"
	}
	return "claim"
}

// fence is the fence of the claim that p had on a submission.
func (p *process) fence(id string) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.claims[id]
}

// LoadAccount implements [ledger.Engine].
func (e *engine) LoadAccount(ctx context.Context, name string) (ledger.Account, error) {
	if err := e.read(ctx, "load account"); err != nil {
		return ledger.Account{}, err
	}
	a, err := e.Engine.LoadAccount(ctx, name)
	return e.p.w.Rules.account(a), err
}

// StoreAccount implements [ledger.Engine].
func (e *engine) StoreAccount(ctx context.Context, a ledger.Account) error {
	return e.write(ctx, "store account", func() error { return e.Engine.StoreAccount(ctx, a) })
}

// List implements [ledger.Engine].
func (e *engine) List(ctx context.Context, q ledger.Query) ([]ledger.Summary, error) {
	if err := e.read(ctx, "list"); err != nil {
		return nil, err
	}
	return e.Engine.List(ctx, q)
}

// Now implements [ledger.Engine].
func (e *engine) Now(ctx context.Context) (time.Time, error) {
	if err := e.read(ctx, "clock"); err != nil {
		return time.Time{}, err
	}
	return e.p.w.wall(), nil
}
