// Package memory is a ledger's engine that keeps everything in memory and
// nothing when the program ends. It is for simulations, which open thousands of
// ledgers; it passes the same suite as the others, package ledgertest.
package memory

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// An Engine is the store. It is safe for use by several goroutines.
type Engine struct {
	name     string
	mu       sync.Mutex
	items    map[string]item
	accounts map[string]ledger.Account
	owed     map[string]map[string]int64 // by destination and submission: up to which entry it was told
}

// item is a submission with what lists show of it, and its history.
type item struct {
	s       submission.Submission
	summary ledger.Summary
	entries []submission.Entry
}

var _ ledger.Engine = (*Engine)(nil)

// New returns an empty engine.
func New() *Engine {
	return &Engine{name: strings.ToLower(rand.Text()), items: map[string]item{}, accounts: map[string]ledger.Account{},
		owed: map[string]map[string]int64{}}
}

// Name implements [ledger.Engine].
func (e *Engine) Name(ctx context.Context) (string, error) { return e.name, ctx.Err() }

// Load implements [ledger.Engine].
func (e *Engine) Load(ctx context.Context, id string) (submission.Submission, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	it, ok := e.items[id]
	if !ok {
		return submission.Submission{}, fmt.Errorf("submission %s: %w", id, ledger.ErrNotFound)
	}
	return copied(it.s), ctx.Err()
}

// Store implements [ledger.Engine].
func (e *Engine) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	if bad(s.ID) || bad(s.Key.Account) {
		return fmt.Errorf("store %q of account %q: %w", s.ID, s.Key.Account, ledger.ErrValue)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	it := e.items[s.ID]
	if it.s.Version != s.Version-1 {
		return fmt.Errorf("store %s: %w", s.ID, ledger.ErrConflict)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	it.s, it.summary, it.entries = copied(s), ledger.Summarize(s), append(slices.Clip(it.entries), entries...)
	e.items[s.ID] = it
	e.owe(s.ID, entries)
	return nil
}

// bad says whether no engine takes text as a name.
func bad(text string) bool {
	return text == "" || strings.ContainsRune(text, 0) || !utf8.ValidString(text)
}

// copied is s as a value of its own. What an attempt, a look or a finding points
// to is never changed by anybody.
func copied(s submission.Submission) submission.Submission {
	s.Revisions = slices.Clone(s.Revisions)
	for i := range s.Revisions {
		r := &s.Revisions[i]
		r.Attempts, r.Looks = slices.Clone(r.Attempts), slices.Clone(r.Looks)
		r.Copies, r.Findings = slices.Clone(r.Copies), slices.Clone(r.Findings)
	}
	return s
}

// History implements [ledger.Engine].
func (e *Engine) History(ctx context.Context, id string) ([]submission.Entry, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.items[id].entries), ctx.Err()
}

// List implements [ledger.Engine].
func (e *Engine) List(ctx context.Context, q ledger.Query) ([]ledger.Summary, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.chosen(q)
	slices.SortFunc(list, q.Compare)
	if q.After != "" && q.DueBy.IsZero() {
		after := e.items[q.After].summary
		list = slices.DeleteFunc(list, func(s ledger.Summary) bool { return q.Compare(s, after) <= 0 })
	}
	return list[:min(len(list), q.Max())], ctx.Err()
}

// CountOf implements [ledger.Engine].
func (e *Engine) CountOf(ctx context.Context, q ledger.Query) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.chosen(q)), ctx.Err()
}

// chosen are the summaries that q chooses, in no order. mu is held.
func (e *Engine) chosen(q ledger.Query) []ledger.Summary {
	var list []ledger.Summary
	for _, it := range e.items {
		if q.Chooses(it.summary) {
			list = append(list, it.summary)
		}
	}
	return list
}

// NextDue implements [ledger.Engine].
func (e *Engine) NextDue(ctx context.Context) ([]ledger.Due, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	next := map[string]time.Time{}
	for _, it := range e.items {
		s := it.summary
		if at, ok := next[s.Account]; !s.DueAt.IsZero() && s.Owner == "" && (!ok || s.DueAt.Before(at)) {
			next[s.Account] = s.DueAt
		}
	}
	var list []ledger.Due
	for _, account := range slices.Sorted(maps.Keys(next)) {
		list = append(list, ledger.Due{Account: account, At: next[account]})
	}
	return list, ctx.Err()
}

// Counts implements [ledger.Engine].
func (e *Engine) Counts(ctx context.Context) ([]ledger.Count, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := map[ledger.Count]int{}
	for _, it := range e.items {
		n[ledger.Count{Account: it.summary.Account, State: it.summary.State}]++
	}
	var list []ledger.Count
	for c, n := range n {
		c.N = n
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b ledger.Count) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.State, b.State))
	})
	return list, ctx.Err()
}

// Groups implements [ledger.Engine].
func (e *Engine) Groups(ctx context.Context) ([]ledger.Group, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return ledger.GroupAll(e.chosen(ledger.Query{})), ctx.Err()
}

// LoadAccount implements [ledger.Engine].
func (e *Engine) LoadAccount(ctx context.Context, name string) (ledger.Account, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a, ok := e.accounts[name]
	if !ok {
		a.Name = name
	}
	return account(a), ctx.Err()
}

// Accounts implements [ledger.Engine].
func (e *Engine) Accounts(ctx context.Context) ([]ledger.Account, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []ledger.Account
	for _, name := range slices.Sorted(maps.Keys(e.accounts)) {
		list = append(list, account(e.accounts[name]))
	}
	return list, ctx.Err()
}

// StoreAccount implements [ledger.Engine].
func (e *Engine) StoreAccount(ctx context.Context, a ledger.Account) error {
	if bad(a.Name) {
		return fmt.Errorf("store account %q: %w", a.Name, ledger.ErrValue)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.accounts[a.Name].Version != a.Version-1 {
		return fmt.Errorf("store account %s: %w", a.Name, ledger.ErrConflict)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	e.accounts[a.Name] = account(a)
	return nil
}

// account is a as a value of its own.
func account(a ledger.Account) ledger.Account {
	a.Visits, a.Notes = slices.Clone(a.Visits), slices.Clone(a.Notes)
	a.Login, a.Suspended, a.Paused, a.Site = pointed(a.Login), pointed(a.Suspended), pointed(a.Paused), pointed(a.Site)
	if a.Slots = pointed(a.Slots); a.Slots != nil {
		a.Slots.Taken, a.Slots.Stints = slices.Clone(a.Slots.Taken), maps.Clone(a.Slots.Stints)
		for i := range a.Slots.Taken {
			a.Slots.Taken[i].Accounts = slices.Clone(a.Slots.Taken[i].Accounts)
		}
	}
	if a.Strays = pointed(a.Strays); a.Strays != nil {
		a.Strays.List = slices.Clone(a.Strays.List)
	}
	return a
}

func pointed[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// Now implements [ledger.Engine].
func (e *Engine) Now(ctx context.Context) (time.Time, error) { return time.Now(), ctx.Err() }

// Close implements [ledger.Engine].
func (e *Engine) Close() error { return nil }
