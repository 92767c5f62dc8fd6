package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// Enrol implements [ledger.Engine].
func (e *Engine) Enrol(ctx context.Context, destination string) error {
	if bad(destination) {
		return fmt.Errorf("enrol %q: %w", destination, ledger.ErrValue)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.owed[destination] == nil {
		e.owed[destination] = map[string]int64{}
	}
	return ctx.Err()
}

// Dismiss implements [ledger.Engine].
func (e *Engine) Dismiss(ctx context.Context, destination string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.owed, destination)
	return ctx.Err()
}

// Owed implements [ledger.Engine].
func (e *Engine) Owed(ctx context.Context, destination, after string, limit int) ([]ledger.Owed, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []ledger.Owed
	for _, id := range slices.Sorted(maps.Keys(e.owed[destination])) {
		if id > after && len(list) < limit {
			list = append(list, ledger.Owed{ID: id, Delivered: e.owed[destination][id]})
		}
	}
	return list, ctx.Err()
}

// Delivered implements [ledger.Engine].
func (e *Engine) Delivered(ctx context.Context, destination, id string, seq int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if told, ok := e.owed[destination][id]; ok {
		e.owed[destination][id] = max(told, seq)
		if last := lastOf(e.items[id].entries); max(told, seq) >= last {
			delete(e.owed[destination], id)
		}
	}
	return ctx.Err()
}

// owe has all destinations owed the entries of a submission. mu is held.
func (e *Engine) owe(id string, entries []submission.Entry) {
	if len(entries) == 0 {
		return
	}
	first := slices.MinFunc(entries, func(a, b submission.Entry) int { return cmp.Compare(a.Seq, b.Seq) }).Seq
	for _, owed := range e.owed {
		if _, ok := owed[id]; !ok {
			owed[id] = first - 1
		}
	}
}

// lastOf is the greatest number of the entries.
func lastOf(entries []submission.Entry) (last int64) {
	for _, entry := range entries {
		last = max(last, entry.Seq)
	}
	return last
}
