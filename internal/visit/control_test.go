package visit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// freed is an invoice that may have been sent and did not show twice, at an account
// whose invoice KNOWN the site shows. Its id is returned with that of KNOWN.
func freed(t *testing.T, b *visittest.Bench) (id, known string) {
	t.Helper()
	known = b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	id = unsure(t, b, number)
	b.Carrier.History.TrustAbsence = true
	for range 2 {
		b.Later(5 * time.Hour)
		visited(t, b.Visit(visittest.Moor))
	}
	if got := b.Get(id).Current(); got.State != submission.Ready {
		t.Fatalf("after two looks it is %s: %s", got.State, got.Why)
	}
	return id, known
}

// TestUncheckedLook: what may have been sent before is not sent again where nothing is
// left that the site is known to hold, by which its search could be tried.
func TestUncheckedLook(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id, known := freed(t, b)
	b.Later(5 * time.Hour)
	if _, err := b.Ledger.Decide(t.Context(), known,
		submission.Event{Kind: submission.Decided, Want: submission.Cancelled, Who: "ann", Why: "withdrawn at the carrier's"}); err != nil {
		t.Fatal(err)
	}
	visited(t, b.Visit(visittest.Moor))
	got := b.Get(id).Current()
	if got.State != submission.NeedsPerson || got.Needs != carriers.Operator || b.Uploads(number) != 0 {
		t.Errorf("it is %s, %s is asked, %d uploads: %s", got.State, got.Needs, b.Uploads(number), got.Why)
	}
}

// sleepy is a site at which two minutes pass before KNOWN is asked for.
func sleepy(b *visittest.Bench) {
	history := b.Carrier.History
	b.Carrier = with(site{find: func(ctx context.Context, s site, inv carriers.Invoice) ([]carriers.Found, error) {
		if inv.Number == "KNOWN" {
			b.Later(2 * time.Minute)
		}
		return s.Site.Find(ctx, inv)
	}})
	b.Carrier.History = history
}

// TestLateControl: between a look-up and the question that checks it the machine has
// slept. A search that works by now proves nothing of the answer before.
func TestLateControl(t *testing.T) {
	t.Parallel()
	t.Run("of a look-up", func(t *testing.T) {
		t.Parallel()
		b := visittest.New(t, harbor.Carrier())
		b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
		visited(t, b.Visit(visittest.Moor))
		id := unsure(t, b, number)
		b.Later(5 * time.Hour)
		sleepy(b)
		visited(t, b.Visit(visittest.Moor))
		got := b.Get(id).Current()
		if got.State != submission.Uncertain || len(got.Looks) != 0 || !strings.Contains(got.Why, "2m0s later, so that this proves nothing") {
			t.Errorf("it is %s with %d looks: %s", got.State, len(got.Looks), got.Why)
		}
	})
	t.Run("of the look-before", func(t *testing.T) {
		t.Parallel()
		b := visittest.New(t, harbor.Carrier())
		id, _ := freed(t, b)
		b.Later(5 * time.Hour)
		sleepy(b)
		_, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context())
		got := b.Get(id).Current()
		if carriers.KindOf(err) != carriers.Unavailable || got.State != submission.Ready || b.Uploads(number) != 0 {
			t.Errorf("%v; it is %s, %d uploads", err, got.State, b.Uploads(number))
		}
		b.Carrier = harbor.Carrier()
		b.Later(time.Hour)
		visited(t, b.Visit(visittest.Moor))
		if got := b.Get(id).Current(); got.State != submission.Accepted || b.Uploads(number) != 1 {
			t.Errorf("an hour later it is %s: %s", got.State, got.Why)
		}
	})
}
