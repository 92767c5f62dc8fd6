package submission_test

import (
	"testing"

	"example.com/lodge/carriers"
	. "example.com/lodge/internal/submission"
)

// corrected is a corrected invoice that the site took in, after one that it had
// rejected. The rejection had no number, and the site shows no dates.
func corrected(t *testing.T, number string) *tale {
	t.Helper()
	refusal := with(answer("1", carriers.StateRejected), func(e *Event) { e.Receipt.Number = "" })
	taken := with(answer("2", carriers.StateReceived), func(e *Event) { e.Receipt.Number = number })
	return told(t, then(sending(), refusal, other(), intend("2", "b"), taken)...)
}

// TestOwnNumber: a word with the number that the page gave to a revision is about
// that revision, whatever was heard of the one before.
func TestOwnNumber(t *testing.T) {
	for _, c := range []struct {
		name, page, row string
		want            State
	}{
		{"its number", "R-2", "R-2", Accepted},
		{"another number", "R-2", "R-3", Submitted},
		{"the page gave none", "", "R-2", Submitted},
	} {
		t.Run(c.name, func(t *testing.T) {
			tale := corrected(t, c.page)
			err := tale.tell(with(lookedUp(carriers.StateAccepted), func(e *Event) { e.Receipt.Number = c.row }), Limits{})
			if got := tale.s.Current().State; got != c.want || (err == nil) != (c.want == Accepted) {
				t.Errorf("%s, want %s: %v", got, c.want, err)
			}
		})
	}
}

// TestShownIsNotAbsent: a look-up that shows a row that may be the answer proves no
// absence, and ends what those before it proved.
func TestShownIsNotAbsent(t *testing.T) {
	refusal := with(absent("v2"), func(e *Event) {
		e.Receipt = &carriers.Receipt{Status: "refused, no date", State: carriers.StateRejected}
	})
	tale := told(t, then(uncertain(), absent("v1"), refusal)...)
	if got := tale.s.Current(); got.State != Uncertain || len(got.Looks) != 0 {
		t.Fatalf("%s with %d looks, want uncertain without", got.State, len(got.Looks))
	}
	if err := tale.tell(absent("v3"), Limits{}); err != nil || tale.s.Current().State != Uncertain {
		t.Errorf("%s after one more look, want uncertain: %v", tale.s.Current().State, err)
	}
}
