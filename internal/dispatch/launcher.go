package dispatch

import (
	"context"
	"errors"
	"fmt"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
)

// A Task is what is to be started for a slot.
type Task struct {
	// Token stands for the slot and its fence in this ledger, and for nothing else
	// ever: at most 64 characters of a-z, 0-9 and -, which is what ECS takes as a
	// clientToken (API reference, "Ensuring idempotency").
	Token    string
	Slot     int
	Fence    int64
	Accounts []string // that it may work on
}

// taskFor is what is asked for a slot of the ledger of that name: always the same.
func taskFor(name string, s ledger.Slot) Task {
	return Task{Token: fmt.Sprintf("%s-%d-%d", name, s.N, s.Fence), Slot: s.N, Fence: s.Fence, Accounts: s.Accounts}
}

// A Launcher starts tasks somewhere. It keeps no state between calls that another
// Launcher over the same fleet would lack, and is safe for several goroutines.
// What it promises is tested by package dispatchtest.
type Launcher interface {
	// Start asks for a task that is given its slot, fence and accounts, and returns
	// its id, without waiting until it runs. The id is the name by which the task
	// knows itself when it calls [ledger.Ledger.RenewSlot].
	//
	// The same token again, from wherever and with whatever settings of the
	// launcher's own, returns the id of the task that there is and starts none: while
	// that task lives and for an hour after.
	//
	// A [*RefusedError] says that this call has started nothing and will start
	// nothing; it says nothing about other calls. After any other error, that of an
	// ended context too, it is open whether a task was started.
	Start(ctx context.Context, t Task) (id string, err error)

	// State returns what has become of tasks: each id that was asked for is in the
	// map. It never says Ended of a task that might act again.
	State(ctx context.Context, ids ...string) (map[string]State, error)

	// Stop tells a task to end: it may finish what cannot be left half-way. Stop
	// does not wait for the end. Of a task that has ended, or that is not known, it
	// is no error.
	Stop(ctx context.Context, id string) error
}

// A State says what has become of a task.
type State string

// The states of a task.
const (
	Starting State = "starting" // it does not run yet
	Running  State = "running"  // or is just ending
	Ended    State = "ended"    // for good
	Missing  State = "missing"  // it ended long ago and was forgotten; or it was asked for a moment ago
)

// ErrRefused says that no task was started.
var ErrRefused = errors.New("no task was started")

// A RefusedError is an [ErrRefused] that says why, and who acts.
type RefusedError struct {
	Why  string
	Acts carriers.Person // Nobody: it passes by itself, as want of capacity does
	Err  error           // what it was made of; may be nil
}

// Error implements error.
func (e *RefusedError) Error() string {
	if e.Acts == carriers.Nobody {
		return fmt.Sprintf("no task was started: %s; it is tried again by itself", e.Why)
	}
	return fmt.Sprintf("no task was started: %s; the %s acts", e.Why, e.Acts)
}

// Is makes errors.Is find [ErrRefused].
func (e *RefusedError) Is(target error) bool { return target == ErrRefused }

// Unwrap returns what the error was made of.
func (e *RefusedError) Unwrap() error { return e.Err }
