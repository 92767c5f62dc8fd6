package ledger_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func TestClaimIsExclusive(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	for _, who := range []string{"h2", "h1"} {
		_, _, err := l.Claim(t.Context(), id, who, ttl)
		expect(t, "second claim by "+who, err, ledger.ErrHeld)
	}
	w.pass(24 * time.Hour)
	_, _, err := l.Claim(t.Context(), id, "h2", ttl)
	expect(t, "a day after the lease ended, its holder alive", err, ledger.ErrHeld)
	if err := l.Release(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	_, err = l.Move(t.Context(), c, w.intent("1", "a"))
	expect(t, "an intent after the lease was given back", err, ledger.ErrStale)
	if next := claimed(t, l, id, "h2"); next.Fence <= c.Fence {
		t.Errorf("fence %d after %d", next.Fence, c.Fence)
	}
	_, _, err = l.Claim(t.Context(), "nobody", "h1", ttl)
	expect(t, "nothing there", err, ledger.ErrNotFound)
}

func TestClaimRace(t *testing.T) {
	l, _ := rig(t)
	id := registered(t, l, "1", "a")
	var group sync.WaitGroup
	results := make([]error, 32)
	for i := range results {
		group.Go(func() { _, _, results[i] = l.Claim(t.Context(), id, string(rune('A'+i)), ttl) })
	}
	group.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, ledger.ErrHeld) {
			t.Errorf("a loser got %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d claims won", won)
	}
}

// TestUnknownHolderKeepsItsLease: who cannot be known to be dead is not.
func TestUnknownHolderKeepsItsLease(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	moved(t, l, claimed(t, l, id, "far"), w.intent("1", "a"))
	w.lost["far"] = true
	w.pass(24 * time.Hour)
	_, _, err := l.Claim(t.Context(), id, "h2", ttl)
	expect(t, "claim", err, ledger.ErrHeld)
	expect(t, "claim says why", err, errNoIdea)
	taken, err := l.Takeover(t.Context(), "h2")
	expect(t, "takeover", err, errNoIdea)
	if len(taken) != 0 {
		t.Errorf("taken over: %v", taken)
	}
	_, err = l.Decide(t.Context(), id, submission.Event{Kind: submission.Decided, Who: "ann", Why: "x", Want: submission.Cancelled})
	expect(t, "decide", err, ledger.ErrHeld)
	state(t, l, id, submission.Submitting)
}

// TestDeadHolder: what it left submitting is uncertain in the write that takes
// it over, and its late word moves nothing.
func TestDeadHolder(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	old := claimed(t, l, id, "h1")
	moved(t, l, old, w.intent("1", "a"))
	w.kill("h1")
	s, c, err := l.Claim(t.Context(), id, "h2", ttl)
	if err != nil {
		t.Fatal(err)
	}
	if s.Current().State != submission.Uncertain || c.Fence <= old.Fence {
		t.Errorf("%s with fence %d after %d", s.Current().State, c.Fence, old.Fence)
	}
	late := answered("1", carriers.StateAccepted)
	_, err = l.Move(t.Context(), old, late)
	expect(t, "the late word", err, ledger.ErrStale)
	late.Who = "h1"
	if err := l.Note(t.Context(), id, late); err != nil {
		t.Fatal(err)
	}
	s = state(t, l, id, submission.Uncertain)
	history, err := l.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	last := history[len(history)-1]
	if last.Row != 0 || last.Receipt == nil || last.Kind != submission.Answered || int64(len(history)) != s.Seq {
		t.Errorf("the late word was kept as %+v", last)
	}
	replays(t, l, id)
	for _, do := range []func() error{
		func() error { return l.Release(t.Context(), old) },
		func() error { _, err := l.Renew(t.Context(), old, ttl); return err },
	} {
		expect(t, "the dead holder's claim", do(), ledger.ErrStale)
	}
}

func TestTakeover(t *testing.T) {
	l, w := rig(t)
	sending, waiting, living, own := registered(t, l, "1", "a"), registered(t, l, "2", "b"), registered(t, l, "3", "c"), registered(t, l, "4", "d")
	moved(t, l, claimed(t, l, sending, "dead"), w.intent("1", "a"))
	claimed(t, l, waiting, "dead")
	moved(t, l, claimed(t, l, living, "alive"), w.intent("2", "c"))
	claimed(t, l, own, "h2")
	if _, _, err := l.EnterAccount(t.Context(), "acme", "dead", "v1", 1, ttl); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	if taken, err := l.Takeover(t.Context(), "h9"); err != nil || len(taken) != 0 {
		t.Fatalf("taken by time alone: %v, %v", taken, err)
	}
	w.kill("dead")
	taken, err := l.Takeover(t.Context(), "h2")
	if err != nil || len(taken) != 3 {
		t.Errorf("took over %v: %v", taken, err)
	}
	state(t, l, sending, submission.Uncertain)
	state(t, l, waiting, submission.Ready)
	state(t, l, living, submission.Submitting)
	for _, id := range []string{sending, waiting, own} {
		claimed(t, l, id, "h3")
		replays(t, l, id)
	}
	if a, err := l.Account(t.Context(), "acme"); err != nil || len(a.Visits) != 0 {
		t.Errorf("visits of the dead: %v, %v", a.Visits, err)
	}
	if owners, err := l.Owners(t.Context()); err != nil || len(owners) != 2 {
		t.Errorf("owners: %v, %v", owners, err)
	}
}

// TestOwnLeaseRunsOut: a process may take again what it did not give back, but
// not an attempt that its gate may still be at.
func TestOwnLeaseRunsOut(t *testing.T) {
	l, w := rig(t)
	id, sending := registered(t, l, "1", "a"), registered(t, l, "2", "b")
	old := claimed(t, l, id, "h1")
	moved(t, l, claimed(t, l, sending, "h1"), w.intent("1", "b"))
	w.pass(ttl)
	claimed(t, l, id, "h1")
	_, err := l.Move(t.Context(), old, w.intent("2", "a"))
	expect(t, "the older claim", err, ledger.ErrStale)
	_, _, err = l.Claim(t.Context(), sending, "h1", ttl)
	expect(t, "its own attempt under way", err, ledger.ErrHeld)
	if _, err := l.Takeover(t.Context(), "h1"); err != nil {
		t.Fatal(err)
	}
	state(t, l, sending, submission.Submitting)
}

// TestOwnAttemptThatCouldNotBeWritten: what its own holder left submitting, because
// the ledger could not be written, is looked up once the lease has run out, and not
// while the holder is still at it.
func TestOwnAttemptThatCouldNotBeWritten(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	moved(t, l, c, w.intent("1", "a"))
	takeover := func() {
		t.Helper()
		if _, err := l.Takeover(t.Context(), "h1"); err != nil {
			t.Error(err)
		}
	}
	w.pass(ttl)
	takeover()
	state(t, l, id, submission.Submitting)
	if err := l.Release(t.Context(), c); err == nil {
		t.Error("a lease was given back in the middle of an attempt")
	}
	takeover()
	if s := state(t, l, id, submission.Uncertain); s.Lease.Owner != "" {
		t.Errorf("it is still leased to %s", s.Lease.Owner)
	}
	replays(t, l, id)
}

// TestOwnAttemptInTime: a lease that lasts keeps it, even if the work has ended.
func TestOwnAttemptInTime(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	moved(t, l, c, w.intent("1", "a"))
	if err := l.Release(t.Context(), c); err == nil {
		t.Error("a lease was given back in the middle of an attempt")
	}
	if _, err := l.Takeover(t.Context(), "h1"); err != nil {
		t.Error(err)
	}
	state(t, l, id, submission.Submitting)
}

func TestIntentNeedsATimelyLease(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	w.pass(ttl)
	_, err := l.Move(t.Context(), c, w.intent("1", "a"))
	if _, ok := errors.AsType[*submission.Refusal](err); !ok {
		t.Errorf("an intent after the lease: %v", err)
	}
	c, err = l.Renew(t.Context(), c, ttl)
	if err != nil {
		t.Fatal(err)
	}
	s := moved(t, l, c, w.intent("1", "a"))
	a := s.Current().Attempts[0]
	if a.Owner != "h1" || a.Fence != c.Fence || !a.IntendedAt.Equal(w.now) {
		t.Errorf("the attempt is not signed by its holder: %+v", a)
	}
	if err := l.Release(t.Context(), c); err == nil {
		t.Error("a lease was given back in the middle of an attempt")
	}
}

func TestDeadline(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	w.every = func() { w.pass(3 * time.Second) } // a slow write does not lengthen the deadline
	before := w.boot
	c := claimed(t, l, id, "h1")
	w.every = nil
	if want := before + ttl - ledger.Margin; c.Deadline != want {
		t.Errorf("deadline %s, want %s", c.Deadline, want)
	}
	left := c.Deadline - w.boot
	if c.Enough(clockOf{w}, left) || !c.Enough(clockOf{w}, left-1) {
		t.Errorf("Enough is wrong about %s", left)
	}
	for _, bad := range []time.Duration{0, -ttl, 2 * ledger.Margin} {
		if _, _, err := l.Claim(t.Context(), id, "h2", bad); err == nil || errors.Is(err, ledger.ErrHeld) {
			t.Errorf("a lease of %s: %v", bad, err)
		}
	}
	if _, _, err := l.Claim(t.Context(), id, "", ttl); err == nil {
		t.Error("nobody got a lease")
	}
}

func TestMoveIsForHolders(t *testing.T) {
	l, _ := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	for _, actor := range []submission.Actor{submission.ByPerson, submission.ByIntake, submission.ByTakeover, ""} {
		e := submission.Event{Kind: submission.Decided, Actor: actor, Why: "x", Want: submission.Cancelled}
		if _, err := l.Move(t.Context(), c, e); err == nil {
			t.Errorf("%q moved it under a lease", actor)
		}
	}
	state(t, l, id, submission.Ready)
}

// TestConflicts: a write that meets another one is tried again from the start.
func TestConflicts(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	other := ledger.New(w.Engine, clockOf{w}, w, submission.Limits{})
	once := sync.OnceFunc(func() {
		if err := other.Note(t.Context(), id, submission.Event{Kind: submission.Noted, Actor: submission.ByMail, Who: "m", Why: "x"}); err != nil {
			t.Error(err)
		}
	})
	w.every = once
	moved(t, l, c, w.intent("1", "a"))
	w.every = nil
	state(t, l, id, submission.Submitting)
	replays(t, l, id)
}
