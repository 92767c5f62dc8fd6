package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

func hold() submission.Event {
	return submission.Event{Kind: submission.Held, Who: "ann", Why: "the client asks for a pause"}
}

func release() submission.Event {
	return submission.Event{Kind: submission.Released, Hold: submission.HoldPerson, Who: "ben", Why: "the client agrees"}
}

func decision(want submission.State) submission.Event {
	e := submission.Event{Kind: submission.Decided, Who: "ann", Why: "I asked the carrier", Want: want}
	switch want {
	case submission.Submitted:
		e.Receipt, e.SettleUntil = &carriers.Receipt{Status: "filed by hand", State: carriers.StateReceived}, time.Now()
	case submission.Accepted, submission.Rejected:
		e.Receipt = &carriers.Receipt{Number: "P1", Text: "they said so", State: carriers.ReceiptState(want)}
	}
	return e
}

func decided(t *testing.T, l *ledger.Ledger, id string, e submission.Event) submission.Submission {
	t.Helper()
	s, err := l.Decide(t.Context(), id, e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAHoldStopsFiling: it is not due, not claimed, and, put on while somebody
// works on it, not sent.
func TestAHoldStopsFiling(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	decided(t, l, id, hold()) // beside the holder
	_, err := l.Move(t.Context(), c, w.intent("1", "a"))
	expect(t, "the intent of whoever has it", err, ledger.ErrOnHold)
	if _, refused := errors.AsType[*submission.Refusal](err); !refused {
		t.Errorf("it was not the table that refused the intent: %v", err)
	}
	if err := l.Release(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	_, _, err = l.Claim(t.Context(), id, "h1", ttl)
	expect(t, "a claim", err, ledger.ErrOnHold)
	if due, err := l.Due(t.Context(), "acme", 9); err != nil || len(due) > 0 {
		t.Errorf("due: %v, %v", due, err)
	}
	list, err := l.List(t.Context(), ledger.Query{NeedsFirst: true})
	if err != nil || len(list) != 1 || list[0].Hold != submission.HoldPerson || list[0].Needs != string(carriers.Operator) || list[0].Text != "on hold by ann: the client asks for a pause" {
		t.Errorf("it is listed as %+v, %v", list, err)
	}
	registered(t, l, "1", "b") // a new version of the file
	_, _, err = l.Claim(t.Context(), id, "h1", ttl)
	expect(t, "a claim of the next revision", err, ledger.ErrOnHold)
	decided(t, l, id, release())
	moved(t, l, claimed(t, l, id, "h1"), w.intent("1", "b"))
	replays(t, l, id)
}

// TestAHoldOutlivesATakeover of what its dead holder left claimed.
func TestAHoldOutlivesATakeover(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	claimed(t, l, id, "h1")
	decided(t, l, id, hold())
	w.kill("h1")
	if _, err := l.Takeover(t.Context(), "h2"); err != nil {
		t.Fatal(err)
	}
	_, _, err := l.Claim(t.Context(), id, "h2", ttl)
	expect(t, "a claim after the takeover", err, ledger.ErrOnHold)
	replays(t, l, id)
}

// TestWhatIsBeingSentIsNotHeld: it is too late, and that is said.
func TestWhatIsBeingSentIsNotHeld(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	moved(t, l, c, w.intent("1", "a"))
	for _, e := range []submission.Event{hold(), decision(submission.Cancelled), decision(submission.Accepted), decision(submission.Submitted)} {
		_, err := l.Decide(t.Context(), id, e)
		expect(t, string(e.Kind+" "+submission.Kind(e.Want)), err, ledger.ErrHeld)
	}
	w.kill("h1")
	if s := decided(t, l, id, hold()); s.Current().State != submission.Uncertain {
		t.Errorf("held after its holder died it is %s", s.Current().State)
	}
	if due, err := l.Due(t.Context(), "acme", 9); err != nil || len(due) != 1 {
		t.Errorf("what may have been sent is not looked up: %v, %v", due, err)
	}
	replays(t, l, id)
}

// TestAHoldAndAnAccountsHold are two: the end of one leaves the other.
func TestAHoldAndAnAccountsHold(t *testing.T) {
	l, _ := rig(t)
	id := registered(t, l, "1", "a")
	c := claimed(t, l, id, "h1")
	moved(t, l, c, submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, Hold: submission.HoldCredentials})
	if err := l.Release(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	decided(t, l, id, hold())
	entered(t, l, "h1", 1) // the account may be visited: its holds end
	s := state(t, l, id, submission.Ready)
	if s.Hold != "" || s.OnHold.IsZero() {
		t.Errorf("after the account's hold had ended: %q, %+v", s.Hold, s.OnHold)
	}
	decided(t, l, id, release())
	if due, err := l.Due(t.Context(), "acme", 9); err != nil || len(due) != 1 {
		t.Errorf("nothing holds it and it is not due: %v, %v", due, err)
	}
}

// TestForeseeing writes nothing, and says what deciding says.
func TestForeseeing(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	before := state(t, l, id, submission.Ready)
	s, err := l.Foresee(t.Context(), id, decision(submission.Cancelled))
	if err != nil || s.Current().State != submission.Cancelled {
		t.Errorf("foreseen: %s, %v", s.Current().State, err)
	}
	if after := state(t, l, id, submission.Ready); after.Version != before.Version {
		t.Errorf("foreseeing wrote version %d after %d", after.Version, before.Version)
	}
	c := claimed(t, l, id, "h1")
	_, err = l.Foresee(t.Context(), id, decision(submission.Cancelled))
	expect(t, "while somebody works on it", err, ledger.ErrHeld)
	w.kill(c.Owner)
	if _, err = l.Foresee(t.Context(), id, decision(submission.Cancelled)); err != nil {
		t.Errorf("of a dead holder: %v", err)
	}
	if s := state(t, l, id, submission.Ready); s.Lease.Owner != c.Owner {
		t.Errorf("foreseeing freed the lease of %s", c.Owner)
	}
}

// TestOneDecisionWins: of decisions that people take at the same moment one is
// taken, and the others are refused or follow from where it stands then.
func TestOneDecisionWins(t *testing.T) {
	l, w := rig(t)
	for n := range 20 {
		number := fmt.Sprint(n)
		id := registered(t, l, number, "a"+number)
		c := claimed(t, l, id, "h1")
		moved(t, l, c, w.intent("x"+number, "a"+number), submission.Event{Kind: submission.Lost, Actor: submission.ByGate, Attempt: &submission.Attempt{ID: "x" + number}})
		if err := l.Release(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		wants := []submission.State{submission.Accepted, submission.Rejected, submission.Accepted, submission.Rejected}
		errs := make([]error, len(wants))
		for i, want := range wants {
			group.Go(func() { _, errs[i] = l.Decide(t.Context(), id, decision(want)) })
		}
		group.Wait()
		replays(t, l, id)
		s, err := l.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Current(); carriers.ReceiptState(got.State) != got.Receipt.State || got.ToldBy != "ann" {
			t.Errorf("%s with the word %q of %q", got.State, got.Receipt.State, got.ToldBy)
		}
		won := 0
		for _, err := range errs {
			if _, refused := errors.AsType[*submission.Refusal](err); err == nil {
				won++
			} else if !refused {
				t.Error(err)
			}
		}
		if won == 0 || won > 2 { // a rejection, and then an acceptance with a number of its own
			t.Errorf("%d decisions were taken", won)
		}
	}
}

// TestHoldsRaceWithFiling has people hold submissions back, from a program of
// their own on the same file, while a visit claims and sends them: whichever
// came first, nothing is sent once a hold was taken.
func TestHoldsRaceWithFiling(t *testing.T) {
	dir := t.TempDir()
	open := func() *ledger.Ledger {
		e, err := sqlite.Open(t.Context(), filepath.Join(dir, "ledger.db"))
		if err != nil {
			t.Fatal(err)
		}
		l := ledger.New(e, clock.System{}, living{}, submission.Limits{})
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	visit, people := open(), open()
	const n = 60
	ids := make([]string, n)
	for i := range ids {
		ids[i] = registered(t, visit, fmt.Sprint(i), fmt.Sprint("a", i))
	}
	held := make([]bool, n)
	var group sync.WaitGroup
	group.Go(func() {
		for i, id := range ids {
			_, err := people.Decide(t.Context(), id, hold())
			held[i] = err == nil
		}
	})
	group.Go(func() {
		for i, id := range ids {
			filing(t, visit, id, fmt.Sprint("a", i))
		}
	})
	group.Wait()
	for i, id := range ids {
		history, err := visit.History(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		on, sent := false, false
		for _, e := range history {
			on = on || e.Kind == submission.Held
			sent = sent || e.Kind == submission.Intended
			if e.Kind == submission.Intended && on {
				t.Errorf("%d was sent after it was held", i)
			}
		}
		if held[i] != on {
			t.Errorf("%d: the hold was taken: %v; the history has it: %v", i, held[i], on)
		}
		replays(t, visit, id)
	}
}

type living struct{}

func (living) Dead(context.Context, string) (bool, error) { return false, nil }

// filing claims a submission and sends it, as far as it may.
func filing(t *testing.T, l *ledger.Ledger, id, bytes string) {
	_, c, err := l.Claim(t.Context(), id, "h1", time.Hour)
	if err != nil {
		if !errors.Is(err, ledger.ErrOnHold) {
			t.Error(err)
		}
		return
	}
	now := time.Now()
	_, err = l.Move(t.Context(), c, submission.Event{
		Kind: submission.Intended, Actor: submission.ByGate, Look: &submission.Look{At: now, Visit: "v"},
		Attempt: &submission.Attempt{ID: "x" + id, SHA: "sha-" + bytes, SettleUntil: now.Add(time.Hour)},
	})
	if err != nil && !errors.Is(err, ledger.ErrOnHold) {
		t.Error(err)
	}
	if err == nil {
		moved(t, l, c, answered("x"+id, carriers.StateReceived))
	}
	if err := l.Release(t.Context(), c); err != nil {
		t.Error(err)
	}
}

// TestAPauseIsNoSuspension: each stands beside the other, and taking a pause
// back spends no login that a carrier might refuse.
func TestAPauseIsNoSuspension(t *testing.T) {
	l, _ := rig(t)
	refused := ledger.Suspension{Kind: string(carriers.Credentials), Why: "the password is wrong", SecretVersion: "v1"}
	if err := l.Suspend(t.Context(), "acme", "h1", refused); err != nil {
		t.Fatal(err)
	}
	if l.Pause(t.Context(), "acme", "", "x") == nil || l.Pause(t.Context(), "acme", "ann", "") == nil {
		t.Error("paused without who or why")
	}
	if err := l.Pause(t.Context(), "acme", "ann", "they are moving house"); err != nil {
		t.Fatal(err)
	}
	err := l.Pause(t.Context(), "acme", "ben", "me too")
	expect(t, "a second pause", err, ledger.ErrPaused)
	if p, ok := errors.AsType[*ledger.PausedError](err); !ok || p.Who != "ann" || p.Why != "they are moving house" {
		t.Errorf("it does not say whose pause stays: %v", err)
	}
	_, _, err = l.EnterAccount(t.Context(), "acme", "h1", "v2", 1, ttl)
	expect(t, "with a new secret", err, ledger.ErrPaused)
	if _, err := l.Resume(t.Context(), "acme", "", "x"); err == nil {
		t.Error("resumed without who")
	}
	a, err := l.Resume(t.Context(), "acme", "ann", "they have moved")
	if err != nil || a.Paused != nil || a.Suspended == nil || a.Suspended.Why != refused.Why {
		t.Errorf("resumed: %+v, %v", a, err)
	}
	_, _, err = l.EnterAccount(t.Context(), "acme", "h1", "v1", 1, ttl)
	expect(t, "with the password that was refused", err, ledger.ErrSuspended)
	a, _, err = l.EnterAccount(t.Context(), "acme", "h1", "v2", 1, ttl)
	if err != nil || len(a.Notes) != 4 {
		t.Errorf("with a new secret: %+v, %v", a, err)
	}
	if a, err = l.Resume(t.Context(), "acme", "ann", "again"); err != nil || len(a.Notes) != 4 {
		t.Errorf("resumed without a pause: %+v, %v", a, err)
	}
}

// TestAPauseStopsALogin that a visit, entered before, is about to make.
func TestAPauseStopsALogin(t *testing.T) {
	l, _ := rig(t)
	c := entered(t, l, "h1", 1)
	if err := l.Pause(t.Context(), "acme", "ann", "stop"); err != nil {
		t.Fatal(err)
	}
	expect(t, "the login", l.LoginBegins(t.Context(), c), ledger.ErrPaused)
	if err := l.LeaveAccount(t.Context(), c); err != nil {
		t.Error(err)
	}
}
