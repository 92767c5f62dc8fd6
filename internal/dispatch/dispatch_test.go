package dispatch_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/dispatch/dispatchtest"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
)

// TestPass is the plain course of things.
func TestPass(t *testing.T) {
	within(t, 2, func(r *rig) {
		r.passes(dispatch.Report{}, "")
		r.arrive("a0", "a1", "a2", "stranger")
		r.passes(dispatch.Report{Due: 4, Planned: 3, Started: 2}, "")
		r.slots("1/1 a0+a2 task-1, 2/2 a1 task-2")
		r.tasks("task-1 a0+a2, task-2 a1")
		r.arrive("a0", "a3")
		r.passes(dispatch.Report{Full: true}, "")
		_, err := settle(r.Context(), r.ledger, "a1", "task-2", 9)
		r.check(err)
		r.fleet.Kill("task-2")
		for range 2 {
			r.check(r.d.Stopped(r.Context(), "task-2"))
			r.slots("1/1 a0+a2 task-1")
		}
		r.check(r.d.Stopped(r.Context(), "another"))
		r.check(r.d.Stopped(r.Context(), ""))
		r.passes(dispatch.Report{Due: 4, Planned: 1, Started: 1}, "")
		r.slots("1/1 a0+a2 task-1, 2/3 a3 task-3")
	})
}

// TestRefused: what was definitely not started holds nobody up, and is not tried
// at every bell.
func TestRefused(t *testing.T) {
	within(t, 2, func(r *rig) {
		r.fates = []dispatchtest.Fate{dispatchtest.Throttled}
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Refused: 1}, "slot 1 (fence 1): no task was started: it is asked too often; it is tried again by itself")
		r.slots("")
		r.passes(dispatch.Report{Due: 1}, "")
		pass(dispatch.ShortestRest)
		r.passes(dispatch.Report{Due: 1, Planned: 1, Started: 1}, "")
		r.slots("1/2 a0 task-2")
	})
}

// TestLostAnswer: whether it was started is not known, so the slot stays, and the
// same is asked for again. There is never a second task.
func TestLostAnswer(t *testing.T) {
	for name, fate := range map[string]dispatchtest.Fate{"it was started": dispatchtest.Lost, "it was not": dispatchtest.Dropped} {
		t.Run(name, func(t *testing.T) {
			within(t, 2, func(r *rig) {
				r.fates = []dispatchtest.Fate{fate}
				r.arrive("a0", "a1")
				r.passes(dispatch.Report{Due: 2, Planned: 2, Started: 1, Open: 1}, "it is not known whether its task was started; the same is asked for again")
				pass(dispatch.Confirm - time.Second)
				r.check(r.d.Stopped(r.Context(), "")) // which is no task, and not the unknown one
				r.passes(dispatch.Report{Full: true}, "")
				pass(time.Second)
				r.fates = []dispatchtest.Fate{dispatchtest.Throttled} // which says nothing of the first time
				r.passes(dispatch.Report{Due: 2, Refused: 1}, "no task was started")
				pass(dispatch.Confirm)
				r.passes(dispatch.Report{Due: 2, Started: 1}, "")
				for _, s := range r.slots2() {
					if s.Task == "" {
						t.Errorf("%s is not confirmed", s)
					}
				}
				if started, calls, peak := r.fleet.Seen(); started != 2 || calls != 4 || peak != 2 {
					t.Errorf("%d tasks by %d calls, %d at once", started, calls, peak)
				}
			})
		})
	}
}

// slots2 are the two slots in use, whichever came first.
func (r *rig) slots2() []ledger.Slot {
	r.Helper()
	s, err := r.ledger.Slots(r.Context())
	if err != nil || len(s.Taken) != 2 {
		r.Fatalf("slots: %+v, %v", s, err)
	}
	return s.Taken
}

// TestUnconfirmedConfirmsItself: a task whose start was never answered says so
// when it renews its slot, and is not asked for again.
func TestUnconfirmedConfirmsItself(t *testing.T) {
	within(t, 1, func(r *rig) {
		r.fates = []dispatchtest.Fate{dispatchtest.Lost}
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Open: 1}, "not known")
		if _, err := r.ledger.RenewSlot(r.Context(), 1, 1, "task-1", 5*time.Minute); err != nil {
			r.Fatal(err)
		}
		pass(dispatch.Confirm)
		r.passes(dispatch.Report{Full: true}, "")
		r.slots("1/1 a0 task-1")
	})
}

// TestEndedUntold: the fleet's word about an end got lost; when the lease is over
// it is found out.
func TestEndedUntold(t *testing.T) {
	within(t, 1, func(r *rig) {
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Started: 1}, "")
		r.fleet.Kill("task-1")
		pass(dispatch.Lease - time.Second)
		r.passes(dispatch.Report{Full: true}, "")
		pass(time.Second)
		r.passes(dispatch.Report{Due: 1, Planned: 1, Started: 1, Ended: 1}, "")
		r.slots("1/2 a0 task-2")
	})
}

// TestEndedBeforeItWasKnown: of a task that came and went while its answer was
// lost the slot is free as soon as it is known.
func TestEndedBeforeItWasKnown(t *testing.T) {
	within(t, 1, func(r *rig) {
		r.fates = []dispatchtest.Fate{dispatchtest.Lost}
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Open: 1}, "not known")
		r.fleet.Kill("task-1")
		pass(dispatch.Confirm)
		r.passes(dispatch.Report{Due: 1, Started: 1}, "")
		r.slots("")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Started: 1}, "")
		r.tasks("task-2 a0")
	})
}

// TestOutlived: a task that does not renew its slot is told to end, and its slot is
// free when it has ended, and not before.
func TestOutlived(t *testing.T) {
	within(t, 1, func(r *rig) {
		release := make(chan struct{})
		r.fleet.Work = func(ctx context.Context, _ string, _ dispatch.Task) {
			<-ctx.Done()
			<-release // what cannot be left half-way
		}
		r.arrive("a0", "a1", "a2")
		r.passes(dispatch.Report{Due: 3, Planned: 2, Started: 1}, "")
		pass(dispatch.Lease)
		for range 3 {
			r.passes(dispatch.Report{Due: 3, Outlived: 1}, "")
			r.passes(dispatch.Report{Full: true}, "") // it has a while to do so
			r.slots("1/1 a0+a1 task-1")
			pass(dispatch.Confirm)
		}
		close(release)
		synctest.Wait()
		r.tasks("")
		r.fleet.Work = nil
		r.passes(dispatch.Report{Due: 3, Planned: 2, Started: 1, Ended: 1}, "")
		r.slots("1/2 a2+a0 task-2")
	})
}

// TestRenewedIsLeftAlone: who renews is asked nothing, however long it takes.
func TestRenewedIsLeftAlone(t *testing.T) {
	within(t, 1, func(r *rig) {
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Started: 1}, "")
		for range 9 {
			pass(dispatch.Lease - time.Minute)
			_, err := r.ledger.RenewSlot(r.Context(), 1, 1, "task-1", dispatch.Lease)
			r.check(err)
			r.passes(dispatch.Report{Full: true}, "")
		}
		r.tasks("task-1 a0")
	})
}

// TestSecondTask: where a fleet starts two for one token after all, one of them is
// told to end, whichever shows itself first.
func TestSecondTask(t *testing.T) {
	within(t, 1, func(r *rig) {
		r.fleet.Doubles = true
		r.fates = []dispatchtest.Fate{dispatchtest.Lost}
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Open: 1}, "not known")
		pass(dispatch.Confirm)
		r.passes(dispatch.Report{Due: 1, Started: 1}, "")
		r.slots("1/1 a0 task-2")
		if _, err := r.ledger.RenewSlot(r.Context(), 1, 1, "task-1", time.Minute); !errors.Is(err, ledger.ErrStale) {
			t.Errorf("the first one goes on: %v", err)
		}
	})
	within(t, 1, func(r *rig) {
		r.d.Launcher = renewing{r}
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Started: 1}, "")
		r.slots("1/1 a0 task-0")
		r.tasks("")
	})
}

// renewing is a fleet in which another task for the same slot shows itself while
// one is started.
type renewing struct{ *rig }

func (r renewing) Start(ctx context.Context, t dispatch.Task) (string, error) {
	_, err := r.ledger.RenewSlot(ctx, t.Slot, t.Fence, "task-0", time.Minute)
	r.check(err)
	return r.fleet.Start(ctx, t)
}

func (r renewing) State(ctx context.Context, ids ...string) (map[string]dispatch.State, error) {
	return r.fleet.State(ctx, ids...)
}

func (r renewing) Stop(ctx context.Context, id string) error { return r.fleet.Stop(ctx, id) }

// TestLedgerFails: whatever call of the ledger fails in a pass, done or not, the
// passes after it come to the same end, with one task.
func TestLedgerFails(t *testing.T) {
	broken := errors.New("the ledger does not answer")
	for call := range 8 {
		for _, done := range []bool{false, true} {
			within(t, 1, func(r *rig) {
				n := -1
				r.over(ledgertest.Failing{Engine: r.engine, Fail: func(_ string, after bool) error {
					if n >= 0 && after == done {
						if n++; n == call+1 {
							return broken
						}
					}
					return nil
				}})
				r.arrive("a0")
				n = 0
				_, err := r.d.Pass(r.Context())
				if (err != nil) != (n > call) {
					t.Errorf("call %d of %d fails, and the pass says %v", call, n, err)
				}
				n = -1
				pass(dispatch.Confirm)
				_, err = r.d.Pass(r.Context())
				r.check(err)
				synctest.Wait()
				if started, _, _ := r.fleet.Seen(); started != 1 {
					t.Errorf("call %d, done %v: %d tasks", call, done, started)
				}
				if s := r.slots(strings.Replace("1/1 a0 task-1", "1/1", r.slotName(), 1)); len(s) != 1 {
					t.Errorf("call %d, done %v: slots %+v", call, done, s)
				}
			})
		}
	}
}

func (r *rig) slotName() string {
	if s, err := r.ledger.Slots(r.Context()); err == nil && s.Fence == 2 {
		return "1/2"
	}
	return "1/1"
}

// TestFleetDoesNotAnswer: of tasks of which nothing can be known the slots stay
// taken, and the rest of the pass goes on.
func TestFleetDoesNotAnswer(t *testing.T) {
	within(t, 2, func(r *rig) {
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Started: 1}, "")
		pass(dispatch.Lease)
		r.d.Launcher = mute{r.fleet}
		r.arrive("a1")
		r.passes(dispatch.Report{Due: 2, Planned: 1, Started: 1}, "it is not known whether they run")
		r.slots("1/1 a0 task-1, 2/2 a1 task-2")
		r.d.Launcher = silent{r.fleet}
		r.passes(dispatch.Report{Due: 2}, "nothing was said of task task-1")
		r.slots("1/1 a0 task-1, 2/2 a1 task-2")
	})
}

type mute struct{ *dispatchtest.Fleet }

func (mute) State(context.Context, ...string) (map[string]dispatch.State, error) {
	return nil, errors.New("throttled")
}

type silent struct{ *dispatchtest.Fleet }

func (silent) State(context.Context, ...string) (map[string]dispatch.State, error) { return nil, nil }

// TestPassIsCutShort: what was started is noted, though the time of the pass is
// over.
func TestPassIsCutShort(t *testing.T) {
	within(t, 1, func(r *rig) {
		ctx, cancel := context.WithCancel(r.Context())
		r.d.Launcher = cutting{r.fleet, cancel}
		r.arrive("a0")
		if _, err := r.d.Pass(ctx); err != nil {
			t.Error(err)
		}
		r.slots("1/1 a0 task-1")
	})
}

type cutting struct {
	*dispatchtest.Fleet
	cut func()
}

func (c cutting) Start(ctx context.Context, t dispatch.Task) (string, error) {
	defer c.cut()
	return c.Fleet.Start(ctx, t)
}

// TestLauncherHangs: a call without an answer is given up, and is open.
func TestLauncherHangs(t *testing.T) {
	within(t, 1, func(r *rig) {
		r.d.Launcher = hanging{r.fleet}
		r.arrive("a0")
		r.passes(dispatch.Report{Due: 1, Planned: 1, Open: 1}, "deadline exceeded")
		r.slots("1/1 a0")
	})
}

type hanging struct{ *dispatchtest.Fleet }

func (hanging) Start(ctx context.Context, _ dispatch.Task) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// TestOpen is which accounts may be worked on.
func TestOpen(t *testing.T) {
	within(t, 9, func(r *rig) {
		ctx := r.Context()
		pier := ledger.SiteName{Carrier: "pier", Host: "h"}
		for i := 4; i < 9; i++ {
			r.d.Accounts[i].Site = pier
		}
		r.arrive("a5", "a0", "a1", "a2", "a3", "a4", "a6")
		r.check(r.ledger.Pause(ctx, "a0", "ann", "they asked us to"))
		r.check(r.ledger.Suspend(ctx, "a1", "visit", ledger.Suspension{Kind: "credentials", Why: "wrong password"}))
		_, _, err := r.ledger.EnterAccount(ctx, "a2", "laptop", "v1", 1, time.Minute)
		r.check(err)
		for range breaker.Enough {
			_, err := r.ledger.LeaveSite(ctx, pier, breaker.End{Failed: &breaker.Failure{Kind: carriers.Unavailable, Why: "down"}})
			r.check(err)
		}
		r.passes(dispatch.Report{Due: 7, Planned: 1, Started: 1}, "")
		r.slots("1/1 a3 task-1")
		r.kill("laptop")
		_, err = r.ledger.Resume(ctx, "a0", "ann", "go on")
		r.check(err)
		r.passes(dispatch.Report{Due: 7, Planned: 2, Started: 2}, "")
		pass(breaker.Shortest)
		r.passes(dispatch.Report{Due: 7, Planned: 1, Started: 1}, "")
		if s := r.slots("1/1 a3 task-1, 2/2 a0 task-2, 3/3 a2 task-3, 4/4 a5 task-4"); len(s) != 4 {
			r.Fatal("the site that was left alone is not tried by one")
		}
		r.passes(dispatch.Report{Due: 7}, "") // while one tries it
		probe, err := r.ledger.EnterSite(ctx, pier, "task-4", time.Minute)
		r.check(err)
		_, err = r.ledger.LeaveSite(ctx, pier, breaker.End{Probe: probe, Worked: true})
		r.check(err)
		r.passes(dispatch.Report{Due: 7, Planned: 2, Started: 2}, "")
	})
}

// TestPassesAtOnce: any number of passes at the same time are one.
func TestPassesAtOnce(t *testing.T) {
	within(t, 3, func(r *rig) {
		r.arrive("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7")
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				_, err := r.d.Pass(r.Context())
				r.check(err)
			})
		}
		all.Wait()
		if started, calls, _ := r.fleet.Seen(); started != 3 || calls != 3 {
			t.Errorf("%d tasks by %d calls", started, calls)
		}
	})
}

// TestToken: ECS takes at most 64 characters of it, and no two slots have one.
func TestToken(t *testing.T) {
	name := strings.Repeat("x", 40) // the longest name of a ledger
	seen := map[string]bool{}
	for _, s := range []ledger.Slot{{N: 64, Fence: math.MaxInt64}, {N: 6, Fence: 4}, {N: 64, Fence: 4}, {N: 1, Fence: 11}, {N: 11, Fence: 1}} {
		token := dispatch.TaskFor(name, s).Token
		if len(token) > 64 || seen[token] {
			t.Errorf("token %q of %d characters", token, len(token))
		}
		seen[token] = true
	}
}

// TestPassReadsLittle: what a pass asks the ledger is the same however much is due,
// and never what is due itself.
func TestPassReadsLittle(t *testing.T) {
	for _, due := range []int{5, 50} {
		within(t, 1, func(r *rig) {
			asked := map[string]int{}
			r.over(ledgertest.Failing{Engine: r.engine, Fail: func(call string, done bool) error {
				if done {
					asked[call]++
				}
				return nil
			}})
			for range due {
				r.arrive("a0", "a1", "a2")
			}
			clear(asked)
			r.passes(dispatch.Report{Due: 3, Planned: 2, Started: 1}, "")
			r.passes(dispatch.Report{Full: true}, "")
			// By the first: the slots, all items, what is due next of each account, and what
			// is leased; the slots taken, and the task noted. By the second: the slots.
			want := map[string]int{"Accounts": 1, "NextDue": 1, "List": 1, "Now": 4, "LoadAccount": 4, "StoreAccount": 2}
			if diff := cmp.Diff(want, asked); diff != "" {
				t.Errorf("with %d due: %s", due, diff)
			}
		})
	}
}
