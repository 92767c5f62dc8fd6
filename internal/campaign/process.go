package campaign

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"

	"log/slog"
)

// errDead is what everything says to a program that was killed. Whatever its
// goroutines try afterwards has no effect.
var errDead = errors.New("this program was killed")

// process is one run of Lodge.
type process struct {
	w      *World
	id     string
	ctx    context.Context
	end    context.CancelCauseFunc
	store  *evidence.Store
	ledger *ledger.Ledger

	mu      sync.Mutex
	claims  map[string]int64 // fences of what it claimed
	dead    bool
	windows []*window
}

// supervise keeps a Lodge running until ctx ends.
func (w *World) supervise(ctx context.Context, number int) {
	for n := 1; ctx.Err() == nil; n++ {
		p, err := w.start(ctx, fmt.Sprintf("lodge-%d-%d", number+1, n))
		if err != nil {
			w.story.tell(w.now(), "could not start: %v", err)
			return
		}
		p.work()
		p.kill("ends")
		clock.Pause(ctx, w.chance.between("until it is started again", time.Second, 20*time.Minute))
	}
}

func (w *World) start(ctx context.Context, id string) (*process, error) {
	p := &process{w: w, id: id, claims: map[string]int64{}}
	p.ctx, p.end = context.WithCancelCause(ctx)
	store, err := w.store()
	if err != nil {
		return nil, err
	}
	p.store = store
	p.ledger = ledger.New(&engine{w.engine, p}, p.clock(), holders{w}, submission.Limits{})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.processes[id] = p
	w.story.tell(w.now(), "START %s", id)
	return p, nil
}

// work is what lodge run --watch does, without the inbox.
func (p *process) work() {
	for p.ctx.Err() == nil {
		b := batch.Batch{Ledger: p.ledger, Owner: p.id, Accounts: []string{account}, Visits: 1, Log: p.log(), Clock: p.clock(), Visit: p.visit}
		if _, err := b.Run(p.ctx, p.ctx); err != nil && p.ctx.Err() == nil {
			p.w.story.tell(p.w.now(), "%s: the batch ended: %v", p.id, err)
		}
		if !clock.Pause(p.ctx, p.rest()) {
			return
		}
		if p.w.fails("stopped by hand", 0.01) {
			return
		}
	}
}

// rest is how long there is nothing to do: what a person decides is seen late,
// which does no harm.
func (p *process) rest() time.Duration {
	next, err := p.ledger.NextDue(p.ctx)
	if err != nil || next.IsZero() {
		return 20 * time.Minute
	}
	return min(max(next.Sub(p.w.wall()), 2*time.Minute), 20*time.Minute)
}

func (p *process) log() *slog.Logger { return p.w.log().With("by", p.id) }

// visit prepares a visit, as cmd/lodge does.
func (p *process) visit(context.Context, string) (visit.Visit, error) {
	p.w.mu.Lock()
	version := p.w.secret
	p.w.mu.Unlock()
	return visit.Visit{
		Carrier: p.carrierOf(version), Account: config.Account{Name: account, Carrier: carrier, Portal: address, Test: true},
		Secrets: visit.Secrets{Values: map[string]secret.Value{"password": secret.NewValue(password)}, Version: fmt.Sprint(version)},
		Ledger:  p.ledger, Evidence: p.store, Clock: p.clock(), Owner: p.id, State: p.w.state, Window: p.open, Log: p.log(),
	}, nil
}

// password is the canary: it may be nowhere.
const password = "canary-7c1f-Slack-water" //nolint:gosec // it opens nothing

// most is how many points the programs of a world pass, and many more than they
// need: one that passes as many goes round in circles.
const most = 60_000

// point is a moment at which a program may die, or be put to sleep.
func (p *process) point(name string) error {
	if p.isDead() {
		return errDead
	}
	if p.w.points.Add(1) == most {
		p.w.portal.wrong(fmt.Sprintf("%s never rests: the world was ended at %s, at: %s", p.id, p.w.now(), name))
		p.kill("is ended, since it never rests")
		return errDead
	}
	if p.w.storm() && p.w.chance.of("crash", p.w.crashes) {
		p.w.kills.Add(1)
		p.kill("is killed at: " + name)
		return errDead
	}
	if p.w.fails("suspend at "+name, drowsy(name)) {
		nap := p.w.chance.between("nap", time.Minute, 3*time.Hour)
		p.w.story.tell(p.w.now(), "the machine sleeps for %s; %s is at: %s", nap, p.id, name)
		p.w.slept.Add(int64(nap))
	}
	if p.isDead() {
		return errDead
	}
	return nil
}

// drowsy is how often a program is put to sleep at a point. Between the last look
// at the lease and the release it is never: that is one step (docs/guarantees.md).
func drowsy(name string) float64 {
	switch name {
	case "release", "half of it left", "it is taken in":
		return 0
	case "arm":
		return 0.02
	}
	return 0.001
}

func (p *process) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// kill ends the program at once, with its browsers.
func (p *process) kill(how string) {
	p.mu.Lock()
	if p.dead {
		p.mu.Unlock()
		return
	}
	p.dead = true
	windows := p.windows
	p.mu.Unlock()
	p.w.story.tell(p.w.now(), "KILL %s %s", p.id, how)
	p.end(errDead)
	for _, b := range windows {
		b.die("is killed")
	}
	_ = p.store.Close() // what its goroutines write from now on goes nowhere
}

func (p *process) opened(b *window) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.windows = append(p.windows, b)
}

func (p *process) clock() clock.Clock { return clockOf{p.w, p} }

// clockOf is the world's time as a program's clock; sleep counts.
type clockOf struct {
	w *World
	p *process
}

func (c clockOf) Now() time.Time { return c.w.wall() }

func (c clockOf) Boot() time.Duration {
	if c.p != nil && c.w.Rules.Lease {
		return time.Hour // knocked out: no lease ever ends for its holder
	}
	return time.Hour + c.w.now()
}

// holders knows which programs live.
type holders struct{ w *World }

// Dead implements [ledger.Holders].
func (h holders) Dead(_ context.Context, owner string) (bool, error) {
	if h.w.fails("nobody can know who lives", 0.01) {
		return false, errors.New("it cannot be known")
	}
	h.w.mu.Lock()
	p := h.w.processes[owner]
	h.w.mu.Unlock()
	return p == nil || p.isDead(), nil
}
