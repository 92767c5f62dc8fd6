package dispatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"example.com/lodge/internal/ledger"
)

// lookAfter looks after the tasks whose lease is over, for want of a renewal: of
// those that have ended the slot is given back, and the others are told to end. A
// slot is never freed while its task may act. It returns the fences of the slots
// that are free now.
func (d *Dispatcher) lookAfter(ctx context.Context, o ledger.Outlook, r *Report) ([]int64, error) {
	var lapsed []ledger.Slot
	var ids []string
	for _, s := range o.Slots.Taken {
		if s.Task != "" && s.Lapsed(o.At) {
			lapsed, ids = append(lapsed, s), append(ids, s.Task)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	asked, cancel := context.WithTimeout(ctx, answered)
	defer cancel()
	states, err := d.Launcher.State(asked, ids...)
	if err != nil {
		return nil, fmt.Errorf("the leases of %d tasks are over, and it is not known whether they run; their slots stay taken: %w", len(ids), err)
	}
	var free []int64
	var failed []error
	for _, s := range lapsed {
		switch states[s.Task] {
		case Ended, Missing: // it was asked for a lease ago, so it is not too young to be known
			if err := d.Ledger.GiveSlot(ctx, s.N, s.Fence); err != nil {
				failed = append(failed, err)
				continue
			}
			free = append(free, s.Fence)
			r.Ended++
		case Running, Starting:
			failed = append(failed, d.outlived(ctx, s))
			r.Outlived++
		default:
			failed = append(failed, fmt.Errorf("%s: nothing was said of task %s; its slot stays taken", s, s.Task))
		}
	}
	return free, errors.Join(failed...)
}

// outlived tells a task whose lease is over to end, and leaves it the time to do so
// before anybody looks again.
func (d *Dispatcher) outlived(ctx context.Context, s ledger.Slot) error {
	if err := d.stop(ctx, s.Task); err != nil {
		return err
	}
	err := d.Ledger.NoteTask(ctx, s.N, s.Fence, s.Task, cmp.Or(d.Confirm, Confirm))
	if errors.Is(err, ledger.ErrStale) {
		return nil // it has ended meanwhile
	}
	return err
}

// stop tells a task to end.
func (d *Dispatcher) stop(ctx context.Context, task string) error {
	if err := d.Launcher.Stop(ctx, task); err != nil {
		return fmt.Errorf("task %s must end and could not be told so; it is told again: %w", task, err)
	}
	return nil
}

// Stopped gives back the slot of a task that has ended: the caller has proof, as
// the fleet's own event. Any order, and any number of times, is fine; so is a task
// that has no slot. A [Dispatcher.Pass] should follow, for what waited for the slot.
func (d *Dispatcher) Stopped(ctx context.Context, task string) error {
	slots, err := d.Ledger.Slots(ctx)
	if err != nil {
		return fmt.Errorf("task %s has ended: %w", task, err)
	}
	for _, s := range slots.Taken {
		if s.Task == task && task != "" {
			return d.Ledger.GiveSlot(ctx, s.N, s.Fence)
		}
	}
	return nil
}
