package dispatchtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/dispatch"
)

// A World is a launcher with the fleet behind it, as a test sees and moves it. The
// tasks of the fleet live until they are told to end, or [World.End].
type World struct {
	// Launcher returns a launcher over the fleet, as a program that has just started.
	Launcher func() dispatch.Launcher
	// Room has so many tasks fit from now on that have not ended; what runs goes on.
	Room func(n int)
	// Lose has the next Start be done and its answer get lost.
	Lose func()
	// End has a task end by itself, whether it is told to or not.
	End func(id string)
	// Alive are the tasks that have not ended, by their ids, with the slot, fence
	// and accounts that each of them was given.
	Alive func() map[string]dispatch.Task
	// Patience is how late a state may be; 0: a second.
	Patience time.Duration
}

// Run runs the suite. open returns a world in which there are no tasks, and has t
// close it.
func Run(t *testing.T, open func(t *testing.T) World) {
	for _, c := range []struct {
		name string
		test func(*testing.T, World)
	}{
		{"a task gets what it was started for", given},
		{"a token stands for one task", tokens},
		{"of many that ask at once one starts it", together},
		{"a lost answer leaves it open, and is asked for again", lost},
		{"a full fleet refuses, and says so", full},
		{"an ended context leaves it open", endedContext},
		{"a token whose task has ended starts no second one", afterTheEnd},
		{"states", states},
		{"states of many", manyStates},
		{"a task is told to end", stopped},
		{"what is not there can be told to end", stoppedNothing},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// number is the n-th task of a test. Its fences are as large as fences get.
func number(n int) dispatch.Task {
	return dispatch.Task{
		Token: fmt.Sprintf("01k9zv3m5q-%d-%d", n, 1<<40+n), Slot: n, Fence: int64(1<<40 + n),
		Accounts: []string{fmt.Sprint("acme-", n), "Zürich ✓, \"two\"", "b=c d"},
	}
}

func (w World) start(t *testing.T, task dispatch.Task) string {
	t.Helper()
	id, err := w.Launcher().Start(t.Context(), task)
	if err != nil || id == "" {
		t.Fatalf("start: %q, %v", id, err)
	}
	return id
}

// alive checks how many tasks have not ended, and what they were given.
func (w World) alive(t *testing.T, want ...dispatch.Task) {
	t.Helper()
	alive := slices.Collect(maps.Values(w.Alive()))
	slices.SortFunc(alive, func(a, b dispatch.Task) int { return a.Slot - b.Slot })
	same := func(a, b dispatch.Task) bool {
		return a.Slot == b.Slot && a.Fence == b.Fence && slices.Equal(a.Accounts, b.Accounts)
	}
	if !slices.EqualFunc(alive, want, same) {
		t.Errorf("there are %+v, want %+v", alive, want)
	}
}

// becomes waits until a task is in one of states.
func (w World) becomes(t *testing.T, id string, want ...dispatch.State) {
	t.Helper()
	patience := w.Patience
	if patience == 0 {
		patience = time.Second
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		got, err := w.Launcher().State(t.Context(), id)
		if err != nil || len(got) != 1 {
			t.Fatalf("state: %v, %v", got, err)
		}
		if slices.Contains(want, got[id]) {
			return
		}
		if !clock.Pause(ctx, 5*time.Millisecond) {
			t.Fatalf("task %s is %q, want one of %q", id, got[id], want)
		}
	}
}

func given(t *testing.T, w World) {
	one, two := number(1), number(2)
	two.Accounts = two.Accounts[:1]
	a, b := w.start(t, one), w.start(t, two)
	w.alive(t, one, two)
	if a == b {
		t.Errorf("two tasks are both %s", a)
	}
	for id := range w.Alive() {
		if id != a && id != b {
			t.Errorf("task %s is neither %s nor %s", id, a, b)
		}
	}
}

func tokens(t *testing.T, w World) {
	first := w.start(t, number(1))
	for range 3 {
		if again := w.start(t, number(1)); again != first {
			t.Errorf("the same token: %s, and then %s", first, again)
		}
	}
	w.Room(1) // of which it takes none
	if again := w.start(t, number(1)); again != first {
		t.Errorf("the same token in a full fleet: %s, and then %s", first, again)
	}
	w.alive(t, number(1))
}

func together(t *testing.T, w World) {
	var mu sync.Mutex
	var all sync.WaitGroup
	ids := map[string]bool{}
	for range 8 {
		l := w.Launcher()
		all.Go(func() {
			id, err := l.Start(t.Context(), number(1))
			mu.Lock()
			defer mu.Unlock()
			if ids[id] = true; err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(ids) != 1 {
		t.Errorf("one token became %v", ids)
	}
	w.alive(t, number(1))
}

func lost(t *testing.T, w World) {
	w.Lose()
	id, err := w.Launcher().Start(t.Context(), number(1))
	if err == nil || errors.Is(err, dispatch.ErrRefused) {
		t.Fatalf("the answer got lost: %q, %v", id, err)
	}
	w.start(t, number(1))
	w.alive(t, number(1))
}

func full(t *testing.T, w World) {
	w.Room(1)
	first := w.start(t, number(1))
	_, err := w.Launcher().Start(t.Context(), number(2))
	if refused, ok := errors.AsType[*dispatch.RefusedError](err); !ok || refused.Why == "" {
		t.Errorf("a full fleet: %v", err)
	}
	w.alive(t, number(1))
	w.End(first)
	w.becomes(t, first, dispatch.Ended)
	w.start(t, number(3))
	w.alive(t, number(3))
}

func endedContext(t *testing.T, w World) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if id, err := w.Launcher().Start(ctx, number(1)); err == nil || errors.Is(err, dispatch.ErrRefused) {
		t.Errorf("start: %q, %v", id, err)
	}
	if _, err := w.Launcher().State(ctx, "task"); err == nil {
		t.Error("state: no error")
	}
	w.start(t, number(1))
	w.alive(t, number(1))
}

func afterTheEnd(t *testing.T, w World) {
	first := w.start(t, number(1))
	w.End(first)
	w.becomes(t, first, dispatch.Ended)
	if again := w.start(t, number(1)); again != first {
		t.Errorf("the same token: %s, and after its end %s", first, again)
	}
	w.alive(t)
}

func states(t *testing.T, w World) {
	id := w.start(t, number(1))
	w.becomes(t, id, dispatch.Starting, dispatch.Running)
	w.becomes(t, id, dispatch.Running)
	w.End(id)
	w.becomes(t, id, dispatch.Ended)
	if none, err := w.Launcher().State(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("states of none: %v, %v", none, err)
	}
}

// manyStates asks for more than one request of ECS takes (100, API reference,
// DescribeTasks), most of which nobody knows.
func manyStates(t *testing.T, w World) {
	id := w.start(t, number(1))
	w.becomes(t, id, dispatch.Running)
	ids := []string{id}
	for i := range 250 {
		ids = append(ids, fmt.Sprintf("%032x", i))
	}
	ids = append(ids, id)
	got, err := w.Launcher().State(t.Context(), ids...)
	if err != nil || len(got) != 251 || got[id] != dispatch.Running {
		t.Errorf("%d states, %s is %q, %v", len(got), id, got[id], err)
	}
	delete(got, id)
	for id, s := range got {
		if s != dispatch.Missing {
			t.Errorf("%s is %q", id, s)
		}
	}
}

func stopped(t *testing.T, w World) {
	id, other := w.start(t, number(1)), w.start(t, number(2))
	w.becomes(t, id, dispatch.Running)
	for range 2 {
		if err := w.Launcher().Stop(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	w.becomes(t, id, dispatch.Ended)
	w.becomes(t, other, dispatch.Running)
	w.alive(t, number(2))
}

func stoppedNothing(t *testing.T, w World) {
	id := w.start(t, number(1))
	w.End(id)
	w.becomes(t, id, dispatch.Ended)
	for _, id := range []string{id, fmt.Sprintf("%032x", 7)} {
		if err := w.Launcher().Stop(t.Context(), id); err != nil {
			t.Errorf("task %s: %v", id, err)
		}
	}
}
