package ledger_test

import (
	"errors"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func entered(t *testing.T, l *ledger.Ledger, owner string, visits int) ledger.Claim {
	t.Helper()
	_, c, err := l.EnterAccount(t.Context(), "acme", owner, "v1", visits, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVisits(t *testing.T) {
	l, w := rig(t)
	first := entered(t, l, "h1", 0)
	_, _, err := l.EnterAccount(t.Context(), "acme", "h2", "v1", 0, ttl)
	expect(t, "a second visit", err, ledger.ErrHeld)
	second := entered(t, l, "h1/b", 2)
	w.pass(24 * time.Hour)
	_, _, err = l.EnterAccount(t.Context(), "acme", "h2", "v1", 2, ttl)
	expect(t, "by time alone", err, ledger.ErrHeld)
	if _, err := l.RenewAccount(t.Context(), first, ttl); err != nil {
		t.Error(err)
	}
	if err := l.LeaveAccount(t.Context(), first); err != nil {
		t.Error(err)
	}
	expect(t, "leave twice", l.LeaveAccount(t.Context(), first), ledger.ErrStale)
	w.kill("h1/b")
	entered(t, l, "h2", 1)
	_, err = l.RenewAccount(t.Context(), second, ttl)
	expect(t, "renew what was taken over", err, ledger.ErrStale)
	expect(t, "log in with it", l.LoginBegins(t.Context(), second), ledger.ErrStale)
}

func TestOneRefusedLoginSuspends(t *testing.T) {
	l, w := rig(t)
	id := registered(t, l, "1", "a")
	c := entered(t, l, "h1", 1)
	if err := l.LoginBegins(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	refused := ledger.Suspension{Kind: string(carriers.Credentials), Why: "user name or password is wrong", SecretVersion: "v1"}
	if err := l.LoginEnds(t.Context(), c, &refused); err != nil {
		t.Fatal(err)
	}
	expect(t, "a second login", l.LoginBegins(t.Context(), c), ledger.ErrSuspended)
	sc := claimed(t, l, id, "h1")
	moved(t, l, sc, submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, Hold: submission.HoldCredentials, Needs: carriers.Operator})
	if err := errors.Join(l.Release(t.Context(), sc), l.LeaveAccount(t.Context(), c)); err != nil {
		t.Fatal(err)
	}
	w.pass(365 * 24 * time.Hour)
	for _, version := range []string{"v1", ""} {
		_, _, err := l.EnterAccount(t.Context(), "acme", "h2", version, 1, ttl)
		expect(t, "with secret "+version, err, ledger.ErrSuspended)
		if s, ok := errors.AsType[*ledger.SuspendedError](err); !ok || s.Acts() != carriers.Operator || s.Why != refused.Why {
			t.Errorf("it does not say who acts and why: %v", err)
		}
	}
	if due, err := l.Due(t.Context(), "acme", 9); err != nil || len(due) != 0 {
		t.Errorf("due although held: %v, %v", due, err)
	}
	a, _, err := l.EnterAccount(t.Context(), "acme", "h2", "v2", 1, ttl)
	if err != nil || a.Suspended != nil || len(a.Notes) != 2 {
		t.Errorf("with a new secret: %+v, %v", a, err)
	}
	if due, err := l.Due(t.Context(), "acme", 9); err != nil || len(due) != 1 {
		t.Errorf("the hold did not end with the suspension: %v, %v", due, err)
	}
	replays(t, l, id)
}

func TestPausesArePeoples(t *testing.T) {
	l, _ := rig(t)
	if err := l.Suspend(t.Context(), "acme", "ann", ledger.Suspension{Why: "carrier asked us to stop"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Suspend(t.Context(), "acme", "h1", ledger.Suspension{Why: "blocked", SecretVersion: "v1"}); err != nil {
		t.Fatal(err)
	}
	_, _, err := l.EnterAccount(t.Context(), "acme", "h1", "v2", 1, ttl)
	expect(t, "with a new secret", err, ledger.ErrSuspended)
	if l.LiftSuspension(t.Context(), "acme", "", "x") == nil || l.LiftSuspension(t.Context(), "acme", "ann", "") == nil {
		t.Error("lifted without who or why")
	}
	if err := l.LiftSuspension(t.Context(), "acme", "ann", "they called back"); err != nil {
		t.Fatal(err)
	}
	entered(t, l, "h1", 1)
}

func TestLoginsOneAtATime(t *testing.T) {
	l, w := rig(t)
	a, b := entered(t, l, "h1", 2), entered(t, l, "h2", 2)
	if err := l.LoginBegins(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	expect(t, "beside another", l.LoginBegins(t.Context(), b), ledger.ErrHeld)
	w.pass(time.Hour)
	expect(t, "beside a slow one", l.LoginBegins(t.Context(), b), ledger.ErrHeld)
	if err := l.LoginEnds(t.Context(), a, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.LoginBegins(t.Context(), b); err != nil {
		t.Errorf("after the first had ended: %v", err)
	}
}

func TestLoginNeverAnswered(t *testing.T) {
	for name, end := range map[string]func(*ledger.Ledger, *world, ledger.Claim) error{
		"killed": func(_ *ledger.Ledger, w *world, _ ledger.Claim) error { w.kill("h1"); return nil },
		"left":   func(l *ledger.Ledger, _ *world, c ledger.Claim) error { return l.LeaveAccount(t.Context(), c) },
	} {
		t.Run(name, func(t *testing.T) {
			l, w := rig(t)
			c := entered(t, l, "h1", 1)
			if err := l.LoginBegins(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if err := end(l, w, c); err != nil {
				t.Fatal(err)
			}
			next := entered(t, l, "h2", 1)
			w.pass(ledger.Unanswered - time.Second)
			expect(t, "too early", l.LoginBegins(t.Context(), next), ledger.ErrUnanswered)
			w.pass(time.Second)
			if err := l.LoginBegins(t.Context(), next); err != nil {
				t.Errorf("after %s: %v", ledger.Unanswered, err)
			}
		})
	}
}

// TestTwoLoginsNeverAnswered: each may have been refused, so a third is not made
// before a person has looked.
func TestTwoLoginsNeverAnswered(t *testing.T) {
	l, w := rig(t)
	c := entered(t, l, "h1", 1)
	for range 2 {
		if err := l.LoginBegins(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		w.pass(ledger.Unanswered)
	}
	expect(t, "the third", l.LoginBegins(t.Context(), c), ledger.ErrSuspended)
	_, _, err := l.EnterAccount(t.Context(), "acme", "h1", "another secret", 9, ttl)
	expect(t, "with another secret", err, ledger.ErrSuspended)
	if err := l.LiftSuspension(t.Context(), "acme", "ann", "I logged in by hand"); err != nil {
		t.Fatal(err)
	}
	if err := l.LoginBegins(t.Context(), entered(t, l, "h2", 2)); err != nil {
		t.Errorf("after a person has looked: %v", err)
	}
}

// TestAnsweredLoginsDoNotCount: only those in a row do.
func TestAnsweredLoginsDoNotCount(t *testing.T) {
	l, w := rig(t)
	c := entered(t, l, "h1", 1)
	for i := range 6 {
		if err := l.LoginBegins(t.Context(), c); err != nil {
			t.Fatalf("login %d: %v", i, err)
		}
		if i%2 == 1 {
			if err := l.LoginEnds(t.Context(), c, nil); err != nil {
				t.Fatal(err)
			}
		}
		w.pass(ledger.Unanswered)
	}
}

// TestLoginsInWhichNothingWasTyped are none to the carrier: between two that may have
// been refused they clear nothing.
func TestLoginsInWhichNothingWasTyped(t *testing.T) {
	l, w := rig(t)
	c := entered(t, l, "h1", 1)
	for i, typed := range []bool{true, false, false, true} {
		if err := l.LoginBegins(t.Context(), c); err != nil {
			t.Fatalf("login %d: %v", i, err)
		}
		if !typed {
			if err := l.LoginNotMade(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			continue // the next may follow at once
		}
		w.pass(ledger.Unanswered)
	}
	expect(t, "after two that may have been refused", l.LoginBegins(t.Context(), c), ledger.ErrSuspended)

	l, w = rig(t)
	c = entered(t, l, "h1", 1)
	for i := range 6 {
		if err := l.LoginBegins(t.Context(), c); err != nil {
			t.Fatalf("login %d: %v", i, err)
		}
		if err := l.LoginNotMade(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.LeaveAccount(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	expect(t, "a visit that is over", l.LoginNotMade(t.Context(), c), ledger.ErrStale)
	_ = w
}

// TestLateRefusal: a refused login counts even if its visit was taken over.
func TestLateRefusal(t *testing.T) {
	l, w := rig(t)
	c := entered(t, l, "h1", 1)
	if err := l.LoginBegins(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	w.kill("h1")
	entered(t, l, "h2", 1)
	expect(t, "late success", l.LoginEnds(t.Context(), c, nil), ledger.ErrStale)
	expect(t, "late refusal", l.LoginEnds(t.Context(), c, &ledger.Suspension{Why: "wrong password", SecretVersion: "v1"}), ledger.ErrStale)
	_, _, err := l.EnterAccount(t.Context(), "acme", "h3", "v1", 9, ttl)
	expect(t, "afterwards", err, ledger.ErrSuspended)
}

func TestSent(t *testing.T) {
	l, w := rig(t)
	if err := l.Sent(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if a, err := l.Account(t.Context(), "acme"); err != nil || !a.LastSent.Equal(w.now) {
		t.Errorf("last sent %s, %v", a.LastSent, err)
	}
}

// The head of an account's evidence never moves back, and a link that is known
// by another hash is told of.
func TestChainedMovesForward(t *testing.T) {
	l, _ := rig(t)
	for _, step := range []struct {
		head submission.Head
		want error
		n    int64
	}{
		{submission.Head{N: 2, SHA: "bb"}, nil, 2},
		{submission.Head{N: 1, SHA: "aa"}, nil, 2},
		{submission.Head{N: 2, SHA: "bb"}, nil, 2},
		{submission.Head{N: 2, SHA: "xx"}, ledger.ErrForked, 2},
		{submission.Head{N: 5, SHA: "ee"}, nil, 5},
	} {
		expect(t, step.head.String(), l.Chained(t.Context(), "acme", step.head), step.want)
		if a, err := l.Account(t.Context(), "acme"); err != nil || a.Chain.N != step.n || a.Chain.SHA == "xx" {
			t.Errorf("after %v: %v, %v", step.head, a.Chain, err)
		}
	}
}

func TestPruneTurns(t *testing.T) {
	l, w := rig(t)
	for i, want := range []bool{true, false, false, true, false} {
		if mine, err := l.PruneTurn(t.Context(), "acme", time.Hour); err != nil || mine != want {
			t.Errorf("turn %d: %v, %v", i, mine, err)
		}
		w.pass(25 * time.Minute)
	}
}
