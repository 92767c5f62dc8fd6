package ledger_test

import (
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
)

// TestTurn is the life of a turn that several programs want.
func TestTurn(t *testing.T) {
	l, w := rig(t)
	other := ledger.New(w, clockOf{w}, w, l.Limits())
	ledgers := []*ledger.Ledger{l, other}
	var mu sync.Mutex
	var got []ledger.Claim
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			c, err := ledgers[i%2].TakeTurn(t.Context(), "books", "h1", ttl)
			if err != nil {
				expect(t, "beside the holder", err, ledger.ErrHeld)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, c)
		})
	}
	all.Wait()
	if len(got) != 1 {
		t.Fatalf("%d have the turn, not one", len(got))
	}
	first := got[0]
	if want := w.boot + ttl - ledger.Margin; first.Deadline != want {
		t.Errorf("its deadline is %s, want %s", first.Deadline, want)
	}
	if _, err := other.TakeTurn(t.Context(), "files", "h2", ttl); err != nil {
		t.Errorf("another destination's: %v", err)
	}
	w.pass(ttl)
	if c, err := l.RenewTurn(t.Context(), first, ttl); err != nil || c.Deadline != first.Deadline+ttl || c.Fence != first.Fence {
		t.Errorf("renewed: %+v, %v", c, err)
	}
	if err := l.EndTurn(t.Context(), first); err != nil {
		t.Error(err)
	}
	expect(t, "given back twice", l.EndTurn(t.Context(), first), ledger.ErrStale)
	second, err := other.TakeTurn(t.Context(), "books", "h1", ttl)
	if err != nil || second.Fence == first.Fence {
		t.Fatalf("after it was given back: %+v, %v", second, err)
	}
	_, err = l.RenewTurn(t.Context(), first, ttl)
	expect(t, "one that was lost is renewed", err, ledger.ErrStale)
	expect(t, "one that was lost is given back", l.EndTurn(t.Context(), first), ledger.ErrStale)
	_, err = l.TakeTurn(t.Context(), "books", "h2", ttl)
	expect(t, "after a stranger gave it back", err, ledger.ErrHeld)
}

// TestTurnOfTheDead ends by the ledger's clock, and late enough for clocks that
// are a minute off: never before its holder has stopped.
func TestTurnOfTheDead(t *testing.T) {
	l, w := rig(t)
	if _, err := l.TakeTurn(t.Context(), "books", "h1", ttl); err != nil {
		t.Fatal(err)
	}
	w.kill("h1") // nobody asks
	w.pass(ttl + 2*time.Minute)
	_, err := l.TakeTurn(t.Context(), "books", "h2", ttl)
	expect(t, "while a clock that is off may show less", err, ledger.ErrHeld)
	w.pass(time.Minute)
	if _, err := l.TakeTurn(t.Context(), "books", "h2", ttl); err != nil {
		t.Error(err)
	}
	if _, err := l.TakeTurn(t.Context(), "files", "h1", 2*ledger.Margin); err == nil {
		t.Error("a turn was taken that leaves no time to act")
	}
	if _, err := l.TakeTurn(t.Context(), "files", "", ttl); err == nil {
		t.Error("a turn was taken by nobody")
	}
	if list, err := l.Accounts(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("turns are listed as accounts: %+v, %v", list, err)
	}
}
