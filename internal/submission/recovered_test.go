package submission_test

import (
	"fmt"
	"testing"

	"example.com/lodge/carriers"
	. "example.com/lodge/internal/submission"
)

// lostAttempt is an attempt that only the evidence has.
func lostAttempt(id, bytes string) *Attempt {
	return &Attempt{ID: id, Fence: 9, Owner: "gone", SHA: "sha-" + bytes, IntendedAt: start(), SettleUntil: start().Add(step)}
}

// recovered is an attempt with a revision that is there.
func recovered(id, bytes string, revision int) Event {
	return Event{Kind: Recovered, Actor: ByRestore, Who: "r", Revision: revision, Attempt: lostAttempt(id, bytes)}
}

// brought is an attempt with a version that is not there; Lodge called it n.
func brought(id, bytes string, n int) Event {
	return Event{Kind: Recovered, Actor: ByRestore, Who: "r", Attempt: lostAttempt(id, bytes), Arrival: &Revision{
		Number: n, Object: Object{Name: bytes + ".txt", SHA: "sha-" + bytes, Canon: "canon-" + bytes},
	}}
}

// recoveredMoves are the tales of rows 40 to 49, for TestEveryMove.
func recoveredMoves() []move {
	behind := then(stuck(), other(), with(decide(Uncertain), func(e *Event) { e.Revision = 1 }))
	return []move{
		{"recovered: ready", then(ready(), recovered("9", "a", 1)), 40, "[uncertain]"},
		{"recovered: ready, once not sent", then(sending(), notSent("1"), recovered("9", "a", 1)), 40, "[uncertain]"},
		{"recovered: uncertain", then(uncertain(), recovered("9", "a", 1)), 41, "[uncertain]"},
		{"recovered: submitted", then(taken(), recovered("9", "a", 1)), 41, "[submitted]"},
		{"recovered: accepted", then(accepted(), recovered("9", "a", 1)), 41, "[accepted]"},
		{"recovered: rejected", then(rejected(), recovered("9", "a", 1)), 42, "[uncertain]"},
		{"recovered: cancelled", then(cancelled(), recovered("9", "a", 1)), 42, "[uncertain]"},
		{"recovered: a person's", then(ready(), contradicted(), recovered("9", "a", 1)), 42, "[uncertain]"},
		{"recovered: behind one that is ready", then(ready(), other(), recovered("9", "a", 1)), 42, "[uncertain needs_person]"},
		{"recovered: beside one that was sent", then(behind, recovered("9", "b", 2)), 43, "[uncertain needs_person]"},
		{"brought: nothing is there", []Event{brought("9", "a", 1)}, 44, "[uncertain]"},
		{"brought: then its file", []Event{brought("9", "a", 1), arrive("a", Ready)}, 2, "[uncertain]"},
		{"brought: then another file", []Event{brought("9", "a", 1), other()}, 4, "[uncertain needs_person]"},
		{"brought: later than one that is ready", then(ready(), brought("9", "b", 2)), 45, "[superseded uncertain]"},
		{"brought: not later than one that is ready", then(ready(), brought("9", "b", 1)), 46, "[needs_person uncertain]"},
		{"brought: later than one that was sent and not found", then(uncertain(), absent("v1"), absent("v2"), brought("9", "b", 2)), 46, "[needs_person uncertain]"},
		{"brought: later than one that is uncertain", then(uncertain(), brought("9", "b", 2)), 47, "[needs_person uncertain]"},
		{"brought: not later than one that is uncertain", then(uncertain(), brought("9", "b", 1)), 48, "[uncertain needs_person]"},
		{"brought: beside one that is accepted", then(accepted(), brought("9", "b", 2)), 48, "[accepted needs_person]"},
		{"brought: after a rejection", then(rejected(), brought("9", "b", 2)), 49, "[rejected uncertain]"},
		{"brought: the same bytes after a rejection", then(rejected(), brought("9", "a", 2)), 49, "[rejected uncertain]"},
		{"brought: after a file that is not fit", then(unfit(), brought("9", "a", 2)), 49, "[quarantined uncertain]"},
	}
}

func TestRecoveredRefusals(t *testing.T) {
	for _, r := range []struct {
		name   string
		before []Event
		event  Event
	}{
		{"made before", uncertain(), recovered("1", "a", 1)},
		{"made before, of another version", uncertain(), brought("1", "b", 2)},
		{"twice", []Event{brought("9", "a", 1)}, recovered("9", "a", 1)},
		{"while submitting", sending(), recovered("9", "a", 1)},
		{"while submitting, of another version", sending(), brought("9", "b", 2)},
		{"by a visit", ready(), with(recovered("9", "a", 1), func(e *Event) { e.Actor = ByVisit })},
		{"no attempt", ready(), with(recovered("9", "a", 1), func(e *Event) { e.Attempt = nil })},
		{"no bytes", ready(), with(recovered("9", "a", 1), func(e *Event) { e.Attempt.SHA = "" })},
		{"never settles", ready(), with(recovered("9", "a", 1), func(e *Event) { e.Attempt.IntendedAt = start().Add(2 * step) })},
		{"of no revision", ready(), recovered("9", "a", 0)},
		{"of a revision that is not there", ready(), recovered("9", "a", 2)},
	} {
		t.Run(r.name, func(t *testing.T) {
			tale := told(t, r.before...)
			if err := tale.tell(r.event, Limits{}); err == nil {
				t.Errorf("taken: %s", tale.story())
			}
		})
	}
}

// A recovered attempt counts as a send, waits for its settle time, and is not
// taken for answered by a rejection from before it.
func TestRecoveredCounts(t *testing.T) {
	once := told(t, then(ready(), recovered("8", "a", 1), recovered("9", "a", 1), absent("v1"), absent("v2"))...)
	if why := once.s.Spent(Limits{}); once.states() != "[ready]" || why == "" {
		t.Errorf("%s, spent: %q; want ready, and two sends to be all", once.states(), why)
	}
	again := told(t, then(rejected(), recovered("9", "a", 1), unsettled(), other())...)
	if again.states() != "[needs_person needs_person]" {
		t.Errorf("after a rejection, a recovered attempt and another file: %s", again.states())
	}
}

func TestSentFindsTheRevision(t *testing.T) {
	twice := told(t, then(rejected(), decide(Ready))...).s // the same bytes, a second revision
	mended := told(t, then(rejected(), other())...).s
	for _, c := range []struct {
		s      Submission
		number int
		bytes  string
		want   int
	}{
		{twice, 1, "a", 1}, {twice, 2, "a", 2}, {twice, 3, "a", 0}, {twice, 1, "b", 0},
		{mended, 2, "a", 1}, {mended, 1, "b", 2}, {mended, 2, "b", 2}, {mended, 0, "a", 1}, {New(key(), "harbor"), 1, "a", 0},
	} {
		if got := c.s.Sent(c.number, Object{SHA: "sha-" + c.bytes, Canon: "?"}); got != c.want {
			t.Errorf("Sent(%d, %s) in %d revisions = %d, want %d", c.number, c.bytes, len(c.s.Revisions), got, c.want)
		}
		if got := c.s.Sent(c.number, Object{SHA: "?", Canon: "canon-" + c.bytes}); got != c.want {
			t.Errorf("by canonical bytes: %d, want %d", got, c.want)
		}
	}
}

// The search again, from ledgers that were restored: whatever was recovered, and
// in whatever order other things happen, nothing is sent beside it.
func recoveredEdges(t *testing.T) []*tale {
	var edges []*tale
	for i, before := range [][]Event{nil, ready(), uncertain(), accepted(), rejected(), stuck(), then(ready(), other()), unfit()} {
		for n := range 3 {
			events := then(before, brought(fmt.Sprint("r", i), "c", n+1))
			edges = append(edges, told(t, events...))
		}
	}
	for i, before := range [][]Event{ready(), rejected(), cancelled(), then(ready(), other()), then(uncertain(), other())} {
		edges = append(edges, told(t, then(before, recovered(fmt.Sprint("k", i), "a", 1))...))
	}
	return edges
}

// word of a carrier about a recovered attempt counts as any other.
func TestRecoveredIsLookedUp(t *testing.T) {
	tale := told(t, brought("9", "a", 1), lookedUp(carriers.StateAccepted))
	if tale.states() != "[accepted]" {
		t.Errorf("looked up, and %s", tale.states())
	}
	checkInvariants(t, tale)
}
