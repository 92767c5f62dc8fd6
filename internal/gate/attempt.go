package gate

import (
	"context"
	"net/url"
	"sync"
	"time"
)

// maxParked bounds how many requests are held beside a commit. A page that
// makes more of them while it waits for one answer gets the rest failed.
const maxParked = 256

// A Gate takes one commit at a time in one browser. Between attempts it holds
// nothing.
type Gate struct {
	wire    Wire
	fuse    Fuse
	options Options

	ctx   context.Context // of commands that nobody waits for
	stop  context.CancelFunc
	calls sync.WaitGroup

	mu  sync.Mutex
	now *attempt // nil between attempts
}

// attempt is what the gate knows about one commit. The gate's mu guards it.
type attempt struct {
	rules     Rules
	phase     phase
	commit    *Request
	heirs     map[string]bool // the commit and what its redirects led to, by ID
	parked    []Request
	seen      int
	blocked   int
	let       []string
	stopped   []string
	hushed    bool         // before the commit has shown, since nothing needs the network
	heard     bool         // the commit has its answer
	last      time.Time    // when the last request was held
	rehearsal bool         // it can never commit
	next      follower     // nil: nobody goes on before the attempt has ended
	failed    int          // since somebody goes on, requests of others
	found     chan Request // the commit, once
	answered  chan Answer  // its answer, once
}

func newAttempt(r Rules, p phase) *attempt {
	return &attempt{rules: r, phase: p, rehearsal: p == rehearsing, heirs: map[string]bool{},
		found: make(chan Request, 1), answered: make(chan Answer, 1)}
}

// New returns a gate over one browser and its way out. Close it after the
// browser has ended.
func New(wire Wire, fuse Fuse, o Options) *Gate {
	ctx, stop := context.WithCancel(context.Background())
	return &Gate{wire: wire, fuse: fuse, options: o.withDefaults(), ctx: ctx, stop: stop}
}

// Close waits until the gate's last commands to the browser are over. What is
// paused afterwards stays so.
func (g *Gate) Close() {
	g.mu.Lock()
	g.stop()
	g.mu.Unlock()
	g.calls.Wait()
}

// Paused tells the gate that the browser holds q. It decides at once and leaves
// the commands to goroutines, so that it may run where the browser's events are
// read.
func (g *Gate) Paused(q Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case q.Answer != nil:
		g.answer(q)
	case g.now == nil:
		g.let(q)
	default:
		g.decide(q)
	}
}

// answer takes the commit's answer; any other goes on to its page. mu is held.
func (g *Gate) answer(q Request) {
	a := g.now
	if a == nil || a.commit == nil || a.heard || q.ID != a.commit.ID {
		g.let(q)
		return
	}
	a.heard = true
	a.answered <- *q.Answer
}

// decide applies the rules to a request. mu is held.
func (g *Gate) decide(q Request) {
	a := g.now
	u, err := url.Parse(q.URL)
	allowed := err == nil && g.fuse.Allowed(hostPort(u))
	if a.phase == closing && a.next != nil && q.Frame != "" {
		g.whose(a, q)
		return
	}
	a.last = time.Now()
	heir := q.RedirectedBy != "" && a.heirs[q.RedirectedBy]
	if heir {
		a.heirs[q.ID] = true
	}
	switch a.rules.judge(a.phase, q, allowed, heir) {
	case take:
		a.phase, a.commit, a.seen = locked, &q, 1
		a.heirs[q.ID] = true
		a.found <- q
	case double:
		a.seen++
		a.blocked++
		if a.phase == rehearsing {
			a.stop(q)
		}
		g.fail(q)
	case park:
		if len(a.parked) == maxParked {
			g.fail(q)
			return
		}
		a.parked = append(a.parked, q)
	case let:
		if a.phase == awaiting {
			a.let = append(a.let, q.name())
		}
		if a.hushed && !offline(q.URL) {
			a.hushed = false
			g.fuse.Unhush()
		}
		g.let(q)
	case fail:
		a.failed++
		switch {
		case a.phase == awaiting:
			a.stopped = append(a.stopped, q.name())
		case a.phase == rehearsing && allowed:
			a.stop(q)
		}
		g.fail(q)
	}
}

// enter moves the attempt on and judges anew what was parked.
func (g *Gate) enter(p phase) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.now
	a.phase = p
	parked := a.parked
	a.parked = nil
	for _, q := range parked {
		g.decide(q)
	}
}

// let and fail give the order and do not wait for it: its loss shows in the
// page, and a request that is not let go cannot leave.
func (g *Gate) let(q Request) {
	g.order(func(ctx context.Context) error { return g.wire.Continue(ctx, q.ID, false) })
}

func (g *Gate) fail(q Request) {
	g.order(func(ctx context.Context) error { return g.wire.Fail(ctx, q.ID) })
}

// order runs one command beside; mu is held.
func (g *Gate) order(command func(context.Context) error) {
	if g.ctx.Err() != nil {
		return
	}
	g.calls.Go(func() {
		ctx, cancel := context.WithTimeout(g.ctx, g.options.Step)
		defer cancel()
		_ = command(ctx)
	})
}

// report copies the attempt's counts.
func (g *Gate) report(out *Outcome) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.now
	out.Seen, out.Blocked, out.Let, out.Stopped = a.seen, a.blocked, a.let, a.stopped
	if a.commit != nil {
		out.Held = *a.commit
	}
}
