package faults

import (
	"errors"
	"slices"
	"sync"

	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/visit"
)

// A Round reports the faults of one round of visits, each once however often it
// is told. It is safe for use by several goroutines.
type Round struct {
	sink *Sink

	mu       sync.Mutex
	reported []error
}

// Round begins a round.
func (s *Sink) Round() *Round { return &Round{sink: s} }

// Visit returns what to tell of one visit to an account: a
// [visit.Visit.Tell] that reports faults.
func (r *Round) Visit(account, carrier string) func(visit.Progress) {
	step, at := "", "" // the one under way, and the submission it is of
	return func(p visit.Progress) {
		switch p.Step {
		case visit.StepDone:
			r.report(p.Err, Fault{Carrier: carrier, Account: account, Submission: p.ID, Attempt: p.Attempt, Step: step, Asked: p.On})
		case visit.StepLeft:
			f := Fault{Carrier: carrier, Account: account, Step: step}
			if at == "" { // it did not come further than the login, where no invoice is named
				f.Asked = p.On
			}
			r.report(p.Err, f)
		default:
			step, at = p.Step, p.ID
		}
	}
}

// Failures reports what befell whole accounts and was not told by a visit.
func (r *Round) Failures(list []batch.Failure) {
	for _, f := range list {
		r.report(f.Err, Fault{Account: f.Account})
	}
}

// Failed reports why a round could not be made, for instance a ledger that fails.
func (r *Round) Failed(err error) { r.report(err, Fault{Step: "round"}) }

// report reports err if it is a fault and none that was reported before: what
// ends an attempt ends its visit too, and then shows in the batch's result.
func (r *Round) report(err error, where Fault) {
	f, ok := Of(err)
	if !ok || r.sink == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.reported, func(known error) bool { return errors.Is(err, known) }) {
		return
	}
	r.reported = append(r.reported, err)
	where.What, where.Cause = f.What, f.Cause
	r.sink.Report(where)
}
