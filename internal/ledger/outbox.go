package ledger

import (
	"context"
	"fmt"
)

// Owed says how far a destination was told of a submission whose history has
// gone on since.
type Owed struct {
	ID        string // of the submission
	Delivered int64  // Seq of the last entry that the destination was told of; 0: of none
}

// Enrol has a destination be owed every entry that is written from now on, and
// nothing of what was written before. Enrolling again changes nothing.
func (l *Ledger) Enrol(ctx context.Context, destination string) error {
	if err := l.engine.Enrol(ctx, destination); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// Dismiss forgets a destination with all that is owed to it. One that is
// enrolled again begins anew.
func (l *Ledger) Dismiss(ctx context.Context, destination string) error {
	if err := l.engine.Dismiss(ctx, destination); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// Owed returns what a destination was not told of yet: at most limit
// submissions, in the order of ids, those after the id after.
func (l *Ledger) Owed(ctx context.Context, destination, after string, limit int) ([]Owed, error) {
	list, err := l.engine.Owed(ctx, destination, after, limit)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return list, nil
}

// Delivered notes that a destination was told of a submission's history up to
// the entry seq. The number only grows. It is no change of the submission: its
// version, fence and lease stay as they are.
func (l *Ledger) Delivered(ctx context.Context, destination, id string, seq int64) error {
	if err := l.engine.Delivered(ctx, destination, id, seq); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}
