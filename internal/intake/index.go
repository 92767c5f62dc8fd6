package intake

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"time"
)

// indexName is the file below the state folder that remembers which files were
// taken.
const indexName = "intake.json"

// recheck is how long the index is believed. After that a file is read and
// registered again, which the ledger takes silently: should the ledger have
// been put back to an older copy, nothing stays hidden longer than a day.
const recheck = 24 * time.Hour

// A place is where a file lies, by the names as shown.
type place struct{ Account, File string }

// A stamp tells one version of a file from another without reading it. Times
// are in nanoseconds since 1970.
type stamp struct {
	Size     int64 `json:"size"`
	Modified int64 `json:"modified"`
	Changed  int64 `json:"changed,omitempty"` // set by the system on each change, no program can put it back; 0: not known here
}

// stampOf is the stamp of a file.
func stampOf(info fs.FileInfo) stamp {
	return stamp{info.Size(), info.ModTime().UnixNano(), changeOf(info)}
}

// version is what of a stamp survives a copy of the inbox.
func (s stamp) version() stamp { return stamp{Size: s.Size, Modified: s.Modified} }

// An entry is what is remembered of a file.
type entry struct {
	place
	Stamp  stamp     `json:"stamp"`
	SHA    string    `json:"sha,omitempty"` // "": only seen yet, not taken
	Status Status    `json:"status,omitempty"`
	At     time.Time `json:"at"` // when it was taken, or first seen with this stamp
}

// An index remembers which files were taken, so that looking through an inbox
// of years is cheap. It is no truth: without it everything is read again and
// the ledger tells what is known.
type index struct {
	entries map[place]entry
	changed bool
}

// loadIndex reads the index; one that cannot be read is begun anew. Files that
// were quarantined are forgotten, since a newer program may judge them better.
func loadIndex(state *os.Root) *index {
	x := &index{entries: map[place]entry{}}
	content, err := state.ReadFile(indexName)
	if err != nil {
		return x
	}
	var list []entry
	if json.Unmarshal(content, &list) != nil {
		return x
	}
	for _, e := range list {
		if e.Status != Quarantined {
			x.entries[e.place] = e
		}
	}
	return x
}

// save writes the index in place of the old one. A power cut may cost both,
// which costs a second reading.
func (x *index) save(state *os.Root) error {
	if !x.changed {
		return nil
	}
	list := make([]entry, 0, len(x.entries))
	for e := range maps.Values(x.entries) {
		list = append(list, e)
	}
	content, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("remember what was taken: %w", err)
	}
	temporary := ".intake-" + rand.Text()
	if err = state.WriteFile(temporary, content, 0o600); err == nil {
		err = state.Rename(temporary, indexName)
	}
	if err != nil {
		_ = state.Remove(temporary) // what stays is a hidden file that nobody reads
		return fmt.Errorf("remember what was taken; the next scan reads it again: %w", err)
	}
	x.changed = false
	return nil
}

// settles is when a file may be taken: once it was left alone for a while, by
// its own time or by ours. Its own may lie in the future.
func (x *index) settles(p place, s stamp, now time.Time, settle time.Duration) time.Time {
	byFile := time.Unix(0, s.Modified).Add(settle)
	if !byFile.After(now) {
		return byFile
	}
	e, ok := x.entries[p]
	if !ok || e.Stamp != s {
		e = entry{place: p, Stamp: s, At: now}
		x.set(e)
	}
	if ours := e.At.Add(settle); ours.Before(byFile) {
		return ours
	}
	return byFile
}

// fresh reports whether this version of a file was taken not long ago.
func (x *index) fresh(p place, s stamp, now time.Time) bool {
	e, ok := x.entries[p]
	return ok && e.SHA != "" && e.Stamp == s && now.Sub(e.At) < recheck && !e.At.After(now)
}

// took remembers that a file was taken.
func (x *index) took(p place, s stamp, sha string, status Status, now time.Time) {
	x.set(entry{p, s, sha, status, now})
}

func (x *index) set(e entry) {
	x.entries[e.place] = e
	x.changed = true
}

// keepOnly forgets files that are gone.
func (x *index) keepOnly(met map[place]bool) {
	before := len(x.entries)
	maps.DeleteFunc(x.entries, func(p place, _ entry) bool { return !met[p] })
	x.changed = x.changed || len(x.entries) != before
}
