package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// evidence is an attempt as only the evidence knows it.
func (w *world) evidence(number, bytes, attempt, owner string, fence int64) ledger.Recovered {
	return ledger.Recovered{
		Key: key(number), Carrier: "harbor",
		Version: submission.Revision{Number: 1, Object: submission.Object{Name: bytes + ".txt", SHA: "sha-" + bytes, Canon: "canon-" + bytes}},
		Attempt: submission.Attempt{ID: attempt, Fence: fence, Owner: owner, SHA: "sha-" + bytes, IntendedAt: w.now, SettleUntil: w.now.Add(time.Hour)},
	}
}

func recovers(t *testing.T, l *ledger.Ledger, r ledger.Recovered, since time.Time, want bool) {
	t.Helper()
	lacks, err := l.Lacks(t.Context(), r, since)
	if err != nil {
		t.Fatal(err)
	}
	did, err := l.Recover(t.Context(), "r", r, since)
	if err != nil {
		t.Fatal(err)
	}
	if lacks != want || did != want {
		t.Errorf("attempt %s: lacks %t, recovered %t, want %t", r.Attempt.ID, lacks, did, want)
	}
}

// What only the evidence knows is made, or moved, to be looked up first. A late
// holder of the lost ledger finds its fence over.
func TestRecover(t *testing.T) {
	l, w := rig(t)
	ready := registered(t, l, "1", "a")
	before := claimed(t, l, registered(t, l, "0", "z"), "old")
	if err := l.Release(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	lost, known := w.evidence("2", "b", "A2", "gone", 3), w.evidence("1", "a", "A1", "gone", 7)
	for range 2 {
		recovers(t, l, lost, time.Time{}, state2(t, l, lost))
		recovers(t, l, known, time.Time{}, state2(t, l, known))
	}
	state(t, l, ready, submission.Uncertain)
	s := state(t, l, key("2").ID(), submission.Uncertain)
	if s.Carrier != "harbor" || s.Fence != 3 || len(s.Current().Attempts) != 1 {
		t.Errorf("the submission that was not there: %+v", s)
	}
	due, err := l.Due(t.Context(), "acme", 0)
	if err != nil || len(due) != 3 || due[2].State != submission.Ready {
		t.Errorf("due: %+v, %v; want the look-ups first", due, err)
	}
	if c := claimed(t, l, ready, "new"); c.Fence != 8 {
		t.Errorf("the next fence is %d, after 7 in the lost ledger", c.Fence)
	}
	again, err := l.Register(t.Context(), "harbor", key("2"), file("b"), "intake")
	if err != nil || !again.Known {
		t.Errorf("the same bytes in the inbox: %+v, %v", again, err)
	}
	replays(t, l, ready)
	replays(t, l, key("2").ID())
}

// state2 says whether r is still to be recovered, by the ledger's own item.
func state2(t *testing.T, l *ledger.Ledger, r ledger.Recovered) bool {
	t.Helper()
	s, err := l.Get(t.Context(), r.Key.ID())
	return err != nil || !s.Made(r.Attempt.ID)
}

// An intent that was written as evidence and refused by the ledger was never
// sent: it must not turn a ledger that is all there into a restored one.
func TestOrphanedIntents(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	now := w.now
	c := claimed(t, l, id, "h")
	mine := w.evidence("1", "a", "A1", "h", c.Fence)
	recovers(t, l, mine, time.Time{}, false) // h lives: it is about to write the intent
	recovers(t, l, mine, now, false)

	if err := l.Release(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	recovers(t, l, mine, time.Time{}, false) // given back: refused
	recovers(t, l, mine, now.Add(time.Hour), false)
	state(t, l, id, submission.Ready)

	c = claimed(t, l, id, "h")
	recovers(t, l, mine, now, false) // of an earlier lease
	w.kill("h")
	recovers(t, l, mine, time.Time{}, false)
	recovers(t, l, w.evidence("1", "a", "A2", "h", c.Fence), time.Time{}, true) // it may have gone on after the copy
	state(t, l, id, submission.Uncertain)
	replays(t, l, id)
}

// A newer file ends the lease of the one that it replaces. That must not look as if the
// ledger had granted the next lease: in a ledger that was copied back an attempt under
// that one is what was forgotten.
func TestRecoverAfterAnArrival(t *testing.T) {
	for leases := range int64(3) {
		l, w := rig(t)
		id := registered(t, l, "1", "a")
		for n := range leases {
			owner := fmt.Sprint("h", n)
			c := claimed(t, l, id, owner)
			recovers(t, l, w.evidence("1", "a", "A1", owner, c.Fence), time.Time{}, false) // it lives
			w.kill(owner)
		}
		registered(t, l, "1", "b")
		ended := state(t, l, id, submission.Ready).Fence
		recovers(t, l, w.evidence("1", "a", "A1", "h", 2*leases), time.Time{}, false) // its lease was ended: it was refused
		recovers(t, l, w.evidence("1", "a", "A2", "g", 2*leases+2), time.Time{}, true)
		s := state(t, l, id, submission.Uncertain)
		if s.Revisions[0].State != submission.Uncertain || s.Revisions[1].State != submission.NeedsPerson || s.Fence <= ended {
			t.Errorf("after %d leases: %+v", leases, s)
		}
		replays(t, l, id)
	}
}

// Of a lease that was held when the copy was made it is open what came of it,
// even if somebody has freed it since.
func TestRecoverAfterALeaseWasFreed(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h")
	copied := w.now
	w.pass(time.Second)
	sent := w.evidence("1", "a", "A1", "h", c.Fence)
	w.kill("h")
	if _, err := l.Takeover(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	recovers(t, l, sent, copied, true)
	state(t, l, id, submission.Uncertain)
}

// A holder of whom nothing is known keeps what it has, and says so.
func TestRecoverFromTheUnknown(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h")
	w.lost["h"] = true
	_, err := l.Recover(t.Context(), "r", w.evidence("1", "a", "A1", "h", c.Fence), time.Time{})
	expect(t, "recover", err, ledger.ErrHeld)
	state(t, l, id, submission.Ready)
}

func TestRecoverWhileSubmitting(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h")
	moved(t, l, c, w.intent("A1", "a"))
	w.kill("h")
	recovers(t, l, w.evidence("1", "a", "A1", "h", c.Fence), time.Time{}, false)
	recovers(t, l, w.evidence("1", "a", "A2", "x", c.Fence+4), time.Time{}, true)
	if s := state(t, l, id, submission.Uncertain); len(s.Current().Attempts) != 2 {
		t.Errorf("attempts: %+v", s.Current().Attempts)
	}
	replays(t, l, id)
}

func TestNoteOnce(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	moved(t, l, claimed(t, l, id, "h"), w.intent("A1", "a"), answered("A1", carriers.StateAccepted))
	late := answered("A1", carriers.StateAccepted)
	late.Who, late.Why = "h", "the ledger was down \u202e"
	for n := range 3 {
		did, err := l.NoteOnce(t.Context(), id, late)
		if err != nil || did != (n == 0) {
			t.Errorf("time %d: noted %t, %v", n+1, did, err)
		}
	}
	if _, err := l.NoteOnce(t.Context(), key("9").ID(), late); err == nil {
		t.Error("noted on a submission that is not there")
	}
	replays(t, l, id)
}
