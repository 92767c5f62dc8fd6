package campaign

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/recovery"
)

// backup is a copy of the ledger, as nightly backups make them.
type backup struct {
	ledger memory.Snapshot
	at     time.Time // on the world's wall
	heard  map[string]int64
}

// disaster has the ledger replaced by an older one, once: everything that runs is
// killed, a backup takes the ledger's place, and the evidence stays.
func (w *World) disaster(ctx context.Context) {
	if !clock.Pause(ctx, w.chance.between("backup", time.Hour, stormy/2)) {
		return
	}
	copied := backup{w.memory.Snapshot(), w.wall(), w.receiver.knows()}
	w.story.tell(w.now(), "BACKUP of the ledger")
	if !clock.Pause(ctx, w.chance.between("disaster", time.Minute, stormy/2)) {
		return
	}
	w.mu.Lock()
	running := slices.SortedFunc(maps.Values(w.processes), func(a, b *process) int { return cmp.Compare(a.id, b.id) })
	w.restoredFrom, w.restored = copied.at, true
	w.marked = w.chance.of("restored by lodge", 0.5)
	w.seen.Faults[ledgerRestored.String()]++
	clear(w.fences)
	w.mu.Unlock()
	for _, p := range running {
		p.kill("is ended: the ledger is replaced")
	}
	w.memory.Restore(copied.ledger)
	w.receiver.forgets(copied.heard)
	w.story.tell(w.now(), "RESTORE of the ledger of %s; by lodge restore: %t", copied.at.Sub(w.begun), w.marked)
	if clock.Pause(ctx, w.chance.between("intake reads all again", 0, 24*time.Hour)) { // as it does once a day
		w.again(ctx)
	}
}

// learns is what a program does before anything else, as lodge run does it: a
// ledger that is older than its evidence is brought up to it. False: p died, or
// could not, and nothing may be filed.
func (w *World) learns(p *process) bool {
	w.mu.Lock()
	since, marked := w.restoredFrom, w.restored && w.marked
	w.mu.Unlock()
	r := recovery.Recovery{Ledger: p.ledger, Evidence: p.store, Who: p.id}
	if w.Rules.Recovery {
		return true // knocked out: whatever ledger is there is believed
	}
	behind := marked
	var err error
	if marked {
		r.Since = since
	} else {
		behind, err = r.Behind(p.ctx, []string{account})
	}
	if err == nil && behind {
		var report recovery.Report
		report, err = r.Run(p.ctx)
		w.story.tell(w.now(), "RECOVERY by %s: %+v: %v", p.id, report, err)
		w.again(p.ctx) // intake has forgotten what it took in, and the files lie in the inbox still
	}
	if err != nil {
		w.story.tell(w.now(), "%s files nothing: %v", p.id, err)
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.restored {
		w.restored = false
	}
	return !p.isDead()
}

// again has every file of the inbox arrive once more, in the order of old.
func (w *World) again(ctx context.Context) {
	w.mu.Lock()
	files := w.inbox
	w.mu.Unlock()
	for _, f := range files {
		w.arrive(ctx, w.neutral(), f.number, f.version, f.prefix)
	}
}
