// Package visit makes one visit to a carrier's website: one login, one browser,
// and everything that is due for the account: look, submit, verify.
//
// A visit decides nothing about states. It tells the ledger what it saw, and the
// table in package submission says what follows.
package visit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// A Visit says which account is visited, with what, and who is told.
type Visit struct {
	Carrier  carriers.Carrier
	Account  config.Account
	Secrets  Secrets
	Ledger   *ledger.Ledger
	Evidence *evidence.Store
	Clock    clock.Clock
	Owner    string // of the leases that the visit takes
	State    string // folder below which the staged files lie
	Browser  browser.Options
	Gate     gate.Options
	Log      *slog.Logger   // scrubbed by the visit before it is written to
	Tell     func(Progress) // called from the visit's goroutine; may be nil

	Most     int  // submissions until the browser is worn out; 0: 100
	Rehearse bool // do everything but the commit, and move nothing
}

// Secrets are the credentials of one account, and which version they are.
type Secrets struct {
	Values  map[string]secret.Value // by the key that the carrier declared
	Version string                  // changes when one of them does
}

// Progress is one thing that happened, for people who watch.
type Progress struct {
	Account string
	ID      string // of the submission; "" for the login
	Invoice string
	Step    string           // what begins now, or "done"
	State   submission.State // with "done": where it stands
	Text    string           // with "done": the carrier's word, or why it stopped
	Took    time.Duration    // with "done"
}

// Report is what a visit did.
type Report struct {
	Done int  // submissions that it worked on
	More bool // something is due that another visit should take: this one's browser ended, or is worn out
}

// most is how many submissions one browser serves (docs/benchmarks.md).
const most = 100

// Run makes the visit. It works until nothing is due; soft ending means that
// nothing new is begun, ctx ending that what is under way is broken off and left
// as the ledger has it. The error says why the visit could not go on: it has a
// [carriers.Kind], or is the ledger's.
func (v Visit) Run(ctx, soft context.Context) (Report, error) {
	s, err := v.enter(ctx)
	if err != nil {
		return Report{}, err
	}
	defer s.leave(ctx)
	if err := s.open(ctx); err != nil {
		return Report{}, err
	}
	defer s.close()
	if err := s.login(ctx); err != nil {
		return Report{}, err
	}
	return s.work(ctx, soft)
}

// work takes what is due, one after the other.
func (s *session) work(ctx, soft context.Context) (Report, error) {
	var r Report
	limit := s.Most
	if limit == 0 {
		limit = most
	}
	for r.Done < limit {
		due, err := s.Ledger.Due(ctx, s.Account.Name, limit-r.Done)
		if err != nil || len(due) == 0 {
			return r, err
		}
		for _, d := range due {
			if soft.Err() != nil || ctx.Err() != nil {
				return r, context.Cause(soft)
			}
			if err := s.pace(soft); err != nil {
				return r, err
			}
			switch err := s.one(ctx, d); {
			case errors.Is(err, ledger.ErrHeld):
				continue // another visit was faster
			case err != nil:
				return r, fmt.Errorf("invoice %s, account %s: %w", d.Invoice, s.Account.Name, err)
			}
			r.Done++
		}
		if s.Rehearse {
			return r, nil
		}
	}
	r.More = true
	return r, nil
}

// pace waits until the carrier may be sent something again.
func (s *session) pace(ctx context.Context) error {
	if s.Carrier.Limits.Pace == 0 || s.lastSent.IsZero() {
		return nil
	}
	t := time.NewTimer(time.Until(s.lastSent.Add(s.Carrier.Limits.Pace)))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *session) tell(p Progress) {
	if s.Tell != nil {
		p.Account = s.Account.Name
		s.Tell(p)
	}
}
