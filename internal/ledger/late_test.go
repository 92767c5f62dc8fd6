package ledger_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/submission"
)

// came is a file that a bucket got n seconds after nine, the nth of that second.
func came(name, bytes string, n, nth int) submission.Revision {
	rev := file(bytes)
	rev.Object.Name, rev.Object.At = name, time.Date(2026, 11, 2, 9, 0, n, 0, time.UTC)
	rev.Object.Version, rev.Object.Nth = bytes, nth
	return rev
}

// TestLate: whatever the order in which files from a bucket arrive, at however many
// programs at once, the newest of an invoice is the one that is filed.
func TestLate(t *testing.T) {
	arrivals := []submission.Revision{
		came("a.txt", "v1", 1, 0), came("a.txt", "v2", 1, 1), came("b.txt", "v3", 2, 0), came("a.txt", "v4", 3, 0), came("a.txt", "v5", 3, 1),
	}
	for seed := range uint64(20) {
		l, _ := rig(t)
		random := rand.New(rand.NewPCG(seed, 1))
		var all sync.WaitGroup
		for _, i := range random.Perm(len(arrivals)) {
			all.Go(func() {
				for range 2 {
					if _, err := l.Register(t.Context(), "harbor", key("1"), arrivals[i], "intake"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		s := state(t, l, key("1").ID(), submission.Ready)
		if v := s.Current().Object.Version; v != "v5" {
			t.Errorf("order %d: %s is filed", seed, v)
		}
		replays(t, l, s.ID)
	}
}

// TestLateMovesNothing: neither the submission nor its history; the answer says it.
func TestLateMovesNothing(t *testing.T) {
	l, _ := rig(t)
	for n, c := range []struct {
		rev  submission.Revision
		late bool
	}{
		{came("a.txt", "second", 2, 0), false},
		{came("a.txt", "first", 1, 9), true},
		{came("b.txt", "same second", 2, 0), false}, // of another object nobody knows
		{file("from a folder"), false},
	} {
		r, err := l.Register(t.Context(), "harbor", key("1"), c.rev, "intake")
		if err != nil || r.Late != c.late || r.Known {
			t.Errorf("%d: %+v, %v", n, r, err)
		}
	}
	s, err := l.Get(t.Context(), key("1").ID())
	if err != nil || len(s.Revisions) != 3 || s.Version != 3 {
		t.Errorf("%d revisions, version %d, %v", len(s.Revisions), s.Version, err)
	}
}

// TestLateAndReadable: an older version that could be read does not settle that the
// newer one cannot be.
func TestLateAndReadable(t *testing.T) {
	l, _ := rig(t)
	unread := submission.Key{Account: "acme", Object: "a.txt"}
	bad := came("a.txt", "torn", 2, 0)
	bad.State, bad.Why, bad.Needs = submission.Quarantined, "torn", submission.Quarantined.Acts()
	for _, c := range []struct {
		key  submission.Key
		rev  submission.Revision
		then submission.State
	}{
		{unread, bad, submission.Quarantined},
		{key("1"), came("a.txt", "before", 1, 0), submission.Quarantined},
		{key("1"), came("a.txt", "mended", 3, 0), submission.Superseded},
	} {
		if _, err := l.Register(t.Context(), "harbor", c.key, c.rev, "intake"); err != nil {
			t.Fatal(err)
		}
		state(t, l, unread.ID(), c.then)
	}
}
