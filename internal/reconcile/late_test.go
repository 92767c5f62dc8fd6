package reconcile_test

import (
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
)

// TestLate: a late result counts as the carrier's word on the attempt that it is
// of, and on no other.
func TestLate(t *testing.T) {
	attempts := []submission.Attempt{{ID: "a1", Fence: 3, IntendedAt: noon()}, {ID: "a2", Fence: 5, IntendedAt: noon().Add(time.Hour)}}
	answer := func(change ...func(*evidence.Result)) []evidence.Result {
		r := evidence.Result{Attempt: "a2", Fence: 5, Why: "the disk was full", Event: submission.Event{Kind: submission.Answered, Witnessed: true,
			Receipt: &carriers.Receipt{State: carriers.StateAccepted, Number: "C7", Text: "accepted, thank you"}}}
		for _, c := range change {
			c(&r)
		}
		return []evidence.Result{r}
	}
	open := submission.Revision{State: submission.Uncertain, Attempts: attempts}
	for _, c := range []struct {
		name    string
		rev     submission.Revision
		results []evidence.Result
		want    carriers.ReceiptState // "": it says nothing
	}{
		{"accepted", open, answer(), carriers.StateAccepted},
		{"rejected", open, answer(func(r *evidence.Result) { r.Event.Receipt.State = carriers.StateRejected }), carriers.StateRejected},
		{"only the result page says accepted", open, answer(func(r *evidence.Result) { r.Event.Witnessed = false }), carriers.StateReceived},
		{"after a look-up that told nothing", open, append([]evidence.Result{{Attempt: "a2", Fence: 5, Event: submission.Event{Kind: submission.Absent}}}, answer()...), carriers.StateAccepted},
		{"nothing", open, nil, ""},
		{"of an earlier attempt", open, answer(func(r *evidence.Result) { r.Attempt = "a1" }), ""},
		{"of another fence", open, answer(func(r *evidence.Result) { r.Fence = 4 }), ""},
		{"without words", open, answer(func(r *evidence.Result) { r.Event.Receipt = nil }), ""},
		{"that nothing was sent", open, answer(func(r *evidence.Result) { r.Event.Kind = submission.NotSent }), ""},
		{"of what is settled", submission.Revision{State: submission.NeedsPerson, Attempts: attempts}, answer(), ""},
		{"before what a person filed by hand", submission.Revision{State: submission.Uncertain, Attempts: attempts,
			ByHand: submission.ByHand{At: noon().Add(2 * time.Hour)}}, answer(), ""},
		{"of what was never sent", submission.Revision{State: submission.Uncertain}, answer(), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, ok := reconcile.Late(c.rev, c.results)
			switch {
			case ok != (c.want != ""):
				t.Fatalf("it counts: %t", ok)
			case ok && (e.Receipt.State != c.want || e.Kind != submission.LookedUp || !e.Filed.Equal(attempts[1].IntendedAt)):
				t.Errorf("%+v with %+v, want %s", e, e.Receipt, c.want)
			}
		})
	}
}
