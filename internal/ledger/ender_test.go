package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

// A fleet is where holders run that can be told to end. One that is told so
// takes its time. Those that ended are forgotten after an hour.
type fleet struct {
	dies  map[string]time.Time // of those that have ended, or will
	drain time.Duration
	told  []string // who was told to end, each time
	whys  []string
	fails error // of End
	blind error // of Dead
}

func (f *fleet) Dead(ctx context.Context, owner string) (bool, error) {
	return f.DeadSince(ctx, owner, -1)
}

func (f *fleet) DeadSince(_ context.Context, owner string, ended time.Duration) (bool, error) {
	owner, _, _ = strings.Cut(owner, "/")
	at, ends := f.dies[owner]
	switch now := time.Now(); {
	case f.blind != nil:
		return false, f.blind
	case !ends || now.Before(at):
		return false, nil
	case now.Sub(at) < time.Hour || ended >= time.Hour:
		return true, nil
	}
	return false, errNoIdea
}

func (f *fleet) End(_ context.Context, owner, why string) error {
	f.told, f.whys = append(f.told, owner), append(f.whys, why)
	if _, ends := f.dies[owner]; !ends && f.fails == nil {
		f.dies[owner] = time.Now().Add(f.drain)
	}
	return f.fails
}

// A bubble is the clock of a synctest bubble.
type bubble struct{}

func (bubble) Now() time.Time      { return time.Now() }
func (bubble) Boot() time.Duration { return time.Since(time.Unix(0, 0)) }

// afar is a ledger whose holders are h.
func afar(h ledger.Holders) *ledger.Ledger {
	return ledger.New(memory.New(), bubble{}, h, submission.Limits{})
}

func newFleet() *fleet { return &fleet{dies: map[string]time.Time{}, drain: 2 * time.Minute} }

// until is when a lease that is taken now ends, and just after.
const until = ttl + time.Second

func takenOver(t *testing.T, l *ledger.Ledger, who string, want ...string) {
	t.Helper()
	taken, err := l.Takeover(t.Context(), who)
	if err != nil {
		t.Errorf("takeover by %s: %v", who, err)
	}
	var ids []string
	for _, s := range taken {
		ids = append(ids, s.ID)
	}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("taken over by %s: -want +got\n%s", who, diff)
	}
}

func intended() submission.Event {
	return (&world{now: time.Now()}).intent("1", "a")
}

// TestToldToEnd: a holder whose lease ran out is told to end, and only its proven
// end moves what it has.
func TestToldToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet()
		l := afar(f)
		id := registered(t, l, "1", "a")
		moved(t, l, claimed(t, l, id, "ecs:a/visit-1"), intended())
		takenOver(t, l, "ecs:b")
		if len(f.told) != 0 {
			t.Fatalf("told to end while its lease lasts: %v", f.told)
		}
		<-time.After(until)
		for range 3 { // it is alive, however often somebody asks, and for two minutes more
			takenOver(t, l, "ecs:b")
			state(t, l, id, submission.Submitting)
			<-time.After(f.drain/3 - time.Second)
		}
		if diff := cmp.Diff([]string{"ecs:a", "ecs:a", "ecs:a"}, f.told); diff != "" {
			t.Errorf("told to end: -want +got\n%s", diff)
		}
		if !strings.Contains(f.whys[0], "was not renewed; ecs:b waits") || strings.Contains(f.whys[0], "acme") {
			t.Errorf("it was told %q, want when and for whom, and nothing of accounts", f.whys[0])
		}
		<-time.After(time.Minute)
		takenOver(t, l, "ecs:b", id)
		state(t, l, id, submission.Uncertain)
		if len(f.told) != 3 {
			t.Errorf("the dead were told to end: %v", f.told)
		}
	})
}

// TestToldOnce: whatever a process holds, one takeover tells it once.
func TestToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet()
		l := afar(f)
		for i := range 3 {
			claimed(t, l, registered(t, l, fmt.Sprint(i), "a"), fmt.Sprintf("ecs:a/visit-%d", i))
		}
		if _, _, err := l.EnterAccount(t.Context(), "acme", "ecs:a/visit-9", "", 1, ttl); err != nil {
			t.Fatal(err)
		}
		claimed(t, l, registered(t, l, "9", "b"), "ecs:c")
		<-time.After(until)
		takenOver(t, l, "ecs:b")
		if diff := cmp.Diff([]string{"ecs:a", "ecs:c"}, f.told); diff != "" {
			t.Errorf("told to end: -want +got\n%s", diff)
		}
	})
}

// TestVisitsAreEnded: who only holds a visit to an account keeps others from it
// just as well.
func TestVisitsAreEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet()
		l := afar(f)
		if _, _, err := l.EnterAccount(t.Context(), "acme", "ecs:a", "", 1, ttl); err != nil {
			t.Fatal(err)
		}
		<-time.After(until)
		_, _, err := l.EnterAccount(t.Context(), "acme", "ecs:b", "", 1, ttl)
		expect(t, "the account of one that may live", err, ledger.ErrHeld)
		if len(f.told) != 0 {
			t.Errorf("a visit told others to end: %v", f.told)
		}
		takenOver(t, l, "ecs:b")
		if diff := cmp.Diff([]string{"ecs:a"}, f.told); diff != "" {
			t.Errorf("told to end: -want +got\n%s", diff)
		}
		<-time.After(f.drain)
		if _, _, err := l.EnterAccount(t.Context(), "acme", "ecs:b", "", 1, ttl); err != nil {
			t.Errorf("the account of the dead: %v", err)
		}
	})
}

// TestNobodyEndsItself: a process whose own part let a lease run out goes on.
func TestNobodyEndsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet()
		l := afar(f)
		claimed(t, l, registered(t, l, "1", "a"), "ecs:a/visit-1")
		<-time.After(until)
		takenOver(t, l, "ecs:a/takeover")
		if len(f.told) != 0 {
			t.Errorf("it told itself to end: %v", f.told)
		}
	})
}

// TestUnknownIsToldToEnd: that nobody can see whether it lives is no reason to let
// it go on, nor to touch what it has.
func TestUnknownIsToldToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet()
		l := afar(f)
		id := registered(t, l, "1", "a")
		moved(t, l, claimed(t, l, id, "ecs:a"), intended())
		f.blind, f.fails = errNoIdea, errors.New("not allowed")
		<-time.After(24 * time.Hour)
		taken, err := l.Takeover(t.Context(), "ecs:b")
		expect(t, "takeover of the unknown", err, errNoIdea)
		expect(t, "takeover tells that it could not be ended", err, f.fails)
		if len(taken) != 0 || len(f.told) != 1 {
			t.Errorf("taken over %v, told %v", taken, f.told)
		}
		state(t, l, id, submission.Submitting)
	})
}

// TestForgotten: one that ended and was forgotten is known to be dead by how long
// ago its lease ended.
func TestForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet()
		l := afar(f)
		id := registered(t, l, "1", "a")
		claimed(t, l, id, "ecs:a")
		f.dies["ecs:a"] = time.Now()
		<-time.After(ttl + 59*time.Minute)
		_, err := l.Takeover(t.Context(), "ecs:b")
		expect(t, "59 minutes after its lease ended", err, errNoIdea)
		<-time.After(time.Minute)
		takenOver(t, l, "ecs:b", id)
	})
}

// A local is holders of one machine: nobody there can be told to end.
type local struct{ f *fleet }

func (l local) Dead(ctx context.Context, owner string) (bool, error) { return l.f.Dead(ctx, owner) }

func TestLocalHoldersAreNotEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet()
		l := afar(local{f})
		claimed(t, l, registered(t, l, "1", "a"), "a")
		<-time.After(24 * time.Hour)
		takenOver(t, l, "b")
		if len(f.told) != 0 {
			t.Errorf("told to end: %v", f.told)
		}
	})
}
