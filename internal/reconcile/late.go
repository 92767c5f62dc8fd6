package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/submission"
)

// Late is what the results that a holder could not write into the ledger say about
// what became of rev, which is uncertain: the carrier's own words in answer to its
// last attempt, as the event of a look-up (row 13); false: they say nothing.
//
// It is the same word of the same site that the holder would have written in time.
// What a holder only concluded, such as that nothing was sent, is no word of the
// carrier's, and the look-up decides.
func Late(rev submission.Revision, results []evidence.Result) (submission.Event, bool) {
	if rev.State != submission.Uncertain || len(rev.Attempts) == 0 || ByHand(rev) {
		return submission.Event{}, false
	}
	last := rev.Attempts[len(rev.Attempts)-1]
	for _, r := range results {
		e := r.Event
		if r.Attempt != last.ID || r.Fence != last.Fence || e.Kind != submission.Answered || e.Receipt == nil {
			continue
		}
		receipt := *e.Receipt
		if receipt.State == carriers.StateAccepted && !e.Witnessed {
			receipt.State = carriers.StateReceived // as row 11 has it: a second witness is awaited
		}
		return submission.Event{
			Kind: submission.LookedUp, Actor: submission.ByReconcile, Receipt: &receipt, Filed: last.IntendedAt,
			Evidence: proofs(e),
			Why: fmt.Sprintf("the carrier answered in time, and it could not be written down then (%s): %s",
				r.Why, cmp.Or(receipt.Text, receipt.Status)),
		}, true
	}
	return submission.Event{}, false
}

// proofs are what the holder had stored and not told the ledger.
func proofs(e submission.Event) []submission.Proof {
	if e.Attempt == nil {
		return e.Evidence
	}
	return slices.Concat(e.Evidence, e.Attempt.Evidence)
}
