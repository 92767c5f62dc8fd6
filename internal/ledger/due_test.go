package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func due(t *testing.T, l *ledger.Ledger, limit int) string {
	t.Helper()
	list, err := l.Due(t.Context(), "acme", limit)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range list {
		names = append(names, s.Invoice)
	}
	return strings.Join(names, " ")
}

func TestDue(t *testing.T) {
	l, w := rig(t)
	for i, number := range []string{"looked", "first", "busy", "second", "later"} {
		registered(t, l, number, fmt.Sprint("bytes", i))
		w.pass(time.Second)
	}
	taken := claimed(t, l, key("looked").ID(), "h1")
	moved(t, l, taken, w.intent("1", "bytes0"), answered("1", carriers.StateReceived))
	if err := l.Release(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	claimed(t, l, key("busy").ID(), "h2")
	c := claimed(t, l, key("later").ID(), "h1")
	moved(t, l, c, submission.Event{Kind: submission.Postponed, Actor: submission.ByVisit, NotBefore: w.now.Add(time.Hour)})
	if err := l.Release(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int]string{0: "looked first second", 2: "looked first", 3: "looked first second"} {
		if got := due(t, l, limit); got != want {
			t.Errorf("due, at most %d: %s, want %s", limit, got, want)
		}
	}
	w.kill("h2")
	w.pass(2 * time.Hour)
	if got, want := due(t, l, 0), "looked first busy second later"; got != want {
		t.Errorf("two hours later: %s, want %s", got, want)
	}
}

func TestNextDue(t *testing.T) {
	l, w := rig(t)
	next := func(want time.Time, accounts int) {
		t.Helper()
		got, err := l.NextDue(t.Context())
		if err != nil || !got.Equal(want) {
			t.Errorf("next due %s, want %s: %v", got, want, err)
		}
		if list, err := l.DueAccounts(t.Context()); err != nil || len(list) != accounts {
			t.Errorf("due accounts %v, want %d: %v", list, accounts, err)
		}
	}
	next(time.Time{}, 0)
	id := registered(t, l, "1", "a")
	created := w.now
	next(created, 1)
	c := claimed(t, l, id, "h1")
	next(time.Time{}, 0)
	w.pass(time.Second)
	moved(t, l, c, w.intent("1", "a"))
	next(time.Time{}, 0)
	w.kill("h1")
	next(w.now, 1) // to be taken over
	if _, err := l.Takeover(t.Context(), "h2"); err != nil {
		t.Fatal(err)
	}
	next(w.now, 1) // since it was taken over
	c = claimed(t, l, id, "h3")
	until := w.now.Add(time.Hour)
	moved(t, l, c, submission.Event{Kind: submission.Postponed, Actor: submission.ByReconcile, NotBefore: until})
	if err := l.Release(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	next(until, 0)
}
