package attack

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A world is what the callers of one process share: a clock that they move, and
// who of them is dead.
type world struct {
	now  atomic.Int64 // ns
	mu   sync.RWMutex // held by every write, so that nobody dies in the middle of one
	dead map[string]bool
}

func newWorld() *world {
	w := &world{dead: map[string]bool{}}
	w.now.Store(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return w
}

// Dead implements [ledger.Holders].
func (w *world) Dead(_ context.Context, owner string) (bool, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.dead[owner], nil
}

func (w *world) kill(who string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead[who] = true
}

// Now and Boot implement [clock.Clock].
func (w *world) Now() time.Time      { return time.Unix(0, w.now.Load()).UTC() }
func (w *world) Boot() time.Duration { return time.Duration(w.now.Load()) }

// What a store says to a caller that is dead, and to one whose answer got lost.
var (
	errDead = errors.New("this program is dead")
	errLost = errors.New("the answer got lost")
)

// handle is the store as one caller reaches it.
type handle struct {
	ledger.Engine
	w      *world
	who    string
	random *rand.Rand
}

func (h handle) Now(ctx context.Context) (time.Time, error) { return h.w.Now(), ctx.Err() }

// write lets a write through unless its caller is dead; of some the answer gets
// lost, before or after.
func (h handle) write(do func() error) error {
	h.w.mu.RLock()
	defer h.w.mu.RUnlock()
	fate := h.random.IntN(40)
	switch {
	case h.w.dead[h.who]:
		return errDead
	case fate == 0:
		return errLost
	}
	err := do()
	if err == nil && fate == 1 {
		err = errLost
	}
	return err
}

func (h handle) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	return h.write(func() error { return h.Engine.Store(ctx, s, entries) })
}

func (h handle) StoreAccount(ctx context.Context, a ledger.Account) error {
	return h.write(func() error { return h.Engine.StoreAccount(ctx, a) })
}

// A crowd is how many callers work on how much.
type crowd struct {
	seed     uint64
	callers  int // side by side
	lives    int // of each, one after the other
	steps    int // of a life
	subs     []string
	accs     []string
	engine   func(t *testing.T, caller int) ledger.Engine // as that caller reaches it
	wrong    func(ledger.Engine, *world, string) ledger.Engine
	everyone bool // counts as dead
}

// allDead takes everybody for dead.
type allDead struct{}

func (allDead) Dead(context.Context, string) (bool, error) { return true, nil }

// live has the crowd work, and returns what happened.
func (c crowd) live(t *testing.T) *record {
	t.Helper()
	w, r := newWorld(), newRecord()
	var group sync.WaitGroup
	for n := range c.callers {
		engine := c.engine(t, n)
		group.Go(func() {
			for life := range c.lives {
				who := fmt.Sprintf("h%d-%d", n+1, life+1)
				random := rand.New(rand.NewPCG(c.seed, uint64(n*1000+life)))
				if err := c.work(t, engine, w, r, who, random); err != nil {
					c.complain(t, err)
					return
				}
			}
		})
	}
	group.Wait()
	last := c.caller(t, c.engine(t, 0), w, r, "last", rand.New(rand.NewPCG(c.seed, 1)))
	if err := last.ends(t.Context()); err != nil && !last.open(err) {
		c.complain(t, err)
	}
	return r
}

// complain fails the test, unless it is over a double: what that makes of the
// ledger is for the checker to find.
func (c crowd) complain(t *testing.T, err error) {
	t.Helper()
	if c.wrong == nil && !c.everyone {
		t.Errorf("seed %d: %v", c.seed, err)
	}
}

// caller is one of the crowd.
func (c crowd) caller(t *testing.T, engine ledger.Engine, w *world, r *record, who string, random *rand.Rand) *caller {
	t.Helper()
	if c.wrong != nil {
		engine = c.wrong(engine, w, who)
	}
	holders := ledger.Holders(w)
	if c.everyone {
		holders = allDead{}
	}
	l := ledger.New(handle{engine, w, who, random}, w, holders, submission.Limits{Sends: 1 << 30, Tries: 1 << 30})
	caller := newCaller(who, l, random, r.begin)
	caller.subs, caller.accs = c.subs, c.accs
	caller.open = func(err error) bool {
		gone, _ := w.Dead(t.Context(), who)
		return gone || errors.Is(err, errLost) || errors.Is(err, errDead)
	}
	return caller
}

// work is the life of one caller: some steps, at the end of which it dies, while
// it takes one more.
func (c crowd) work(t *testing.T, engine ledger.Engine, w *world, r *record, who string, random *rand.Rand) error {
	caller := c.caller(t, engine, w, r, who, random)
	if err := caller.begins(t.Context()); err != nil {
		return err
	}
	for range c.steps {
		if random.IntN(12) == 0 {
			w.now.Add(int64(time.Duration(random.IntN(40)) * time.Second))
		}
		if random.IntN(60) == 0 {
			w.now.Add(int64(ledger.Unanswered))
		}
		if err := caller.step(t.Context()); err != nil {
			return err
		}
	}
	var dying sync.WaitGroup
	dying.Go(func() {
		end := r.dies(who, c.subs, c.accs)
		w.kill(who)
		end()
	})
	err := caller.step(t.Context())
	dying.Wait()
	return err
}

func newCaller(who string, l *ledger.Ledger, random *rand.Rand, begin func(call) func(answer)) *caller {
	return &caller{who: who, ledger: l, random: random, ttl: ttl, begin: begin,
		claims: map[string]ledger.Claim{}, older: map[string]ledger.Claim{}, attempts: map[string]string{}}
}

// dies notes for each submission and account that who dies between now and the
// call of what it returns.
func (r *record) dies(who string, subs, accs []string) func() {
	var ends []func(answer)
	for _, number := range subs {
		ends = append(ends, r.begin(call{Does: die, About: invoice(number).ID(), Who: who}))
	}
	for _, name := range accs {
		ends = append(ends, r.begin(call{Does: die, About: name, Who: who}))
	}
	return func() {
		for _, end := range ends {
			end(answer{})
		}
	}
}
