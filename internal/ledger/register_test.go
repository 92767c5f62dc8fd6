package ledger_test

import (
	"errors"
	"sync"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func TestRegisterOnce(t *testing.T) {
	l, _ := rig(t)
	var group sync.WaitGroup
	rows := make([]int, 16)
	for i := range rows {
		group.Go(func() {
			r, err := l.Register(t.Context(), "harbor", key("1"), file("a"), "intake")
			if err != nil {
				t.Error(err)
			}
			rows[i] = r.Row
			if r.Known != (r.Row == 2) {
				t.Errorf("row %d, known %v", r.Row, r.Known)
			}
		})
	}
	group.Wait()
	first := 0
	for _, row := range rows {
		if row == 1 {
			first++
		}
	}
	s := state(t, l, key("1").ID(), submission.Ready)
	if first != 1 || len(s.Revisions) != 1 || s.Version != 1 {
		t.Errorf("%d were first; %d revisions, version %d", first, len(s.Revisions), s.Version)
	}
}

// TestRescan: looking through the inbox again writes nothing; another name for
// the same bytes is noted once.
func TestRescan(t *testing.T) {
	l, _ := rig(t)
	id := registered(t, l, "1", "a")
	again := file("a")
	again.Object.Name = "copy.txt"
	for range 3 {
		registered(t, l, "1", "a")
		if r, err := l.Register(t.Context(), "harbor", key("1"), again, "intake"); err != nil || r.Row != 2 || !r.Known {
			t.Fatalf("row %d, %v", r.Row, err)
		}
	}
	s := state(t, l, id, submission.Ready)
	if s.Version != 2 || s.Seq != 2 || len(s.Current().Copies) != 1 {
		t.Errorf("version %d, %d entries, copies %v", s.Version, s.Seq, s.Current().Copies)
	}
	replays(t, l, id)
}

func TestRegisterRefuses(t *testing.T) {
	l, _ := rig(t)
	registered(t, l, "1", "a")
	if _, err := l.Register(t.Context(), "other", key("1"), file("b"), "intake"); err == nil {
		t.Error("an account changed its carrier")
	}
	if _, err := l.Register(t.Context(), "harbor", key("1\x00"), file("b"), "intake"); err == nil {
		t.Error("a key with a NUL was taken")
	}
	bad := file("b")
	bad.State = submission.Accepted
	if _, err := l.Register(t.Context(), "harbor", key("1"), bad, "intake"); err == nil {
		t.Error("an accepted file arrived")
	}
	state(t, l, key("1").ID(), submission.Ready)
}

// TestSupersededUnderAVisit: what the visit knows is about other bytes, so its
// claim ends; nothing of the new revision may move by it.
func TestSupersededUnderAVisit(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	registered(t, l, "1", "b")
	for _, e := range []submission.Event{
		w.intent("1", "a"), w.intent("1", "b"),
		{Kind: submission.FoundOnSite, Actor: submission.ByVisit, Receipt: &carriers.Receipt{Number: "R", State: carriers.StateAccepted}},
	} {
		_, err := l.Move(t.Context(), c, e)
		expect(t, string(e.Kind), err, ledger.ErrStale)
	}
	if s := state(t, l, id, submission.Ready); s.Current().Number != 2 {
		t.Errorf("revision %d is current", s.Current().Number)
	}
	claimed(t, l, id, "h1")
	replays(t, l, id)
}

// TestCorrectedUnderACommit: the attempt goes on, the correction waits for a person.
func TestCorrectedUnderACommit(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	moved(t, l, c, w.intent("1", "a"))
	registered(t, l, "1", "b")
	list, err := l.List(t.Context(), ledger.Query{NeedsFirst: true})
	if err != nil || len(list) != 1 || list[0].State != submission.Submitting || list[0].Needs != "operator" {
		t.Errorf("listed as %+v, %v", list, err)
	}
	moved(t, l, c, answered("1", carriers.StateAccepted))
	if s := state(t, l, id, submission.NeedsPerson); s.Revisions[0].State != submission.Accepted {
		t.Errorf("the attempt ended as %s", s.Revisions[0].State)
	}
	replays(t, l, id)
}

func TestReadableAtLast(t *testing.T) {
	l, _ := rig(t)
	object := submission.Key{Account: "acme", Object: "x.txt"}
	unread := submission.Revision{State: submission.Quarantined, Why: "not a LEDES file", Object: submission.Object{Name: "x.txt", SHA: "s0", Canon: "c0"}}
	if _, err := l.Register(t.Context(), "harbor", object, unread, "intake"); err != nil {
		t.Fatal(err)
	}
	good := file("x")
	if _, err := l.Register(t.Context(), "harbor", key("1"), good, "intake"); err != nil {
		t.Fatal(err)
	}
	s := state(t, l, object.ID(), submission.Superseded)
	if s.Current().Needs != carriers.Nobody {
		t.Errorf("it still needs the %s", s.Current().Needs)
	}
	state(t, l, key("1").ID(), submission.Ready)
	replays(t, l, object.ID())
}

func TestDecide(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	cancel := submission.Event{Kind: submission.Decided, Who: "ann", Why: "written off", Want: submission.Cancelled}
	_, err := l.Decide(t.Context(), id, cancel)
	expect(t, "while a visit works on it", err, ledger.ErrHeld)
	moved(t, l, c, w.intent("1", "a"))
	w.kill("h1")
	_, err = l.Decide(t.Context(), id, cancel)
	if _, ok := errors.AsType[*submission.Refusal](err); !ok {
		t.Errorf("a person cancelled what may have been sent: %v", err)
	}
	state(t, l, id, submission.Submitting) // the refused decision took nothing over
	other := registered(t, l, "2", "b")
	claimed(t, l, other, "h1")
	s, err := l.Decide(t.Context(), other, cancel)
	if err != nil || s.Current().State != submission.Cancelled || s.Lease.Owner != "" {
		t.Errorf("%+v, %v", s, err)
	}
	replays(t, l, other)
}
