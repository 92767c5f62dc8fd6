package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/submission"
)

// A way is how a call fails: after it was done, or with the end of its context
// instead of an error.
type way struct{ done, ends bool }

// TestNthCall lets each call of a relay to the ledger fail once. What is owed comes
// all the same, in order; an entry comes twice only where its mark failed.
func TestNthCall(t *testing.T) {
	for name, c := range map[string]way{
		"fails": {}, "is done, and its answer is lost": {done: true}, "meets the end of its context": {ends: true},
	} {
		t.Run(name, func(t *testing.T) {
			r, n := newRig(t), 1
			for ; c.fails(t, r, n) && !t.Failed(); n++ {
			}
			t.Logf("%d calls", n-1)
		})
	}
}

// fails lets the n-th call fail; false if there were fewer.
func (c way) fails(t *testing.T, r *rig, n int) bool {
	t.Helper()
	seen, name, number, to := 0, "", fmt.Sprint(n), &ear{}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	failing := ledgertest.Failing{Engine: r.engine, Fail: func(call string, done bool) error {
		if !done {
			seen++
		}
		if name != "" || seen != n || done != c.done {
			return nil
		}
		name = call
		if c.ends {
			end()
			return nil
		}
		return errors.New("the ledger cannot be reached just now")
	}}
	books := outbox.Destination{Name: "books", To: to}
	r.relay(r.ledger, books) // it is enrolled before anything happens
	r.moves(invoice(number), life...)
	o := outbox.Options{Ledger: ledger.New(failing, r.clock, nil, submission.Limits{}), Destinations: []outbox.Destination{books},
		Turns: outbox.Folder(r.dir), Clock: r.clock, AtOnce: 1, Log: slog.New(slog.DiscardHandler)}
	relay := outbox.New(o)
	for range 3 {
		relay.Pass(ctx)
		r.clock.pass(time.Hour) // whatever rests after a failure
	}
	outbox.New(o).Pass(t.Context()) // of the next program
	heard := to.heard[number]
	if len(heard) > len(life) && name != "Delivered" {
		t.Errorf("call %d, %s: %v was told", n, name, heard)
	}
	if got := slices.Compact(heard); !slices.Equal(got, []int64{1, 2, 3, 4}) || r.owed("books") > 0 {
		t.Errorf("call %d, %s: %v was told, %d submissions are owed still", n, name, heard, r.owed("books"))
	}
	return seen >= n
}
