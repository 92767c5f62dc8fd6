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
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/staged"
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
	Owner    string        // of the leases that the visit takes
	Staged   staged.Copies // of what is filed
	Browser  browser.Options
	Window   func(context.Context, Opening) (Window, error) // nil: [Chromium]
	Gate     gate.Options
	Log      *slog.Logger   // scrubbed by the visit before it is written to
	Tell     func(Progress) // called from the visit's goroutine; may be nil

	Version string // of this program, for the evidence
	Most    int    // submissions until the browser is worn out; 0: 100

	// LookUp is the one submission that the visit looks up, whenever it is due;
	// nothing is filed. "" takes all that is due.
	LookUp string

	// LooksOnly leaves what is to be filed.
	LooksOnly bool

	// Jitter is a random number in [0, 1), for how long a site that fails is left
	// alone; nil: the machine's.
	Jitter func() float64
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
	Step    string           // what begins now, "done", or "left"
	State   submission.State // with "done": where it stands
	Text    string           // with "done": the carrier's word, or why it stopped
	Took    time.Duration    // with "done"

	Attempt string // of the submission: names the folder of its evidence
	Err     error  // with "done" and "left": what stopped it, for its kind: the text is not scrubbed
	On      string // with Err: what was asked of the page that was not as expected, without anything of the invoice
}

// Report is what a visit did.
type Report struct {
	Done int  // submissions that it worked on
	More bool // something is due that another visit should take: this one's browser ended, or is worn out
}

// most is how many submissions one browser serves (docs/benchmarks.md).
const most = 100

// Run makes the visit. It works until nothing is due; soft ending means that
// nothing new is begun, which is no error, ctx ending that what is under way is
// broken off and left as the ledger has it. A paused account is not visited, and
// no account outside its carrier's hours: what is due waits for the next window.
// Nor is a site that has failed several times, until its time is over: the error
// is [ledger.ErrSiteDown]. Then one visit goes as a probe: it logs in, makes one
// look-up if one is due, submits nothing, and if the site works there is More.
// The error says why the visit could not go on: it has a [carriers.Kind], or is
// the ledger's, or that of ctx.
func (v Visit) Run(ctx, soft context.Context) (_ Report, err error) {
	defer func() { v.tell(Progress{Step: StepLeft, Err: err, On: on(err)}) }()
	if v.Account.Paused != "" {
		return Report{}, carriers.Errorf(carriers.ActionNeeded, "%w", v.Account.MayCommit())
	}
	until, err := v.closed(ctx)
	if err == nil && !until.IsZero() {
		err = v.keep(ctx, until)
	}
	if err != nil || !until.IsZero() {
		return Report{}, err
	}
	probe, err := v.enterSite(ctx)
	if err != nil {
		return Report{}, err
	}
	s, err := v.enter(ctx)
	if err != nil {
		v.leaveSite(ctx, breaker.End{Probe: probe})
		return Report{}, err
	}
	defer s.leave(ctx)
	s.probe = probe
	r, err := s.visit(ctx, soft)
	r.More = v.leaveSite(ctx, s.verdict(err)) || r.More
	return r, s.scrub.Error(err) // it may hold the site's words, and those a secret
}

func (s *session) visit(ctx, soft context.Context) (Report, error) {
	if err := s.open(ctx); err != nil {
		return Report{}, err
	}
	defer s.close()
	if err := s.login(ctx); err != nil {
		return Report{}, err
	}
	switch {
	case s.LookUp != "":
		return s.lookUpOne(ctx, soft)
	case s.probe != 0:
		return s.lookAround(ctx, soft)
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
	var states []submission.State
	if s.LooksOnly {
		states = submission.LookedAt()
	}
	for {
		due, err := s.Ledger.Due(ctx, s.Account.Name, max(1, limit-r.Done), states...)
		if err != nil || len(due) == 0 {
			return r, err
		}
		if r.Done >= limit {
			r.More = true
			return r, nil
		}
		before := r.Done
		for _, d := range due {
			if more, err := s.ready(ctx, soft, d); !more || err != nil {
				return r, err
			}
			switch err := s.one(ctx, d); {
			case others(err):
				continue
			case err != nil:
				return r, fmt.Errorf("invoice %s, account %s: %w", d.Invoice, s.Account.Name, err)
			}
			r.Done++
		}
		if r.Done == before {
			return r, nil
		}
	}
}

// others says whether another visit was faster, or a person.
func others(err error) bool {
	return errors.Is(err, ledger.ErrHeld) || errors.Is(err, ledger.ErrOnHold) || errors.Is(err, errNotDue)
}

// ready says whether the visit may take up d, and waits as long as the carrier's
// pace asks. A visit is long: meanwhile the account may have been suspended by
// another visit, or paused by a person, and the carrier's window may have closed.
func (s *session) ready(ctx, soft context.Context, d ledger.Summary) (bool, error) {
	if ctx.Err() != nil || soft.Err() != nil {
		return false, context.Cause(ctx)
	}
	acc, err := s.Ledger.Account(ctx, s.Account.Name)
	if err == nil && d.State == submission.Ready && s.Carrier.Limits.Pace > 0 {
		if !s.pace(soft, acc.LastSent) {
			return false, context.Cause(ctx)
		}
		acc, err = s.Ledger.Account(ctx, s.Account.Name) // waiting may have been long
	}
	if err == nil {
		err = acc.Open()
	}
	if err != nil {
		return false, err
	}
	until, err := s.closed(ctx)
	if err == nil && !until.IsZero() {
		err = s.keep(ctx, until)
	}
	return until.IsZero(), err
}

// pace waits until the carrier may be sent something again; false if ctx ended
// before.
func (s *session) pace(ctx context.Context, lastSent time.Time) bool {
	if s.Carrier.Limits.Pace == 0 || lastSent.IsZero() {
		return true
	}
	return clock.Pause(ctx, time.Until(lastSent.Add(s.Carrier.Limits.Pace)))
}

func (v Visit) tell(p Progress) {
	if v.Tell != nil {
		p.Account = v.Account.Name
		v.Tell(p)
	}
}
