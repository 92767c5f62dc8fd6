package visit_test

import (
	"testing"
	"time"

	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// TestRefusedShortlyBefore: a person has filed it by hand without a word, and the
// carrier refused that a moment ago. Lodge files, its answer is lost and its row lags:
// the refusal that was there before is not the answer.
func TestRefusedShortlyBefore(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	refusedByHand(b)
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	b.Fault(portal.Fault{What: portal.ResetAfter}, portal.Fault{What: portal.Lag, For: portal.Duration(3 * time.Minute)})
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
		t.Log(err)
	}
	rev := b.Get(id).Current()
	if rev.State != submission.Uncertain || b.Uploads(number) != 1 {
		t.Fatalf("it is %s (%s), %d uploads", rev.State, rev.Why, b.Uploads(number))
	}
	if before := rev.Attempts[0].Before; len(before) != 1 || before[0].At.IsZero() {
		t.Errorf("the intent remembers of the look-before: %+v", before)
	}
	b.Later(10 * time.Minute)
	visited(t, b.Visit(visittest.Moor))
	if rev := b.Get(id).Current(); rev.State != submission.Accepted || b.Uploads(number) != 1 {
		t.Errorf("later it is %s (%s), %d uploads", rev.State, rev.Why, b.Uploads(number))
	}
}
