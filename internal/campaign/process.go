package campaign

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
)

// errDead is what everything says to a program that was killed. Whatever its
// goroutines try afterwards has no effect.
var errDead = errors.New("this program was killed")

// process is one run of Lodge.
type process struct {
	w      *World
	id     string
	chance *chance // its own, so that what others do at the same time changes nothing
	ctx    context.Context
	soft   context.Context // ends when it is told to stop
	end    context.CancelCauseFunc
	stop   context.CancelFunc
	folder *objects.Folder // of the evidence
	store  *evidence.Store
	ledger *ledger.Ledger

	mu      sync.Mutex
	claims  map[string]int64 // fences of what it claimed
	met     map[fault]bool   // in the visit under way
	about   string           // the invoice that it is at
	after   string           // where the program before it died, until its first visit is over
	visited bool
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
		if w.learns(p) {
			p.work()
		}
		p.kill("ends")
		clock.Pause(ctx, p.chance.between("until it is started again", time.Second, 20*time.Minute))
	}
}

func (w *World) start(ctx context.Context, id string) (p *process, err error) {
	p = &process{w: w, id: id, chance: w.chance.sub(id), claims: map[string]int64{}, met: map[fault]bool{}}
	p.ctx, p.end = context.WithCancelCause(ctx)
	p.soft, p.stop = context.WithCancel(p.ctx)
	if p.folder, err = objects.MakeFolder(w.evidence()); err != nil {
		return nil, err
	}
	p.store = evidence.On(disk{p.folder, p})
	p.ledger = ledger.New(&engine{w.engine, p}, p.clock(), holders{w, p}, submission.Limits{})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.processes[id] = p
	p.after, w.died = w.died, ""
	w.story.tell(w.now(), "START %s", id)
	return p, nil
}

// work is what lodge run --watch does, without the inbox.
func (p *process) work() {
	if p.point("program starts") != nil {
		return
	}
	p.w.running.Go(p.relays)
	for p.soft.Err() == nil {
		b := batch.Batch{Ledger: p.ledger, Owner: p.id, Accounts: []string{account}, Visits: 1, Log: p.log(), Clock: p.clock(),
			Visit: p.visit}
		r, err := b.Run(p.ctx, p.soft)
		if err != nil && p.ctx.Err() == nil {
			p.w.story.tell(p.w.now(), "%s: the batch ended: %v", p.id, err)
		}
		for _, f := range r.Failures {
			p.w.story.tell(p.w.now(), "  %s: not worked on: %v", p.id, f.Err)
		}
		if !clock.Pause(p.soft, p.rest(len(r.Failures) > 0)) {
			return
		}
	}
}

// rest is how long there is nothing to do: what a person decides is seen late,
// which does no harm.
func (p *process) rest(failed bool) time.Duration {
	next, err := p.ledger.NextDue(p.ctx)
	least, longest := 2*time.Minute, 40*time.Minute
	if failed {
		least = 5 * time.Minute // it is left alone for a while, as lodge run --watch does
	}
	if !p.w.storm() {
		longest = 2 * time.Hour // nothing happens any more, and the worlds are many
	}
	apart := p.chance.between("apart", 0, time.Second) // of two programs each has its own time
	if err != nil || next.IsZero() {
		return longest + apart
	}
	return min(max(next.Sub(p.w.wall()), least), longest) + apart
}

func (p *process) log() *slog.Logger { return p.w.log().With("by", p.id) }

// visit prepares a visit, as cmd/lodge does.
func (p *process) visit(context.Context, string) (visit.Visit, error) {
	p.w.mu.Lock()
	version := p.w.secret
	p.w.mu.Unlock()
	p.begins()
	if err := p.point("secret is read"); err != nil {
		return visit.Visit{}, err
	}
	return visit.Visit{
		Carrier: p.carrierOf(version), Account: config.Account{Name: account, Carrier: carrier, Portal: address, Test: true},
		Secrets: visit.Secrets{Values: map[string]secret.Value{"password": secret.NewValue(password)}, Version: fmt.Sprint(version)},
		Ledger:  p.ledger, Evidence: p.store, Clock: p.clock(), Owner: p.id,
		Staged: staged.Copies{Store: p.w.copies}, Window: p.open, Log: p.log(),
		Jitter: func() float64 { return p.chance.draw("jitter") },
	}, nil
}

// password is the canary: it may be nowhere.
const password = "canary-7c1f-Slack-water" //nolint:gosec // it opens nothing

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
type holders struct {
	w *World
	p *process // who asks; nil: nobody's program
}

// Dead implements [ledger.Holders].
func (h holders) Dead(ctx context.Context, owner string) (bool, error) {
	if h.p != nil && h.p.asking(ctx).fails(nobodyKnows) {
		return false, errors.New("it cannot be known")
	}
	h.w.mu.Lock()
	p := h.w.processes[owner]
	h.w.mu.Unlock()
	return p == nil || p.isDead(), nil
}
