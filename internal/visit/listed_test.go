package visit_test

import (
	"context"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// TestListedBefore: two visits to one account list what is due, and one comes to an
// invoice after the other has put it off, or freed it. It is left alone then: a look
// that follows another within seconds is asked of the same server, which may lag.
func TestListedBefore(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	unsure(t, b, "FIRST")
	id := unsure(t, b, number)
	b.Carrier.History.TrustAbsence = true
	b.Later(5 * time.Hour)
	visited(t, b.Visit(visittest.Moor))
	b.Later(5 * time.Hour)
	before := b.Get(id)
	if before.Current().State != submission.Uncertain || len(before.Current().Looks) != 1 {
		t.Fatalf("%s after %d looks", before.Current().State, len(before.Current().Looks))
	}
	var freed submission.Submission
	find := func(ctx context.Context, s site, inv carriers.Invoice) ([]carriers.Found, error) {
		if inv.Number == "FIRST" && freed.ID == "" {
			freed = frees(t, b, id)
		}
		return s.Site.Find(ctx, inv)
	}
	trusting := b.Carrier.History
	b.Carrier = with(site{find: find})
	b.Carrier.History = trusting
	visited(t, b.Visit(visittest.Moor))
	if freed.Current().State != submission.Ready {
		t.Fatalf("the other visit left it %s: %s", freed.Current().State, freed.Current().Why)
	}
	if got := b.Get(id); got.Seq != freed.Seq || b.Uploads(number) != 0 {
		t.Errorf("it is %s (%s), with %d uploads", got.Current().State, got.Current().Why, b.Uploads(number))
	}
	b.Later(submission.BetweenLooks)
	visited(t, b.Visit(visittest.Moor))
	if got := b.Get(id).Current(); got.State != submission.Accepted || b.Uploads(number) != 1 {
		t.Errorf("later it is %s (%s), with %d uploads", got.State, got.Why, b.Uploads(number))
	}
}

// frees is what another visit's second look comes to.
func frees(t *testing.T, b *visittest.Bench, id string) submission.Submission {
	t.Helper()
	_, claim, err := b.Ledger.Claim(t.Context(), id, "another", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	now, err := b.Ledger.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	look := &submission.Look{At: now, Visit: "another", Control: true, Mail: true, Trusted: true}
	s, err := b.Ledger.Move(t.Context(), claim,
		submission.Event{Kind: submission.Absent, Actor: submission.ByReconcile, Look: look, NotBefore: now, Why: "it is not there"})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Ledger.Release(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	return s
}
