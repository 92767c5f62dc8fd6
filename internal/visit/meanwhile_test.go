package visit_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// TestNewVersionMeanwhile brings another version of the file while the form is
// being filled in with the first: only the second is sent.
func TestNewVersionMeanwhile(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	b.Tell = once(visit.StepSubmit, func() { b.Register(visittest.Moor, number, visittest.Invoice{Total: 99_00}) })
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	rev, taken := b.Get(id).Current(), b.Portal.Book().All()
	if rev.Number != 2 || rev.State != submission.Accepted || len(taken) != 1 || taken[0].Amount.String() != "99.00" {
		t.Errorf("revision %d is %s (%s); the portal has %+v", rev.Number, rev.State, rev.Why, taken)
	}
}

// once calls f the first time that a visit tells of step.
func once(step string, f func()) func(visit.Progress) {
	first := sync.OnceFunc(f)
	return func(p visit.Progress) {
		if p.Step == step {
			first()
		}
	}
}

// TestStolen has somebody else take the lease while the form is filled in, and
// while the answer is awaited: the first is not sent; of the second, the late
// result is kept and moves nothing.
func TestStolen(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]struct {
		state   submission.State
		uploads int
	}{
		visit.StepSubmit: {submission.Ready, 0},
		visit.StepVerify: {submission.Submitting, 1},
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			b := visittest.New(t, harbor.Carrier())
			id := b.Register(visittest.Moor, number, visittest.Invoice{})
			b.Tell = once(step, func() {
				s := b.Get(id)
				s.Version++
				s.Fence++
				s.Lease.Owner = "another"
				if err := b.Engine.Store(t.Context(), s, nil); err != nil {
					t.Error(err)
				}
			})
			if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
				t.Error(err)
			}
			s := b.Get(id)
			if got := s.Current(); got.State != want.state || b.Uploads(number) != want.uploads || s.Lease.Owner != "another" {
				t.Errorf("%s (%s), leased to %q, %d uploads", got.State, got.Why, s.Lease.Owner, b.Uploads(number))
			}
			late := 0
			for r, err := range b.Evidence.Results(t.Context()) {
				if err != nil || r.Event.Receipt.Number != confirmation(b, number) {
					t.Errorf("the evidence has %+v, %v", r, err)
				}
				late++
			}
			if late != want.uploads {
				t.Errorf("%d late results", late)
			}
		})
	}
}

// TestAnswerNotWritten has the ledger fail once the site has answered: the
// invoice stays as it is until its holder is dead, the answer is in the
// evidence, and the next run looks it up.
func TestAnswerNotWritten(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, number, visittest.Invoice{})
	failAt(b, submission.Answered)
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err == nil {
		t.Error("the visit tells nobody")
	}
	b.Engine.Fail(nil)
	if got := b.Get(id).Current().State; got != submission.Submitting {
		t.Errorf("it is %s", got)
	}
	late := 0
	for r, err := range b.Evidence.Results(t.Context()) {
		if err != nil || r.Event.Kind != submission.Answered || r.Event.Receipt.Number != confirmation(b, number) {
			t.Errorf("the evidence has %+v, %v", r, err)
		}
		late++
	}
	b.Reborn()
	if _, err := b.Ledger.Takeover(t.Context(), b.Holder.ID()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	if rev := b.Get(id).Current(); rev.State != submission.Accepted || b.Uploads(number) != 1 || late != 1 {
		t.Errorf("%s (%s), %d uploads, %d late results", rev.State, rev.Why, b.Uploads(number), late)
	}
	if got := history(t, b.Ledger, id); got != "arrived intended lost looked-up" {
		t.Errorf("the history is: %s", got)
	}
	if rev := b.Get(id).Current(); !strings.Contains(rev.Why, "could not be written down then") {
		t.Errorf("the site was asked before the late result was read: %s", rev.Why)
	}
}

// TestAnswerWrittenLate has the ledger fail for a moment: what the site answered is
// written all the same, and once.
func TestAnswerWrittenLate(t *testing.T) {
	t.Parallel()
	for name, landed := range map[string]bool{"nothing was stored": false, "it was stored, and the answer is lost": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := visittest.New(t, harbor.Carrier())
			id := b.Register(visittest.Moor, number, visittest.Invoice{})
			failures := 0
			b.Engine.Fail(func(s submission.Submission, entries []submission.Entry) error {
				if len(entries) == 0 || entries[0].Kind != submission.Answered || failures == 2 {
					return nil
				}
				failures++
				if landed {
					failures = 2
					return errors.Join(b.Engine.Engine.Store(t.Context(), s, entries), errors.New("connection lost"))
				}
				return errors.New("connection lost")
			})
			if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil || failures != 2 {
				t.Errorf("%v, after %d failures", err, failures)
			}
			if rev := b.Get(id).Current(); rev.State != submission.Accepted || b.Uploads(number) != 1 {
				t.Errorf("%s (%s), %d uploads", rev.State, rev.Why, b.Uploads(number))
			}
			if got := history(t, b.Ledger, id); got != "arrived intended answered" {
				t.Errorf("the history is: %s", got)
			}
		})
	}
}
