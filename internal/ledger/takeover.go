package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/internal/submission"
)

// Takeover frees what dead holders left, submissions and visits to accounts, and
// of who itself the leases that ran out. What a dead holder left submitting
// becomes uncertain (row 12). It never acts by time alone: a holder whose lease
// ran out and that is not proven dead is told to end, if the holders are an
// [Ender], and what it has is left to a later Takeover. It returns the
// submissions that it touched; what could not be freed, or of whose holder
// nothing can be known, is left alone, and the error tells of it after all else
// was done. A run calls it first and then now and again.
func (l *Ledger) Takeover(ctx context.Context, who string) ([]Summary, error) {
	held, err := l.held(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("takeover: %w", err)
	}
	p := pass{who: who, late: map[string]*HeldError{}}
	var taken []Summary
	var failed []error
	for _, h := range held {
		s, err := l.takeOver(ctx, h.ID, p)
		switch {
		case err != nil:
			failed = append(failed, err)
		case s.Lease.Owner == "":
			taken = append(taken, Summarize(s))
		}
	}
	if err := l.sweepAccounts(ctx, p); err != nil {
		failed = append(failed, err)
	}
	if err := l.end(ctx, p); err != nil {
		failed = append(failed, err)
	}
	if len(failed) > 0 {
		return taken, fmt.Errorf("takeover: %w", errors.Join(failed...))
	}
	return taken, nil
}

// takeOver frees one submission if p's who may.
func (l *Ledger) takeOver(ctx context.Context, id string, p pass) (submission.Submission, error) {
	return l.write(ctx, id, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		err := l.mayTake(ctx, *s, p.who, now)
		p.met(err, now)
		if held, ok := errors.AsType[*HeldError](err); ok && held.Unknown == nil {
			return nil, errNothing
		}
		if err != nil {
			return nil, err
		}
		return l.reclaim(s, p.who, now)
	})
}

// sweepAccounts drops the visits to accounts that p's who may take over.
func (l *Ledger) sweepAccounts(ctx context.Context, p pass) error {
	accounts, err := l.Accounts(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, a := range accounts {
		if len(a.Visits) == 0 {
			continue
		}
		_, err := l.writeAccount(ctx, a.Name, func(a *Account, now time.Time) error {
			n := len(a.Visits)
			for _, err := range l.sweep(ctx, a, p.who, now) {
				p.met(err, now) // whoever is alive keeps the lease, which is no failure
			}
			if len(a.Visits) == n {
				return errNothing
			}
			return nil
		})
		if err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// sweep drops the visits of an account that who may take over, and returns what
// keeps each of the others.
func (l *Ledger) sweep(ctx context.Context, a *Account, who string, now time.Time) []error {
	var held []error
	a.Visits = slices.DeleteFunc(slices.Clone(a.Visits), func(v Visiting) bool {
		err := l.take(ctx, v.Lease, who, "account "+a.Name, now)
		if err != nil {
			held = append(held, err)
		}
		return err == nil
	})
	return held
}

// Owners returns every holder that a lease is in the name of, each once. Only
// the lock files of other holders may be swept.
func (l *Ledger) Owners(ctx context.Context) ([]string, error) {
	held, err := l.held(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("owners: %w", err)
	}
	accounts, err := l.engine.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("owners: %w", err)
	}
	var owners []string
	for _, h := range held {
		owners = append(owners, h.Owner)
	}
	for _, a := range accounts {
		for _, v := range a.Visits {
			owners = append(owners, v.Owner)
		}
		if a.Site != nil && a.Site.Probe != nil {
			owners = append(owners, a.Site.Probe.Owner)
		}
	}
	slices.Sort(owners)
	return slices.Compact(owners), nil
}

// held lists the leased submissions of an account, or of all ("").
func (l *Ledger) held(ctx context.Context, account string) ([]Summary, error) {
	leased := true
	return l.all(ctx, Query{Account: account, Held: &leased})
}

// all reads q to its end.
func (l *Ledger) all(ctx context.Context, q Query) ([]Summary, error) {
	var list []Summary
	for {
		page, err := l.engine.List(ctx, q)
		if err != nil {
			return nil, err
		}
		list = append(list, page...)
		if len(page) < q.Max() {
			return list, nil
		}
		q.After = page[len(page)-1].ID
	}
}
