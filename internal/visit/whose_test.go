package visit_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/portal"
	sim "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// TestNobodyKnowsWhose corrects an invoice within minutes of its rejection, and the
// answer is lost: by what the site shows nobody can tell whether the row is the
// correction's. The visit goes on with other invoices, and in the end a person is asked.
func TestNobodyKnowsWhose(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{Matter: sim.ClosedMatter})
	visited(t, b.Visit(visittest.Moor))
	if got := b.Get(id).Current().State; got != submission.Rejected {
		t.Fatalf("it is %s", got)
	}
	b.Fault(portal.Fault{What: portal.UnknownAfter, Next: 1}, portal.Fault{What: portal.Unconfirmed, Next: 1})
	b.Register(visittest.Moor, number, visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	rev := b.Get(id).Current()
	if rev.State != submission.Uncertain || !strings.Contains(rev.Why, "not known to be of this revision") {
		t.Fatalf("it is %s: %s", rev.State, rev.Why)
	}
	b.Later(4 * time.Hour)
	other := b.Register(visittest.Moor, "INV-2", visittest.Invoice{})
	visited(t, b.Visit(visittest.Moor))
	if got := b.Get(other).Current().State; got != submission.Accepted {
		t.Errorf("what comes after it is %s", got)
	}
	b.Later(49 * time.Hour)
	visited(t, b.Visit(visittest.Moor))
	if rev := b.Get(id).Current(); rev.State != submission.NeedsPerson || b.Uploads(number) != 2 {
		t.Errorf("it is %s (%s), with %d uploads", rev.State, rev.Why, b.Uploads(number))
	}
	late, err := filepath.Glob(filepath.Join(b.Evidence.Place(""), "*", "*", "*", "result*.json"))
	if err != nil || len(late) > 0 {
		t.Errorf("what the table refused is kept as if it could not be written: %v, %v", late, err)
	}
}
