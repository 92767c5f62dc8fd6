package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/lodge/internal/submission"
)

// An Ender is [Holders] that can be told to end, as tasks of a cloud can: there a
// program may go on that nobody can look at. Those of one machine are no Ender:
// the kernel tells when they are gone.
type Ender interface {
	// End tells owner's process to end, and why, and does not wait for it: that it
	// has ended is for Dead to say, and nothing of owner's is touched before. Of one
	// that has ended, or was told before, it is no error. owner names a whole
	// process, without what its parts add after a "/".
	End(ctx context.Context, owner, why string) error
}

// Forgetful are [Holders] that know the dead for a while only, as ECS knows its
// tasks. Later they can still tell them from those that they do not know yet, if
// they are told how long ago a lease of theirs ended: its holder lived when it
// took it.
type Forgetful interface {
	// DeadSince is [Holders.Dead] of one whose lease ended that long ago on the
	// ledger's clock; less than 0: it has not ended.
	DeadSince(ctx context.Context, owner string, ended time.Duration) (bool, error)
}

// deadSince asks whether the holder of a lease is known to be dead.
func (l *Ledger) deadSince(ctx context.Context, lease submission.Lease, now time.Time) (bool, error) {
	if f, ok := l.holders.(Forgetful); ok {
		return f.DeadSince(ctx, lease.Owner, now.Sub(lease.Until))
	}
	return l.holders.Dead(ctx, lease.Owner)
}

// A pass is one takeover: who does it, and the processes it met whose lease ran
// out and that are not proven dead, each with what it holds.
type pass struct {
	who  string
	late map[string]*HeldError
}

// met notes what keeps a lease from being taken. A process does not end itself:
// what it began and did not finish is its own to settle.
func (p pass) met(err error, now time.Time) {
	held, ok := errors.AsType[*HeldError](err)
	if !ok || now.Before(held.Lease.Until) {
		return
	}
	if owner := process(held.Lease.Owner); owner != process(p.who) {
		p.late[owner] = held
	}
}

// process is the part of an owner's name that all parts of one process share.
func process(owner string) string {
	name, _, _ := strings.Cut(owner, "/")
	return name
}

// end tells each process that p met to end, once.
func (l *Ledger) end(ctx context.Context, p pass) error {
	ender, ok := l.holders.(Ender)
	if !ok {
		return nil
	}
	var failed []error
	for _, owner := range slices.Sorted(maps.Keys(p.late)) {
		held := p.late[owner]
		// Without what it holds: whoever reads a cloud's events need not know whose invoices these are.
		why := fmt.Sprintf("a lease ended at %s and was not renewed; %s waits for the end", held.Lease.Until.Format(time.RFC3339), p.who)
		if err := ender.End(ctx, owner, why); err != nil {
			failed = append(failed, fmt.Errorf("%s: %s has it and could not be told to end: %w", held.What, owner, err))
		}
	}
	return errors.Join(failed...)
}
