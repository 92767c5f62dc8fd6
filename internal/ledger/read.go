package ledger

import (
	"context"
	"time"

	"example.com/lodge/internal/submission"
)

// Get returns a submission, or [ErrNotFound].
func (l *Ledger) Get(ctx context.Context, id string) (submission.Submission, error) {
	return l.engine.Load(ctx, id)
}

// History returns what happened to a submission, oldest first.
func (l *Ledger) History(ctx context.Context, id string) ([]submission.Entry, error) {
	return l.engine.History(ctx, id)
}

// List returns summaries; see [Query].
func (l *Ledger) List(ctx context.Context, q Query) ([]Summary, error) { return l.engine.List(ctx, q) }

// Counts returns how many submissions each account has in each state.
func (l *Ledger) Counts(ctx context.Context) ([]Count, error) { return l.engine.Counts(ctx) }

// Due returns what there is to do for an account now: look-ups (submitted,
// uncertain) first, then ready, oldest first; nothing that is held back, not due
// yet, or leased to a holder that lives.
func (l *Ledger) Due(ctx context.Context, account string, limit int) ([]Summary, error) {
	return nil, errLater
}

// DueAccounts returns the names of the accounts that have something due now.
func (l *Ledger) DueAccounts(ctx context.Context) ([]string, error) { return nil, errLater }

// NextDue returns when the next submission is due that no living holder has; it
// may have passed. The zero time means never.
func (l *Ledger) NextDue(ctx context.Context) (time.Time, error) { return time.Time{}, errLater }
