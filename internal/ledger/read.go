package ledger

import (
	"context"
	"fmt"
	"slices"
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

// CountOf returns how many submissions q chooses, whatever its Limit and After.
func (l *Ledger) CountOf(ctx context.Context, q Query) (int, error) { return l.engine.CountOf(ctx, q) }

// Groups returns what needs somebody, the alike of an account together, those
// that have waited longest first.
func (l *Ledger) Groups(ctx context.Context) ([]Group, error) { return l.engine.Groups(ctx) }

// All returns everything that q chooses, page by page.
func (l *Ledger) All(ctx context.Context, q Query) ([]Summary, error) { return l.all(ctx, q) }

// Limits are those under which the table is applied.
func (l *Ledger) Limits() submission.Limits { return l.limits }

// Due returns what there is to do for an account now: look-ups (submitted,
// uncertain) first, then ready, then what is accepted and is looked at again,
// oldest first; nothing that is held back, not due yet, or leased to a holder
// that lives. At most limit, 0 meaning 1,000; only what is in one of states, if any
// are given. What a dead holder left submitting is due after [Ledger.Takeover].
func (l *Ledger) Due(ctx context.Context, account string, limit int, states ...submission.State) ([]Summary, error) {
	now, err := l.engine.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("due: %w", err)
	}
	living, err := l.living(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("due: %w", err)
	}
	limit = Query{Limit: limit}.Max()
	list, err := l.engine.List(ctx, Query{Account: account, States: states, DueBy: now, Limit: limit + len(living)})
	if err != nil {
		return nil, fmt.Errorf("due: %w", err)
	}
	list = slices.DeleteFunc(list, func(s Summary) bool { return living[s.ID] })
	return list[:min(limit, len(list))], nil
}

// DueAccounts returns the names of the accounts that have something due now, in
// order. What dead holders left counts.
func (l *Ledger) DueAccounts(ctx context.Context) ([]string, error) {
	now, err := l.engine.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("due accounts: %w", err)
	}
	due, err := l.due(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("due accounts: %w", err)
	}
	var names []string
	for _, d := range due {
		if !d.At.After(now) {
			names = append(names, d.Account)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// NextDue returns when the next submission is due that no living holder has; it
// may have passed. The zero time means never.
func (l *Ledger) NextDue(ctx context.Context) (time.Time, error) {
	due, err := l.due(ctx, nil)
	if err != nil {
		return time.Time{}, fmt.Errorf("next due: %w", err)
	}
	var next time.Time
	for _, d := range due {
		if next.IsZero() || d.At.Before(next) {
			next = d.At
		}
	}
	return next, nil
}

// due is the engine's answer with what dead holders left, but for the accounts
// that are busy: of those it is not asked who lives.
func (l *Ledger) due(ctx context.Context, busy func(account string) bool) ([]Due, error) {
	due, err := l.engine.NextDue(ctx)
	if err != nil {
		return nil, err
	}
	held, err := l.held(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, s := range held {
		at := s.DueAt
		if s.State == submission.Submitting { // to be looked up if its holder is dead
			at = s.UpdatedAt
		}
		if at.IsZero() || busy != nil && busy(s.Account) {
			continue
		}
		if l.dead(ctx, s.Owner) {
			due = append(due, Due{s.Account, at})
		}
	}
	return due, nil
}

// living are the submissions of an account that living holders have.
func (l *Ledger) living(ctx context.Context, account string) (map[string]bool, error) {
	held, err := l.held(ctx, account)
	if err != nil {
		return nil, err
	}
	living := map[string]bool{}
	for _, s := range held {
		if !l.dead(ctx, s.Owner) {
			living[s.ID] = true
		}
	}
	return living, nil
}
