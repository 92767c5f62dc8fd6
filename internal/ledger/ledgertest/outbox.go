package ledgertest

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"testing"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func enrolled(t *testing.T, e ledger.Engine, destinations ...string) {
	t.Helper()
	for _, d := range destinations {
		if err := e.Enrol(t.Context(), d); err != nil {
			t.Fatalf("enrol %s: %v", d, err)
		}
	}
}

// owed is all that is owed to a destination.
func owed(t *testing.T, e ledger.Engine, destination string) []ledger.Owed {
	t.Helper()
	list, err := e.Owed(t.Context(), destination, "", 1000)
	if err != nil {
		t.Fatalf("owed to %s: %v", destination, err)
	}
	return list
}

func delivered(t *testing.T, e ledger.Engine, destination, id string, seq int64) {
	t.Helper()
	if err := e.Delivered(t.Context(), destination, id, seq); err != nil {
		t.Fatalf("delivered to %s up to %d: %v", destination, seq, err)
	}
}

// next stores the version after s with one more entry.
func next(t *testing.T, e ledger.Engine, s submission.Submission) submission.Submission {
	t.Helper()
	s.Version, s.Seq = s.Version+1, s.Seq+1
	store(t, e, s)
	return s
}

func owedFromNowOn(t *testing.T, e ledger.Engine) {
	old, moved := one("acme", "old", submission.Accepted), one("acme", "moved", submission.Ready)
	store(t, e, old, moved)
	want(t, "before anybody is enrolled", owed(t, e, "books"), []ledger.Owed(nil))
	enrolled(t, e, "books")
	want(t, "of what was there before", owed(t, e, "books"), []ledger.Owed(nil))
	fresh := one("acme", "new", submission.Ready)
	moved = next(t, e, moved)
	store(t, e, fresh)
	all := []ledger.Owed{{ID: moved.ID, Delivered: 1}, {ID: fresh.ID}}
	slices.SortFunc(all, func(a, b ledger.Owed) int { return cmp.Compare(a.ID, b.ID) })
	want(t, "of what was written since", owed(t, e, "books"), all)
	enrolled(t, e, "books")
	want(t, "after enrolling again", owed(t, e, "books"), all)
	var pages []ledger.Owed
	for after := ""; ; after = pages[len(pages)-1].ID {
		page, err := e.Owed(t.Context(), "books", after, 1)
		if err != nil || len(page) > 1 {
			t.Fatalf("a page: %v, %v", page, err)
		}
		if len(page) == 0 {
			break
		}
		pages = append(pages, page...)
	}
	want(t, "page by page", pages, all)
	conflict(t, "a refused write", e, old)
	want(t, "after a refused write", owed(t, e, "books"), all)
}

func deliveredUpTo(t *testing.T, e ledger.Engine) {
	enrolled(t, e, "books")
	s := one("acme", "1", submission.Ready)
	if err := e.Store(t.Context(), s, []submission.Entry{entry(1), entry(2), entry(3)}); err != nil {
		t.Fatal(err)
	}
	s.Seq = 3
	want(t, "three entries", owed(t, e, "books"), []ledger.Owed{{ID: s.ID}})
	delivered(t, e, "books", s.ID, 2)
	want(t, "two of them", owed(t, e, "books"), []ledger.Owed{{ID: s.ID, Delivered: 2}})
	delivered(t, e, "books", s.ID, 1)
	want(t, "a late mark", owed(t, e, "books"), []ledger.Owed{{ID: s.ID, Delivered: 2}})
	want(t, "marks are no versions", load(t, e, s.ID).Version, int64(1))
	s = next(t, e, s)
	delivered(t, e, "books", s.ID, 3)
	want(t, "one written meanwhile", owed(t, e, "books"), []ledger.Owed{{ID: s.ID, Delivered: 3}})
	delivered(t, e, "books", s.ID, 4)
	want(t, "all of it", owed(t, e, "books"), []ledger.Owed(nil))
	delivered(t, e, "books", s.ID, 2)
	want(t, "a mark of what is paid", owed(t, e, "books"), []ledger.Owed(nil))
	s = next(t, e, s)
	delivered(t, e, "books", s.ID, 2)
	want(t, "the number does not fall", owed(t, e, "books"), []ledger.Owed{{ID: s.ID, Delivered: 4}})
	delivered(t, e, "nobody", s.ID, 9)
	delivered(t, e, "books", "nothing", 9)
}

func destinations(t *testing.T, e ledger.Engine) {
	enrolled(t, e, "books", "Zürich ✓")
	s := one("acme", "1", submission.Ready)
	store(t, e, s)
	delivered(t, e, "books", s.ID, 1)
	want(t, "told", owed(t, e, "books"), []ledger.Owed(nil))
	want(t, "not told", owed(t, e, "Zürich ✓"), []ledger.Owed{{ID: s.ID}})
	for range 2 {
		if err := e.Dismiss(t.Context(), "Zürich ✓"); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "dismissed", owed(t, e, "Zürich ✓"), []ledger.Owed(nil))
	s = next(t, e, s)
	want(t, "of a destination that stays", owed(t, e, "books"), []ledger.Owed{{ID: s.ID, Delivered: 1}})
	enrolled(t, e, "Zürich ✓")
	want(t, "enrolled again", owed(t, e, "Zürich ✓"), []ledger.Owed(nil))
	s = next(t, e, s)
	want(t, "from then on", owed(t, e, "Zürich ✓"), []ledger.Owed{{ID: s.ID, Delivered: 2}})
	for _, bad := range []string{"", "a\x00b", "\xff"} {
		if err := e.Enrol(t.Context(), bad); !errors.Is(err, ledger.ErrValue) {
			t.Errorf("enrol %q: %v, want %v", bad, err, ledger.ErrValue)
		}
	}
}

// deliveredMeanwhile writes a history while it is delivered: no write meets a
// conflict, and every entry is seen as owed before it is not.
func deliveredMeanwhile(t *testing.T, e ledger.Engine) {
	enrolled(t, e, "books")
	s := one("acme", "1", submission.Ready)
	store(t, e, s)
	const entries = 60
	var writing sync.WaitGroup
	writing.Go(func() {
		for v := int64(2); v <= entries; v++ {
			s.Version, s.Seq = v, v
			if err := e.Store(t.Context(), s, []submission.Entry{entry(v)}); err != nil {
				t.Errorf("a delivery was in the way of version %d: %v", v, err)
				return
			}
		}
	})
	defer writing.Wait() // also where the test fails before
	var seen int64
	for range 10_000 {
		list := owed(t, e, "books")
		if len(list) == 0 {
			continue
		}
		if list[0].Delivered > seen {
			t.Fatalf("delivered up to %d is said, only %d were seen", list[0].Delivered, seen)
		}
		history, err := e.History(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		seen = history[len(history)-1].Seq
		delivered(t, e, "books", s.ID, seen)
		if seen == entries {
			break
		}
	}
	writing.Wait()
	want(t, "entries that were seen", seen, int64(entries))
	want(t, "still owed", owed(t, e, "books"), []ledger.Owed(nil))
}
