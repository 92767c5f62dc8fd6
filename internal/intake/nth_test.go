package intake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

// nobody is the fate of holders that nobody asks for.
type nobody struct{}

func (nobody) Dead(context.Context, string) (bool, error) { return false, nil }

var errNth = errors.New("the ledger cannot be reached just now")

// A way is how a call fails: after it was done, with the end of its context instead
// of an error, and whether the next scan is another program's.
type way struct{ done, ends, again bool }

// TestNthCall lets each call to the real ledger's store fail once while an inbox is
// taken in, before it did anything, after it did it, and with the end of its
// context. The next scan, by the same program or another, takes in what is missing:
// all is there, nothing twice, and each in the order of the files.
func TestNthCall(t *testing.T) {
	for name, c := range map[string]way{
		"fails": {}, "is done, and its answer is lost": {done: true}, "meets the end of its context": {ends: true},
		"fails, and another program goes on": {again: true}, "is done, and another program goes on": {done: true, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			n := 1
			for ; c.fails(t, n) && !t.Failed(); n++ {
			}
			t.Logf("%d calls", n-1)
		})
	}
}

// fails lets the n-th call fail; false if there were fewer.
func (c way) fails(t *testing.T, n int) bool {
	t.Helper()
	seen, hit := 0, false
	engine := memory.New()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	failing := ledgertest.Failing{Engine: engine, Fail: func(_ string, done bool) error {
		if !done {
			seen++
		}
		if hit || seen != n || done != c.done {
			return nil
		}
		hit = true
		if c.ends {
			end()
			return nil
		}
		return errNth
	}}
	w := newWorld(t, func(o *intake.Options) {
		o.Ledger = ledger.New(failing, &fakeClock{}, nobody{}, submission.Limits{})
	})
	w.put("both.txt", file(t, newInvoice("A-1", 100), newInvoice("A-2", 200)))
	w.put("unreadable.txt", "LEDES1998B[]\nno such field[]\n")
	w.put("copy.txt", invoice(t, "A-1", 100))
	w.put("corrected.txt", invoice(t, "A-2", 300))
	_, _ = w.intake.Scan(ctx) // what failed is in the next one
	if c.again {
		w.start()
	}
	w.scan()
	takenIn(t, engine, n)
	return seen >= n
}

// takenIn looks whether all of the inbox is in the ledger, and once.
func takenIn(t *testing.T, e ledger.Engine, n int) {
	t.Helper()
	list, err := e.List(t.Context(), ledger.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, item := range list {
		s, err := e.Load(t.Context(), item.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Revisions {
			got = append(got, fmt.Sprintf("%s%s %d %s %s", s.Key.Number, s.Key.Object, r.Number, r.Total, r.State))
		}
		entries, err := e.History(t.Context(), item.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := submission.Replay(s.Key, s.Carrier, entries); err != nil || int64(len(entries)) != s.Seq {
			t.Errorf("call %d: %d entries of %d: %v", n, len(entries), s.Seq, err)
		}
	}
	slices.Sort(got)
	want := []string{"A-1 1 1.00 ready", "A-2 1 2.00 superseded", "A-2 2 3.00 ready", "unreadable.txt 1 0.00 quarantined"}
	if !slices.Equal(got, want) {
		t.Errorf("call %d: the ledger has %q, want %q", n, got, want)
	}
}
