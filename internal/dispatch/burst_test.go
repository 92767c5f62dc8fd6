package dispatch_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/dispatch/dispatchtest"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

// TestMain takes the flag that makes the burst larger or smaller.
func TestMain(m *testing.M) {
	flag.Int("arrivals", 0, "how many invoices arrive in TestBurst; 0: a few")
	flag.Parse()
	os.Exit(m.Run())
}

// flagged is the value of a flag of this package.
func flagged(t testing.TB, name string) int {
	t.Helper()
	v, ok := flag.Lookup(name).Value.(flag.Getter).Get().(int)
	if !ok {
		t.Fatalf("-%s is no number", name)
	}
	return v
}

const (
	triggers   = 4
	mostTasks  = 6
	accountsOf = 40
	batchOf    = 10
	shift      = 3   // batches of an account, after which the time of a task is up
	hurry      = 120 // how much faster than the wall the ledger's clock goes: its leases and rests are minutes
)

// hasty is a store whose clock is in a hurry.
type hasty struct {
	ledger.Engine
	begun time.Time
}

func (h hasty) Now(ctx context.Context) (time.Time, error) {
	return h.begun.Add(hurry * time.Since(h.begun)).UTC(), ctx.Err()
}

// burst is a ledger on a file, with triggers that files arrive at and a fleet that
// works off what is due.
type burst struct {
	*testing.T
	path    string // of the file; "": it is in memory
	store   *memory.Engine
	fleet   *dispatchtest.Fleet
	begun   time.Time
	passes  []*dispatch.Dispatcher
	workers *ledger.Ledger
	group   sync.WaitGroup

	mu      sync.Mutex
	fresh   map[string]int    // how often an invoice was told to be new
	at      map[string]string // which task works on an account
	random  *rand.Rand
	working int
	most    int
	made    atomic.Int64
	spent   atomic.Int64 // by passes, ns
	died    int
	untold  int
}

// Dead implements [ledger.Holders]: a task that has ended is dead.
func (b *burst) Dead(ctx context.Context, owner string) (bool, error) {
	states, err := b.fleet.State(ctx, owner)
	return states[owner] == dispatch.Ended, err
}

func (b *burst) draw(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.random.IntN(n)
}

// open is a ledger with a handle of its own on the file, as each program has one.
func (b *burst) open() *ledger.Ledger {
	if b.path == "" {
		return ledger.New(hasty{b.store, b.begun}, clock.System{}, b, submission.Limits{})
	}
	e, err := sqlite.Open(b.Context(), b.path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := e.Close(); err != nil {
			b.Error(err)
		}
	})
	return ledger.New(hasty{e, b.begun}, clock.System{}, b, submission.Limits{})
}

func newBurst(t *testing.T, path string) *burst {
	t.Helper()
	b := &burst{T: t, begun: time.Now(), path: path, store: memory.New(), fresh: map[string]int{}, at: map[string]string{},
		random: rand.New(rand.NewPCG(1, 2))}
	b.fleet = &dispatchtest.Fleet{Fate: b.fate, Life: b.life, StartUp: time.Second / 10, Work: b.work, OnEnd: b.ended}
	b.workers = b.open()
	var accounts []dispatch.Account
	for i := range accountsOf {
		accounts = append(accounts, dispatch.Account{Name: fmt.Sprintf("firm-%02d", i), Site: harbor})
	}
	for range triggers {
		b.passes = append(b.passes, &dispatch.Dispatcher{Ledger: b.open(), Launcher: b.fleet, Accounts: accounts, Limits: dispatch.Limits{Tasks: mostTasks, Accounts: 4, Beside: 2}})
	}
	return b
}

// folder is one that is on no disk, where the machine has one: nothing here is
// about power cuts.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lodge-burst-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fate is what becomes of a call of the fleet: of every tenth something bad.
func (b *burst) fate(int) dispatchtest.Fate {
	return [30]dispatchtest.Fate{dispatchtest.Lost, dispatchtest.Dropped, dispatchtest.Throttled}[b.draw(30)]
}

// life is when a task dies, if it does.
func (b *burst) life(string) time.Duration {
	if b.draw(10) > 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.died++
	return time.Duration(1+b.random.IntN(200)) * time.Millisecond
}

// work works off what its accounts have due, until nothing is or its time is up.
func (b *burst) work(ctx context.Context, id string, t dispatch.Task) {
	b.comes(id, t.Accounts)
	defer b.goes(id, t.Accounts)
	left := true
	for range shift {
		if !left || ctx.Err() != nil {
			return
		}
		left = false
		for _, account := range t.Accounts {
			if _, err := b.workers.RenewSlot(ctx, t.Slot, t.Fence, id, 10*time.Minute); err != nil {
				b.excuse(ctx, err)
				return
			}
			n, err := settle(ctx, b.workers, account, id, batchOf)
			if err != nil {
				b.excuse(ctx, err)
				return
			}
			left = left || n > 0
		}
	}
}

// excuse: only a task that is dead or told to end may fail, and whoever found the
// file locked for too long, as on a machine that does much else.
func (b *burst) excuse(ctx context.Context, err error) {
	if ctx.Err() == nil && !errors.Is(err, ledger.ErrBusy) && !errors.Is(err, context.DeadlineExceeded) {
		b.Errorf("a task fails: %v", err)
	}
}

func (b *burst) comes(id string, accounts []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.working++
	b.most = max(b.most, b.working)
	for _, a := range accounts {
		if b.at[a] != "" {
			b.Errorf("%s and %s are both at work on %s", b.at[a], id, a)
		}
		b.at[a] = id
	}
}

func (b *burst) goes(id string, accounts []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.working--
	for _, a := range accounts {
		b.at[a] = ""
	}
}

// ended is the fleet's event: of ten one gets lost and one comes twice.
func (b *burst) ended(id string) {
	fate := b.draw(10)
	if fate == 0 {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.untold++
		return
	}
	for range 1 + fate/9 {
		d := b.passes[b.draw(triggers)]
		if err := d.Stopped(b.Context(), id); err != nil {
			b.excuse(b.Context(), err)
		}
		b.pass(d)
	}
}

// pass makes a pass, whose troubles with the fleet are meant to be.
func (b *burst) pass(d *dispatch.Dispatcher) {
	begun := time.Now()
	_, err := d.Pass(b.Context())
	b.spent.Add(int64(time.Since(begun)))
	b.made.Add(1)
	if err != nil && !errors.Is(err, dispatchtest.ErrLost) && !errors.Is(err, dispatch.ErrRefused) {
		b.excuse(b.Context(), err)
	}
}

// deliver gives a trigger its batches: each file is registered, then comes a pass.
// What fails comes again.
func (b *burst) deliver(d *dispatch.Dispatcher, files []int) {
	for len(files) > 0 && !b.Failed() {
		batch := files[:min(batchOf, len(files))]
		files = files[len(batch):]
		for _, n := range batch {
			got, err := register(b.Context(), d.Ledger, fmt.Sprintf("firm-%02d", n%accountsOf), fmt.Sprint("INV-", n))
			if err != nil {
				b.excuse(b.Context(), err)
				files = append(slices.Clone(files), n)
				continue
			}
			if !got.Known {
				b.mu.Lock()
				b.fresh[got.Submission.ID]++
				b.mu.Unlock()
			}
		}
		b.pass(d)
	}
}

// arrivals are the files of n invoices for each trigger: every fourth comes twice,
// here or there, and all of them in no order.
func (b *burst) arrivals(n int) (list [triggers][]int) {
	var files []int
	for i := range n {
		files = append(files, i)
		if i%4 == 0 {
			files = append(files, i)
		}
	}
	b.random.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	for i, f := range files {
		list[i%triggers] = append(list[i%triggers], f)
	}
	return list
}

// TestBurst: many invoices arrive at four triggers at once, twice in parts and in
// no order, while calls of the fleet get lost and are refused, tasks die, and their
// ends go untold. Every invoice is registered once, there are never more tasks than
// may be nor two for an account, and in the end all is worked off. With 10,000 it is
// make burst.
func TestBurst(t *testing.T) {
	for _, c := range []struct {
		name, path string
		few        int
	}{{"in memory", "", 1000}, {"on a file", filepath.Join(folder(t), "ledger.db"), 60}} {
		t.Run(c.name, func(t *testing.T) {
			n := flagged(t, "arrivals")
			if n == 0 {
				n = c.few
			}
			newBurst(t, c.path).all(n)
		})
	}
}

func (b *burst) all(n int) {
	for i, files := range b.arrivals(n) {
		b.group.Go(func() { b.deliver(b.passes[i], files) })
	}
	b.group.Wait()
	registered := time.Since(b.begun)
	b.sweep(n)
	b.fleet.Close()
	started, calls, peak := b.fleet.Seen()
	if peak > mostTasks || b.most > mostTasks {
		b.Errorf("%d tasks at once, of which %d were at work; want %d at most", peak, b.most, mostTasks)
	}
	if len(b.fresh) != n {
		b.Errorf("%d invoices were new, want %d", len(b.fresh), n)
	}
	for id, times := range b.fresh {
		if times != 1 {
			b.Errorf("%s was new %d times", id, times)
		}
	}
	b.Logf("burst: arrivals=%d deliveries=%d registered in %s, done in %s; passes=%d of %s each; calls=%d tasks=%d died=%d untold=%d max_tasks=%d/%d",
		n, n+(n+3)/4, registered.Round(time.Millisecond), time.Since(b.begun).Round(time.Millisecond), b.made.Load(),
		time.Duration(b.spent.Load()/max(1, b.made.Load())).Round(time.Microsecond), calls, started, b.died, b.untold, peak, mostTasks)
}

// sweep makes passes, as a schedule does, until all invoices are accepted and all
// slots are free.
func (b *burst) sweep(n int) {
	accepted := ledger.Query{States: []submission.State{submission.Accepted}}
	for i := 0; !b.Failed(); i++ {
		b.pass(b.passes[i%triggers])
		done, err := b.workers.CountOf(b.Context(), accepted)
		if err != nil {
			b.Fatal(err)
		}
		slots, err := b.workers.Slots(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if done == n && len(slots.Taken) == 0 {
			break
		}
		if !clock.Pause(b.Context(), 50*time.Millisecond) {
			b.Fatalf("%d of %d are accepted; slots %+v", done, n, slots.Taken)
		}
	}
	all, err := b.workers.CountOf(b.Context(), ledger.Query{})
	if err != nil || all != n {
		b.Errorf("the ledger has %d submissions, want %d: %v", all, n, err)
	}
}
