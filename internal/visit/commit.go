package visit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// commit is what became of the one [carriers.Visit.Commit] of an attempt.
type commit struct {
	called  bool
	outcome gate.Outcome
	err     error
}

// URL implements [carriers.Visit].
func (s *session) URL(path string) string {
	return strings.TrimSuffix(s.Account.Portal, "/") + "/" + strings.TrimPrefix(path, "/")
}

// Secret implements [carriers.Visit].
func (s *session) Secret(key string) carriers.Value {
	for _, declared := range s.Carrier.Secrets {
		if declared.Key == key {
			return s.Secrets.Values[key]
		}
	}
	panic(fmt.Sprintf("carrier %s asks for secret %q, which it does not declare", s.Carrier.Name, key))
}

// Code implements [carriers.Visit].
func (s *session) Code(_ context.Context, kind carriers.CodeKind) (carriers.Value, error) {
	return secret.Value{}, carriers.Errorf(carriers.ActionNeeded,
		"the site asks for a one-time code (%s), which this Lodge cannot get: log in by hand", kind)
}

var (
	errOutside = errors.New("Commit was called outside Submit: nothing was sent")
	errTwice   = errors.New("Commit was called a second time in one Submit: nothing more was sent")
)

// Commit implements [carriers.Visit] with the gate.
func (s *session) Commit(ctx context.Context, do func(context.Context) error) error {
	a := s.attempt
	switch {
	case a == nil, s.looksOnly():
		return errOutside
	case a.commit.called:
		return errTwice
	}
	if s.stage != nil {
		a.commit.called = true
		return s.stage.rehearseCommit(ctx, do)
	}
	if err := s.mayCommit(); err != nil {
		return err
	}
	a.commit.called, a.pictured = true, make(chan error, 1)
	click := func(ctx context.Context) error { // the browser becomes calm meanwhile
		err := a.recordForm(ctx)
		a.pictured <- err
		if err != nil {
			return err
		}
		return s.guarded("Commit", func() error { return do(ctx) })
	}
	a.commit.outcome, a.commit.err = s.window.Gate().Commit(ctx, s.rules(), a.intend, click)
	a.recordAnswer(ctx)
	return kindOfGate(a.commit.err)
}

// rules is what the carrier declares about its commit.
func (s *session) rules() gate.Rules {
	return gate.Rules{Commits: s.Carrier.Commits, Harmless: s.Carrier.Harmless, Origins: s.origins}
}

// intend writes the intent, to the evidence first and then to the ledger: an
// intent found only in the evidence says "look it up", one found only in a
// ledger that was lost would say nothing. Any doubt refuses the commit.
func (a *attempt) intend(ctx context.Context, held gate.Request) error {
	if err := a.formIsKept(ctx); err != nil {
		return err
	}
	now, err := a.now(ctx)
	if err != nil {
		return err
	}
	request, err := address(held)
	if err != nil {
		return err
	}
	t := submission.Attempt{ID: a.id, SHA: a.attached, Fence: a.claim.Fence, Owner: a.Owner, Browser: a.window.Build(), Request: request,
		IntendedAt: now, SettleUntil: now.Add(a.Gate.Longest() + a.Carrier.History.SettleAfter), Before: a.before}
	if !a.claim.Enough(a.Clock, a.Gate.Longest()) {
		return fmt.Errorf("the lease on the submission ends before an answer could come")
	}
	if err := a.recordIntent(ctx, t); err != nil {
		return err
	}
	t.Evidence = a.proofs
	e := submission.Event{Kind: submission.Intended, Actor: submission.ByGate, Attempt: &t, Look: &a.looked,
		Why: "sending it: " + request}
	sub, err := a.Ledger.Move(ctx, a.claim, e)
	if err != nil {
		a.onHold, _ = errors.AsType[*ledger.OnHoldError](err)
		a.unread = !settled(err)
		return err
	}
	a.intended(sub)
	a.tell(Progress{ID: a.sub.ID, Invoice: a.inv.Number, Attempt: a.id, Step: StepCommit})
	return nil
}

// intended says that the intent is in the ledger, as sub has it.
func (a *attempt) intended(sub submission.Submission) {
	a.sub, a.rev, a.proofs, a.written = sub, sub.Current(), nil, true
}

// readIntent asks the ledger whether the intent was written of which no answer
// came, and which was refused for that: then it has to be told that nothing left.
func (a *attempt) readIntent(ctx context.Context) {
	sub, err := a.landed(ctx)
	if err == nil && sub.Submitting() && sub.Made(a.id) {
		a.intended(sub)
	}
}

// formIsKept waits for the picture of the form: a page that submits by itself may
// be faster than that.
func (a *attempt) formIsKept(ctx context.Context) error {
	select {
	case err := <-a.pictured:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// address is a request as records name it: without query and fragment, which
// may hold tokens.
func address(r gate.Request) (string, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return "", fmt.Errorf("the held request has no address: %w", err)
	}
	return r.Method + " " + u.Scheme + "://" + u.Host + u.Path, nil
}

// finish ends the attempt in the browser, once: workers stopped, pages closed.
// meanwhile, unless it is nil, is called once the pages are closed.
func (a *attempt) finish(ctx context.Context, meanwhile func()) error {
	if !a.commit.called {
		return nil
	}
	if a.commit.outcome.Unfinished {
		return ended{errors.Join(gate.ErrUnfinished, a.commit.err)} // whatever was answered
	}
	ctx, cancel := outlive(ctx)
	defer cancel()
	if err := a.window.Gate().Finish(ctx, meanwhile); err != nil {
		return stop(carriers.Errorf(carriers.Unavailable, "end the attempt in the browser: %w", err))
	}
	return nil
}

// safeName is an invoice number as part of a file's name, for the carrier to see.
func safeName(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, number)
}
