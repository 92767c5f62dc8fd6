package browser

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// A NoteKind says what a [Note] is about.
type NoteKind string

// The kinds of notes: a step, or what the guard saw.
const (
	Stepped  NoteKind = "step"
	Dialog   NoteKind = "dialog"
	Popup    NoteKind = "popup"
	Download NoteKind = "download"
	Crash    NoteKind = "crash"
)

// A Note is one thing that a tab did, or that its guard saw.
type Note struct {
	At       time.Time
	Took     time.Duration // of a step
	Kind     NoteKind
	What     string // without values, and without the query of addresses
	Accepted bool   // of a dialog: it was answered with yes
	Err      error  // of a step; nil: it worked
}

// MarshalJSON implements [json.Marshaler], for evidence: what a person reads.
func (n Note) MarshalJSON() ([]byte, error) {
	said := ""
	if n.Err != nil {
		said = n.Err.Error()
	}
	return json.Marshal(struct {
		At       time.Time `json:"at"`
		Kind     NoteKind  `json:"kind"`
		What     string    `json:"what"`
		MS       int64     `json:"ms"`
		Accepted bool      `json:"accepted,omitempty"`
		Error    string    `json:"error,omitempty"`
	}{n.At.UTC(), n.Kind, n.What, n.Took.Milliseconds(), n.Accepted, said})
}

// traceLength is how many notes a tab keeps.
const traceLength = 200

// A trace keeps the latest notes, and tells who wants to know.
type trace struct {
	mu       sync.Mutex
	notes    []Note
	watchers map[int]func(Note)
	next     int
}

func (t *trace) add(n Note) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, n)
	if extra := len(t.notes) - traceLength; extra > 0 {
		t.notes = slices.Delete(t.notes, 0, extra)
	}
	for _, watch := range t.watchers {
		watch(n)
	}
}

// saw notes what the guard saw.
func (t *trace) saw(kind NoteKind, what string) { t.add(Note{At: time.Now(), Kind: kind, What: what}) }

// Trace returns what the tab did and saw of late, in order.
func (t *Tab) Trace() []Note {
	t.trace.mu.Lock()
	defer t.trace.mu.Unlock()
	return slices.Clone(t.trace.notes)
}

// Watch has see called with each note as it is made, until stop is called. It
// is called on the goroutine that reads the tab's events: it must not block,
// and must not act on the tab.
func (t *Tab) Watch(see func(Note)) (stop func()) {
	w := &t.trace
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watchers == nil {
		w.watchers = map[int]func(Note){}
	}
	id := w.next
	w.next++
	w.watchers[id] = see
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.watchers, id)
	}
}
