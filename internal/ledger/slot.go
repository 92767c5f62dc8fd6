package ledger

import (
	"context"
	"fmt"
	"time"
)

// slotsItem is the name of the one item that holds all slots, among those of
// accounts. In one item both limits, how many tasks and no account in two of
// them, are one conditional write.
const slotsItem = "slots" + itemMark

// A Slot is the right to run one task. It is in use from when it is taken until
// it is given back; time alone never frees it. Its lease says who looks after it:
// when that has run out, a task that was never confirmed is asked for again, under
// the same fence, and of one that is known it is found out whether it lives.
type Slot struct {
	N        int       `json:"n"`        // from 1; free numbers are given again
	Fence    int64     `json:"fence"`    // of this taking, and of no other in the ledger's life
	Accounts []string  `json:"accounts"` // that its task, and no other, may work on
	Until    time.Time `json:"until"`    // of the lease, on the ledger's clock
	Task     string    `json:"task,omitempty"`
	Asked    int       `json:"asked"` // how many times a task was asked for, or is being
}

// Lapsed says whether the slot's lease has run out.
func (s Slot) Lapsed(now time.Time) bool { return !now.Before(s.Until) }

// String names the slot for people.
func (s Slot) String() string { return slotName(s.N, s.Fence) }

func slotName(n int, fence int64) string { return fmt.Sprintf("slot %d (fence %d)", n, fence) }

// A Stint is an account's last time in a slot. Whoever plans sees by it who has
// waited longest, and whose tasks get nowhere.
type Stint struct {
	At   time.Time `json:"at"`             // when the slot was taken
	Due  time.Time `json:"due"`            // since when the account's earliest work was due then
	Vain int       `json:"vain,omitempty"` // stints just before it that left the same work due
}

// Slots are those in use, and what is remembered of accounts.
type Slots struct {
	Fence  int64            `json:"fence"`            // the last one given
	Taken  []Slot           `json:"taken,omitempty"`  // in the order of their numbers
	Stints map[string]Stint `json:"stints,omitempty"` // by account; those of the last day
}

// Wanted is what is asked of [Ledger.TakeSlots].
type Wanted struct {
	Starts [][]Due       // one slot each, for these accounts, with what they have due; the most urgent first
	Seen   time.Time     // when it was seen what is due, on the ledger's clock
	Max    int           // slots in use, at most
	TTL    time.Duration // of the lease until the task is known
}

// TakeSlots takes as many of the slots wanted as may be, in one write, and returns
// those for which a task is to be asked for now: those taken, and those of others
// whose task was never confirmed and whose lease has run out. At most w.Max slots
// are in use, and no account is in two of them, nor comes back by a plan that was
// made before its last slot was taken: it is left out, and a slot without accounts
// is not taken. [Ledger.NoteTask] or [Ledger.UndoSlot] follows.
func (l *Ledger) TakeSlots(ctx context.Context, w Wanted) ([]Slot, error) {
	if w.TTL <= 0 {
		return nil, fmt.Errorf("take slots: a lease of %s is none", w.TTL)
	}
	var ask []Slot
	err := l.writeSlots(ctx, func(s Slots, now time.Time) (Slots, error) {
		s, ask = s.take(now, w)
		if len(ask) == 0 {
			return s, errNothing
		}
		return s, nil
	})
	if err != nil {
		return nil, fmt.Errorf("take slots: %w", err)
	}
	return ask, nil
}

// NoteTask notes which task was started for a slot, and makes its lease last ttl
// from now, if it does not last longer. It fails with [ErrStale] if the slot was
// given back, as by a task that was quick, or belongs to another task: this one
// must end then. Again: it is as the first time.
func (l *Ledger) NoteTask(ctx context.Context, n int, fence int64, task string, ttl time.Duration) error {
	err := l.writeSlots(ctx, func(s Slots, now time.Time) (Slots, error) { return s.hold(n, fence, task, now.Add(ttl)) })
	if err != nil {
		return fmt.Errorf("note task %s for %s: %w", task, slotName(n, fence), err)
	}
	return nil
}

// RenewSlot is for the task itself, which shows by it that it lives: the lease
// lasts ttl from now, more than twice [Margin]. The first renewal also confirms a
// task whose start was never answered. It fails with [ErrStale] when the slot is
// no longer this task's, which then claims nothing any more and ends.
func (l *Ledger) RenewSlot(ctx context.Context, n int, fence int64, task string, ttl time.Duration) (Claim, error) {
	deadline, err := l.deadline(task, ttl)
	if err != nil {
		return Claim{}, err
	}
	err = l.writeSlots(ctx, func(s Slots, now time.Time) (Slots, error) { return s.hold(n, fence, task, now.Add(ttl)) })
	if err != nil {
		return Claim{}, fmt.Errorf("renew %s for task %s: %w", slotName(n, fence), task, err)
	}
	return Claim{ID: slotName(n, fence), Owner: task, Fence: fence, Deadline: deadline}, nil
}

// GiveSlot frees a slot. Whoever calls it has proof that its task has ended, or is
// that task and has let go of all accounts. A fence that is not the slot's is
// normal, since several learn of the same end: nothing changes.
func (l *Ledger) GiveSlot(ctx context.Context, n int, fence int64) error {
	err := l.writeSlots(ctx, func(s Slots, _ time.Time) (Slots, error) {
		return s.without(func(t Slot) bool { return t.N == n && t.Fence == fence })
	})
	if err != nil {
		return fmt.Errorf("give back %s: %w", slotName(n, fence), err)
	}
	return nil
}

// UndoSlot frees a slot that [Ledger.TakeSlots] returned and for which a task was
// refused, which says nothing about other askings: it is only done where that was
// the first, and nobody has asked again meanwhile. Else nothing changes, and the
// task is asked for again when the lease has run out.
func (l *Ledger) UndoSlot(ctx context.Context, slot Slot) error {
	err := l.writeSlots(ctx, func(s Slots, _ time.Time) (Slots, error) { return s.undo(slot) })
	if err != nil {
		return fmt.Errorf("give back %s: %w", slot, err)
	}
	return nil
}

// Slots returns the slots in use, with what is remembered of accounts.
func (l *Ledger) Slots(ctx context.Context) (Slots, error) {
	a, err := l.engine.LoadAccount(ctx, slotsItem)
	if err != nil {
		return Slots{}, fmt.Errorf("slots: %w", err)
	}
	return a.slots(), nil
}

func (a Account) slots() Slots {
	if a.Slots == nil {
		return Slots{}
	}
	return *a.Slots
}

// writeSlots changes the item of all slots; errNothing from change ends it
// without a write and without an error.
func (l *Ledger) writeSlots(ctx context.Context, change func(Slots, time.Time) (Slots, error)) error {
	_, err := l.writeAccount(ctx, slotsItem, func(a *Account, now time.Time) error {
		after, err := change(a.slots(), now)
		if err == nil {
			a.Slots = &after
		}
		return err
	})
	return err
}
