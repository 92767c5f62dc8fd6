package submission_test

import (
	"fmt"
	"slices"
	"testing"

	"example.com/lodge/carriers"
	. "example.com/lodge/internal/submission"
)

// searched is how many events deep TestSearch goes from each beginning, and
// widest how many revisions it lets arrive.
const (
	searched = 4
	widest   = 3
)

// TestSearch tries every order of events, as far as it goes, and holds each end
// to the promise: nothing is sent while something may be at the carrier or while
// a person holds it back, and there are never two live revisions. Ends that differ in nothing that the table looks at are
// followed once. Eight events deep from nothing it met 32,333 ends.
func TestSearch(t *testing.T) {
	seen := map[string]bool{}
	edge := []*tale{
		newTale(), told(t, uncertain()...), told(t, stuck()...), told(t, then(stuck(), other())...),
		told(t, rejected()...), told(t, accepted()...), told(t, then(uncertain(), absent("v1"), absent("v2"))...),
	}
	edge = append(edge, recoveredEdges(t)...)
	for depth := range searched {
		var next []*tale
		for _, from := range edge {
			for _, e := range anyOf(from.s, depth) {
				to := *from
				to.history = slices.Clip(from.history)
				open, held := from.openSends(), from.held()
				if to.tell(e, Limits{}) != nil {
					continue
				}
				if wrong := to.filedWrongly(open, held); wrong != "" {
					t.Fatalf("%s after %s", wrong, to.story())
				}
				if mark := to.mark(); !seen[mark] {
					seen[mark] = true
					next = append(next, &to)
					to.promise(t)
				}
			}
		}
		edge = next
	}
	if len(seen) < 1000 {
		t.Errorf("only %d ends were met", len(seen))
	}
	t.Logf("%d ends", len(seen))
}

func (t *tale) promise(tt *testing.T) {
	tt.Helper()
	live := 0
	for _, r := range t.s.Revisions {
		if r.State.Live() {
			live++
		}
	}
	if live > 1 {
		tt.Fatalf("%d live after %s", live, t.story())
	}
}

// story is the way to where the tale is.
func (t *tale) story() string {
	var story string
	for _, e := range t.history {
		story += fmt.Sprintf("\n\trow %d, revision %d: %s → %s", e.Row, e.Revision, e.From, e.To)
	}
	return story
}

// mark tells ends apart as far as the table can.
func (t *tale) mark() string {
	mark := fmt.Sprint(t.openSends(), t.s.OnHold.IsZero())
	for _, r := range t.s.Revisions {
		left := 0
		for _, a := range r.Attempts {
			if a.Left() {
				left++
			}
		}
		mark += fmt.Sprint("|", r.State, r.Object.Canon, len(r.Attempts), left, r.Resumed, len(r.Looks), r.Receipt.State, r.ToldBy != "", r.ByHand.IsZero())
	}
	return mark
}

// anyOf are the events that could come next, with the one under way's name
// where one is named.
func anyOf(s Submission, depth int) []Event {
	id, bytes := "0", "a"
	for _, r := range s.Revisions {
		if r.State.Live() && r.State.Working() {
			bytes = r.Object.Canon[len("canon-"):]
		}
		if r.State == Submitting {
			id = r.Attempts[len(r.Attempts)-1].ID
		}
	}
	name := fmt.Sprint("at-", depth)
	events := []Event{
		intend(name, bytes), notSent(id), lost(id), absent(name), unsettled(), contradicted(),
		answer(id, carriers.StateAccepted), answer(id, carriers.StateRejected),
		with(lookedUp(carriers.StateRejected), func(e *Event) { e.Receipt.Number = name }),
		with(lookedUp(carriers.StateAccepted), func(e *Event) { e.Receipt.Number = name }),
	}
	if len(s.Revisions) < widest {
		for _, b := range []string{"a", "b", "c"} {
			events = append(events, arrive(b, Ready))
		}
		events = append(events, arrive("x", Quarantined))
	}
	events = append(events, hold(), release())
	for i := range s.Revisions {
		for _, want := range []Event{decide(Ready), tell(Accepted), tell(Rejected), decide(Cancelled), decide(Uncertain), byHand()} {
			want.Revision = i + 1
			events = append(events, want)
		}
	}
	return events
}
