package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/submission"
)

// maxConflicts is how often one write is tried again after somebody else's.
// Each conflict means that another writer got through, so this is never met but
// by a mistake.
const maxConflicts = 100

// A move is what one write does to a submission: it changes s and returns what
// to add to the history, or an error, and nothing is written.
type move func(s *submission.Submission, now time.Time) ([]submission.Entry, error)

// write loads a submission, changes it and stores it, again on a conflict.
func (l *Ledger) write(ctx context.Context, id string, change move) (submission.Submission, error) {
	load := func() (submission.Submission, error) { return l.engine.Load(ctx, id) }
	return l.writeFrom(ctx, load, change)
}

// writeFrom is write with a way to load of its own. errNothing from change ends
// it without a write and without an error.
func (l *Ledger) writeFrom(ctx context.Context, load func() (submission.Submission, error), change move) (submission.Submission, error) {
	for range maxConflicts {
		s, err := load()
		if err != nil {
			return submission.Submission{}, err
		}
		now, err := l.engine.Now(ctx)
		if err != nil {
			return submission.Submission{}, fmt.Errorf("the ledger's clock: %w", err)
		}
		entries, err := change(&s, now.UTC().Round(0))
		if errors.Is(err, errNothing) {
			return s, nil
		}
		if err != nil {
			return submission.Submission{}, err
		}
		s.Version++
		err = l.engine.Store(ctx, s, entries)
		if err == nil {
			return s, nil
		}
		if !errors.Is(err, ErrConflict) {
			return submission.Submission{}, fmt.Errorf("%s: %w", s.Key, err)
		}
	}
	return submission.Submission{}, fmt.Errorf("gave up after %d tries: %w", maxConflicts, ErrConflict)
}

// errNothing says that there is nothing to write.
var errNothing = errors.New("nothing to write")

// apply lets the table decide and puts what it says into s.
func (l *Ledger) apply(s *submission.Submission, e submission.Event) ([]submission.Entry, error) {
	after, entries, err := s.Apply(e, l.limits)
	if err != nil {
		return nil, err
	}
	*s = after
	return entries, nil
}

// take is nil if owner may take lease: nobody has it, its holder is dead, or it
// is owner's own and has run out. Time alone frees nobody else's lease. Else it
// is a HeldError about what.
func (l *Ledger) take(ctx context.Context, lease submission.Lease, owner, what string, now time.Time) error {
	held := &HeldError{What: what, Lease: lease}
	switch lease.Owner {
	case "":
		return nil
	case owner:
		if now.Before(lease.Until) {
			return held
		}
		return nil
	}
	dead, err := l.deadSince(ctx, lease, now)
	if dead && err == nil {
		return nil
	}
	held.Unknown = err
	return held
}

// dead says whether owner is known to be dead.
func (l *Ledger) dead(ctx context.Context, owner string) bool {
	dead, err := l.holders.Dead(ctx, owner)
	return dead && err == nil
}

// reclaim frees s of its holder's lease, which who found to be free. What the
// holder left submitting becomes uncertain.
func (l *Ledger) reclaim(s *submission.Submission, who string, now time.Time) ([]submission.Entry, error) {
	if s.Lease.Owner == "" && !s.Submitting() {
		return nil, nil
	}
	e := submission.Event{
		Kind: submission.Noted, Actor: submission.ByTakeover, Who: who, At: now,
		Why: "taken over from " + s.Lease.Owner,
	}
	if s.Submitting() {
		e.Kind, e.Why = submission.Lost, ""
	}
	entries, err := l.apply(s, e)
	if err != nil {
		return nil, err
	}
	s.Lease = submission.Lease{}
	return entries, nil
}
