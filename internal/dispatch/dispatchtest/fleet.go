// Package dispatchtest has what a launcher of tasks must pass, [Run], and a fleet
// within this process, [Fleet], that does as fleets do: it is full, it throttles,
// its answers get lost, its tasks start slowly and die.
package dispatchtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/dispatch"
)

// A Fate is what becomes of one call of Start.
type Fate int

// The fates of a call.
const (
	Answered  Fate = iota
	Lost           // it is done, and its answer gets lost
	Dropped        // it is not done, and nobody says so
	Throttled      // it is refused
)

// ErrLost is what a caller hears whose answer got lost.
var ErrLost = errors.New("no answer")

// errKilled is why a task that was killed ended.
var errKilled = errors.New("the task was killed")

// A Fleet runs tasks as goroutines. Its fields are set before the first call; the
// zero Fleet does what it is asked, and its tasks live until they are told to end.
type Fleet struct {
	Capacity int                                                   // tasks that have not ended, at most; 0: any number
	Fate     func(call int) Fate                                   // of the n-th Start, from 1
	StartUp  time.Duration                                         // how long a task takes until it runs
	Life     func(id string) time.Duration                         // after which a running task is killed; 0: never
	Work     func(ctx context.Context, id string, t dispatch.Task) // what a task does; its ctx ends when it is told to, or is killed
	OnEnd    func(id string)                                       // called once when a task has ended, by a goroutine of its own
	Doubles  bool                                                  // it takes no notice of tokens, as no fleet may

	mu     sync.Mutex
	tasks  map[string]*task
	tokens map[string]string
	calls  int
	peak   int
	group  sync.WaitGroup
}

// task is one that was started.
type task struct {
	dispatch.Task
	state dispatch.State
	end   context.CancelCauseFunc
	ended chan struct{}
}

var _ dispatch.Launcher = (*Fleet)(nil)

// Start implements [dispatch.Launcher].
func (f *Fleet) Start(ctx context.Context, t dispatch.Task) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	fate := Answered
	if f.Fate != nil {
		fate = f.Fate(f.calls)
	}
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case fate == Dropped:
		return "", ErrLost
	case fate == Throttled:
		return "", &dispatch.RefusedError{Why: "it is asked too often", Acts: carriers.Nobody}
	}
	id, known := f.tokens[t.Token]
	if !known || f.Doubles {
		if f.Capacity > 0 && f.living() >= f.Capacity {
			return "", &dispatch.RefusedError{Why: "the fleet is full", Acts: carriers.Nobody}
		}
		id = f.begin(t)
	}
	if fate == Lost {
		return "", ErrLost
	}
	return id, nil
}

// begin starts a task. mu is held.
func (f *Fleet) begin(t dispatch.Task) string {
	if f.tasks == nil {
		f.tasks, f.tokens = map[string]*task{}, map[string]string{}
	}
	id := f.unused(t.Fence)
	ctx, end := context.WithCancelCause(context.Background()) // a task outlives the call that started it
	one := &task{Task: t, state: dispatch.Starting, end: end, ended: make(chan struct{})}
	f.tasks[id], f.tokens[t.Token] = one, id
	f.peak = max(f.peak, f.living())
	f.group.Go(func() { f.live(ctx, id, one) })
	return id
}

// unused is an id that is the same whoever of several is started first: after the
// fence, or what is free after it.
func (f *Fleet) unused(fence int64) string {
	for ; ; fence++ {
		if id := fmt.Sprint("task-", fence); f.tasks[id] == nil {
			return id
		}
	}
}

// live is the life of a task.
func (f *Fleet) live(ctx context.Context, id string, t *task) {
	if clock.Pause(ctx, f.StartUp) {
		f.set(t, dispatch.Running)
		if f.Life != nil && f.Life(id) > 0 {
			killer := time.AfterFunc(f.Life(id), func() { t.end(errKilled) })
			defer killer.Stop()
		}
		if f.Work == nil {
			<-ctx.Done()
		} else {
			f.Work(ctx, id, t.Task)
		}
	}
	f.set(t, dispatch.Ended)
	close(t.ended)
	if f.OnEnd != nil {
		f.OnEnd(id)
	}
}

func (f *Fleet) set(t *task, s dispatch.State) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t.state = s
}

// living counts the tasks that have not ended. mu is held.
func (f *Fleet) living() (n int) {
	for _, t := range f.tasks {
		if t.state != dispatch.Ended {
			n++
		}
	}
	return n
}

// State implements [dispatch.Launcher].
func (f *Fleet) State(ctx context.Context, ids ...string) (map[string]dispatch.State, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	states := map[string]dispatch.State{}
	for _, id := range ids {
		states[id] = dispatch.Missing
		if t := f.tasks[id]; t != nil {
			states[id] = t.state
		}
	}
	return states, ctx.Err()
}

// Stop implements [dispatch.Launcher].
func (f *Fleet) Stop(ctx context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := f.tasks[id]; t != nil {
		t.end(nil)
	}
	return ctx.Err()
}

// Room is how many tasks fit from now on that have not ended; 0: any number.
func (f *Fleet) Room(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Capacity = n
}

// Kill ends a task and returns when it has ended.
func (f *Fleet) Kill(id string) {
	f.mu.Lock()
	t := f.tasks[id]
	f.mu.Unlock()
	t.end(errKilled)
	<-t.ended
}

// Alive are the tasks that have not ended, by their ids.
func (f *Fleet) Alive() map[string]dispatch.Task {
	f.mu.Lock()
	defer f.mu.Unlock()
	alive := map[string]dispatch.Task{}
	for id, t := range f.tasks {
		if t.state != dispatch.Ended {
			alive[id] = t.Task
		}
	}
	return alive
}

// Seen is how many tasks were ever started, how often Start was called, and how
// many tasks there were at the same time.
func (f *Fleet) Seen() (started, calls, peak int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.tasks), f.calls, f.peak
}

// Close tells all tasks to end, and returns when they have.
func (f *Fleet) Close() {
	f.mu.Lock()
	tasks := slices.Collect(maps.Values(f.tasks))
	f.mu.Unlock()
	for _, t := range tasks {
		t.end(nil)
	}
	f.group.Wait()
}
