package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"

	"github.com/oklog/ulid/v2"
)

// attempt is the work on one submission. It is used by the session's goroutine;
// intend is called by the gate while that goroutine waits for it.
type attempt struct {
	*session
	id       string // ULID, of the evidence and, once there is an intent, of the attempt
	claim    ledger.Claim
	sub      submission.Submission
	rev      submission.Revision
	inv      carriers.Invoice
	tab      Tab // the one the Site acts in now
	folder   *evidence.Folder
	looked   submission.Look          // the look-before, or the last look-up
	before   []submission.PastRefusal // that the look-before showed
	proof    string                   // what a look-up that showed nothing is worth, for people
	attached string                   // hex SHA-256 of the bytes that the page was given
	begun    time.Time
	proofs   []submission.Proof // stored, and not yet told to the ledger
	steps    []browser.Note     // of the tabs that were left
	commit   commit
	pictured chan error          // why the form is not in the evidence, or nil, once that is known
	filled   bool                // the tab has had the upload form
	written  bool                // the intent is in the ledger
	unread   bool                // it may be: the answer to its write was lost
	onHold   *ledger.OnHoldError // a person held it back before the intent
	cause    error               // what stopped it, for [Progress]; nil: it came to an end of its own

	unkept    []string // names of evidence that could not be kept, and why not
	unkeptWhy error
}

// one works on one submission: looks it up, looks at it again, or files it. The error is nil if
// the visit can go on with the next.
func (s *session) one(ctx context.Context, due ledger.Summary) error {
	var err error
	if s.claim, err = s.Ledger.RenewAccount(ctx, s.claim, s.lease()); err != nil {
		return err
	}
	sub, claim, err := s.Ledger.Claim(ctx, due.ID, s.Owner, s.lease())
	if err != nil {
		return err
	}
	a := &attempt{session: s, id: ulid.Make().String(), claim: claim, sub: sub, rev: sub.Current(), begun: time.Now()}
	if claimed := sub.Lease.Until.Add(-s.lease()); s.LookUp == "" && !dueAt(sub, claimed) {
		return cmp.Or(a.release(ctx), errNotDue)
	}
	if a.folder, err = s.Evidence.Attempt(s.Account.Name, sub.ID, a.id, s.scrub); err != nil {
		return errors.Join(err, a.release(ctx))
	}
	a.inv = described(sub, a.rev)

	err = a.work(ctx)
	a.end(ctx) // before the lease ends: whoever takes the submission next finds it sealed
	err = errors.Join(err, a.release(ctx))
	if _, over := errors.AsType[ended](err); !over && errors.Is(err, ledger.ErrStale) {
		// A new version of the file came meanwhile: what was known is noted, and
		// the other submissions are as they were.
		a.Log.Warn("taken over meanwhile", "invoice", a.inv.Number, "attempt", a.id, "error", err)
		return nil
	}
	return err
}

// errNotDue says that a submission is not due any more: another visit to the account
// had it after it was listed here, and put it off.
var errNotDue = errors.New("it is not due any more")

func dueAt(s submission.Submission, now time.Time) bool {
	due, ok := s.Due()
	return ok && !due.After(now)
}

// work does what the revision's state asks for.
func (a *attempt) work(ctx context.Context) (err error) {
	timed, cancel := a.timed(ctx, "invoice "+a.inv.Number)
	defer cancel()
	if err := a.openTab(timed); err != nil {
		return err
	}
	defer func() { a.leaveTab(ctx, err) }()
	switch state := a.rev.State; {
	case state.LookUp():
		return a.lookUp(timed)
	case state == submission.Accepted:
		return a.review(timed)
	case state == submission.Ready && a.looksOnly(): // it became so meanwhile
		return nil
	case state == submission.Ready:
		return a.file(timed)
	default:
		return fmt.Errorf("is %s: nothing for a visit to do", a.rev.State)
	}
}

// described is what the carrier is told of a revision: without a file, which it is
// lent when it submits.
func described(s submission.Submission, rev submission.Revision) carriers.Invoice {
	return carriers.Invoice{
		Number: s.Key.Number, ClientID: s.Key.ClientID, Matter: rev.Matter, ClientMatter: rev.ClientMatter,
		Date: rev.Date, Total: rev.Total, Format: rev.Format,
	}
}

// move tells the ledger what happened, and people where it stands.
func (a *attempt) move(ctx context.Context, e submission.Event) error {
	e.Why = a.scrub.ScrubString(a.lacking(e.Why))
	if e.Attempt != nil {
		e.Attempt.Evidence = a.proofs
	} else {
		e.Evidence = append(e.Evidence, a.proofs...)
	}
	sub, err := a.insist(ctx, e)
	if err != nil {
		ctx, cancel := outlive(ctx)
		defer cancel()
		a.spool(ctx, e, err)
		if errors.Is(err, ledger.ErrStale) {
			err = errors.Join(err, a.Ledger.Note(ctx, a.sub.ID, e))
		}
		return err
	}
	a.sub, a.rev, a.proofs, a.unkept, a.unkeptWhy = sub, sub.Current(), nil, nil, nil
	a.Log.Info("moved", "invoice", a.inv.Number, "submission", sub.ID, "attempt", a.id, "event", e.Kind, "state", a.rev.State, "why", e.Why)
	return nil
}

// moveIfAllowed is [attempt.move] for what the table may well refuse, and what
// something else is made of then: nothing is kept for later of it.
func (a *attempt) moveIfAllowed(ctx context.Context, e submission.Event) error {
	if err := a.allowed(ctx, e); err != nil {
		return err
	}
	return a.move(ctx, e)
}

// allowed asks the table what [attempt.move] would come to, and writes nothing.
func (a *attempt) allowed(ctx context.Context, e submission.Event) (err error) {
	e.Who = a.Owner
	if e.At, err = a.now(ctx); err == nil {
		_, _, err = a.sub.Apply(e, a.Ledger.Limits())
	}
	return err
}

// outlive is a context for what must be written down even though ctx has ended.
func outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), windUp)
}

// done tells people where the submission stands.
func (a *attempt) done(state submission.State, text string) {
	a.tell(Progress{ID: a.sub.ID, Invoice: a.inv.Number, Step: StepDone, State: state, Text: text, Took: time.Since(a.begun),
		Attempt: a.id, Err: a.cause, On: without(a.inv, on(a.cause))})
}

// release gives the lease back, also when ctx has ended.
func (a *attempt) release(ctx context.Context) error {
	ctx, cancel := outlive(ctx)
	defer cancel()
	if err := a.Ledger.Release(ctx, a.claim); err != nil && !errors.Is(err, ledger.ErrStale) {
		return err
	}
	return nil
}

// closeTab closes a tab, also when ctx has ended. A tab that does not close
// goes with its browser.
func (s *session) closeTab(ctx context.Context, t Tab) {
	ctx, cancel := outlive(ctx)
	defer cancel()
	if err := t.Close(ctx); err != nil {
		s.Log.Debug("a tab did not close", "error", err)
	}
}
