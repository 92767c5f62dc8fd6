package e2e

import (
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// People decide from a laptop as they do where Lodge runs: whoever may only look sees
// the same, and is told that nothing was decided.
func TestDecisions(t *testing.T) {
	s, ok := deploy(t)
	if !ok {
		return
	}
	s.arriveAs(visittest.Moor, "INV-1", visittest.Invoice{Matter: "4711"})
	s.until("the carrier has refused it", 3*time.Minute, every(submission.Rejected))
	s.types("Matter 4711 is closed", 3, "status", "--needs", "biller")

	s.typesAs(asLooker, "may not", 1, "rerun", "INV-1", "--why", "matter 4711 was opened again")
	if !s.gate.refusedTo(asLooker + " dynamodb:PutItem") {
		t.Error("nobody kept the looker from deciding")
	}
	s.until("nothing has changed", time.Minute, every(submission.Rejected))

	s.types("INV-1", 0, "rerun", "INV-1", "--why", "matter 4711 was opened again")
	s.until("it was filed and refused once more", 3*time.Minute, func(list []ledger.Summary) bool {
		return s.portal.Counts().Invoices["INV-1"].Uploads == 2 && every(submission.Rejected)(list)
	})
	s.until("no task is left", time.Minute, s.idle)
	s.types("INV-1", 0, "resolve", "INV-1", "cancel", "--why", "written off")
	s.until("it is cancelled", time.Minute, every(submission.Cancelled))
	s.types("Nothing needs anybody", 0, "status")
	s.told(0)
}

// every says whether all are in a state.
func every(state submission.State) func([]ledger.Summary) bool {
	return func(list []ledger.Summary) bool {
		for _, sum := range list {
			if sum.State != state {
				return false
			}
		}
		return true
	}
}
