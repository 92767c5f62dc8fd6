package memory

import (
	"maps"

	"example.com/lodge/internal/ledger"
)

// A Snapshot is what an engine held at a moment.
type Snapshot struct {
	items    map[string]item
	accounts map[string]ledger.Account
	owed     map[string]map[string]int64
}

// Snapshot is what e holds now: a backup. Nothing that is stored is ever changed
// in place, so that the items themselves need no copy.
func (e *Engine) Snapshot() Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return Snapshot{maps.Clone(e.items), maps.Clone(e.accounts), owedOf(e.owed)}
}

// Restore has e hold what s says, and nothing else. s can be used again.
func (e *Engine) Restore(s Snapshot) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.items, e.accounts, e.owed = maps.Clone(s.items), maps.Clone(s.accounts), owedOf(s.owed)
}

func owedOf(owed map[string]map[string]int64) map[string]map[string]int64 {
	all := map[string]map[string]int64{}
	for destination, of := range owed {
		all[destination] = maps.Clone(of)
	}
	return all
}
