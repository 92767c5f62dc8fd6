// Package dispatch turns due work into tasks. [Plan] says, purely, which tasks to
// start; a [Dispatcher] takes slots for them in the ledger and starts them through
// a [Launcher]. How many tasks there are is what the ledger says, never a count of
// what runs: counting overshoots as soon as two count at once.
//
// A pass is cheap and may run anywhere, at any time, any number at once: whatever
// rings the bell, a file that arrived, a schedule, a task that ended, is answered
// with one.
package dispatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sourcegraph/conc/pool"

	"example.com/lodge/internal/ledger"
)

// The times of a slot, where nothing else is said.
const (
	// Confirm is how long nobody asks again for a task of which it is not known
	// whether it was started. It is several times [answered].
	Confirm = 2 * time.Minute
	// Lease is how long a task may take until it renews its slot by itself: Fargate
	// starts one in a minute, and in several when it is short of machines.
	Lease = 10 * time.Minute
	// answered is how long one call of a launcher may take.
	answered = 30 * time.Second
	// noted is how long the ledger may take to hear what became of a call, be the
	// pass at its end or not.
	noted = 10 * time.Second
)

// together is how many tasks a pass asks for at a time. RunTask takes 20 calls a
// second of an account in AWS, and others call it too.
const together = 8

// A Dispatcher makes passes. It keeps nothing between them.
type Dispatcher struct {
	Ledger   *ledger.Ledger
	Launcher Launcher
	Accounts []Account // others are left alone, whatever they have due
	Limits   Limits
	Confirm  time.Duration // 0: [Confirm]
	Lease    time.Duration // 0: [Lease]
}

// A Report says what a pass did.
type Report struct {
	Full     bool // all slots are in use and nobody's lease is over: nothing else was looked at
	Due      int  // accounts that have something due, whether they may be worked on or not
	Planned  int  // accounts for which a task was wanted
	Started  int  // tasks, those among them that had been asked for before
	Refused  int  // tasks that were not started
	Open     int  // tasks of which it is not known whether they were started
	Ended    int  // slots given back of tasks that had ended untold
	Outlived int  // tasks told to end, since their lease is over
}

// Pass looks once at what is due and at the slots, and does what there is to do.
// What fails concerns one slot and stops nothing else: the error tells of all that
// failed, and the next pass goes on from what the ledger says.
//
// While all slots are in use, as they are when much arrives, it reads one item.
func (d *Dispatcher) Pass(ctx context.Context) (Report, error) {
	full, err := d.full(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("dispatch: %w", err)
	}
	if full {
		return Report{Full: true}, nil
	}
	o, err := d.Ledger.Outlook(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("dispatch: %w", err)
	}
	name, err := d.Ledger.Name(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("dispatch: %w", err)
	}
	var r Report
	ended, failed := d.lookAfter(ctx, o, &r)
	o.Slots = o.Slots.Without(ended...)
	slots, err := d.take(ctx, o, &r)
	failed = errors.Join(failed, err, d.startAll(ctx, name, slots, &r))
	if failed != nil {
		return r, fmt.Errorf("dispatch: %w", failed)
	}
	return r, nil
}

// full says whether there is nothing to take and nothing to look after.
func (d *Dispatcher) full(ctx context.Context) (bool, error) {
	slots, err := d.Ledger.Slots(ctx)
	if err != nil || len(slots.Taken) < d.Limits.Tasks {
		return false, err
	}
	now, err := d.Ledger.Now(ctx)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(slots.Taken, func(t ledger.Slot) bool { return t.Lapsed(now) }), nil
}

// take takes slots for what is planned, and for what was never confirmed.
func (d *Dispatcher) take(ctx context.Context, o ledger.Outlook, r *Report) ([]ledger.Slot, error) {
	for _, due := range o.Due {
		if !due.At.After(o.At) {
			r.Due++
		}
	}
	may, probes := open(d.Accounts, o)
	starts := Plan(Situation{Now: o.At, Due: o.Due, May: may, Probes: probes, Slots: o.Slots, Limits: d.Limits})
	wanted := ledger.Wanted{Seen: o.At, Max: d.Limits.Tasks, TTL: cmp.Or(d.Confirm, Confirm)}
	for _, s := range starts {
		r.Planned += len(s)
		wanted.Starts = append(wanted.Starts, s)
	}
	unconfirmed := slices.ContainsFunc(o.Slots.Taken, func(t ledger.Slot) bool { return t.Task == "" && t.Lapsed(o.At) })
	if len(starts) == 0 && !unconfirmed {
		return nil, nil
	}
	return d.Ledger.TakeSlots(ctx, wanted)
}

// answer is what a launcher said about the task of a slot.
type answer struct {
	slot ledger.Slot
	id   string
	err  error
}

// startAll asks for the tasks of slots, several at a time, and tells the ledger
// what became of each, one at a time: they all are in one item.
func (d *Dispatcher) startAll(ctx context.Context, name string, slots []ledger.Slot, r *Report) error {
	answers := make(chan answer)
	go func() {
		defer close(answers)
		work := pool.New().WithMaxGoroutines(together)
		for _, s := range slots {
			work.Go(func() {
				asked, cancel := context.WithTimeout(ctx, answered)
				defer cancel()
				id, err := d.Launcher.Start(asked, taskFor(name, s))
				answers <- answer{s, id, err}
			})
		}
		work.Wait()
	}()
	var failed []error
	for a := range answers {
		failed = append(failed, d.note(ctx, a, r))
	}
	return errors.Join(failed...)
}

// note tells the ledger what became of one task, be the pass at its end or not.
func (d *Dispatcher) note(ctx context.Context, a answer, r *Report) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noted)
	defer cancel()
	slot := a.slot
	switch {
	case errors.Is(a.err, ErrRefused):
		r.Refused++
		return errors.Join(fmt.Errorf("%s: %w", slot, a.err), d.Ledger.UndoSlot(ctx, slot))
	case a.err != nil:
		r.Open++
		return fmt.Errorf("%s: it is not known whether its task was started; the same is asked for again from %s: %w",
			slot, slot.Until.Format(time.RFC3339), a.err)
	}
	r.Started++
	err := d.Ledger.NoteTask(ctx, slot.N, slot.Fence, a.id, cmp.Or(d.Lease, Lease))
	switch {
	case errors.Is(err, ledger.ErrStale):
		return d.stop(ctx, a.id) // the slot is over, or another task's: this one must not go on
	case err == nil && slot.Asked > 1:
		return d.freeIfEnded(ctx, slot, a.id)
	}
	return err
}

// freeIfEnded gives back the slot of a task that may have come and gone while
// nobody knew of it.
func (d *Dispatcher) freeIfEnded(ctx context.Context, slot ledger.Slot, id string) error {
	states, err := d.Launcher.State(ctx, id)
	if err != nil || states[id] != Ended {
		return nil // it is found out when the lease is over
	}
	return d.Ledger.GiveSlot(ctx, slot.N, slot.Fence)
}
