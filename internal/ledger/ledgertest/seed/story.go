package seed

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

const ttl = 10 * time.Minute

// A story is one invoice on its way.
type story struct {
	*teller
	ctx     context.Context
	id      string
	key     submission.Key
	carrier string
	rev     submission.Revision
	tries   int
}

func (s *story) tell(f fate) error {
	switch f {
	case torn, waiting:
		return nil
	case cancelled:
		return s.decide(submission.Cancelled, "the client pays it directly, says Kim", nil)
	}
	s.pass(time.Duration(2+s.random.IntN(240)) * time.Minute) // until the next run
	err := s.visit(func(c ledger.Claim) error { return s.first(c, f) })
	if err != nil {
		return err
	}
	switch f {
	case corrected:
		s.pass(time.Duration(4+s.random.IntN(60)) * time.Hour)
		s.rev.Object.SHA, s.rev.Object.Canon = s.rev.Object.SHA+" mended", s.rev.Object.Canon+" mended"
		if _, err := s.ledger.Register(s.ctx, s.carrier, s.key, s.rev, "intake"); err != nil {
			return err
		}
		s.pass(40 * time.Minute)
		return s.visit(func(c ledger.Claim) error { return s.send(c, carriers.StateAccepted, "") })
	case checked:
		s.pass(time.Duration(10+s.random.IntN(600)) * time.Minute)
		return s.visit(func(c ledger.Claim) error {
			return s.move(c, submission.Event{Kind: submission.LookedUp, Actor: submission.ByReconcile,
				Receipt: s.receipt(carriers.StateAccepted, "Your invoice was accepted.")})
		})
	case byHand:
		s.pass(26 * time.Hour)
		return s.decide(submission.Accepted, "filed by hand, seen on the portal", s.receipt(carriers.StateAccepted, "Accepted"))
	}
	return nil
}

// first is what the first visit brings.
func (s *story) first(c ledger.Claim, f fate) error {
	visit := submission.ByVisit
	switch f {
	case found:
		return s.move(c, submission.Event{Kind: submission.FoundOnSite, Actor: visit, Receipt: s.receipt(carriers.StateAccepted, "Accepted")})
	case otherAmount:
		return s.move(c, submission.Event{Kind: submission.Contradicted, Actor: visit, Needs: carriers.Biller,
			Why: fmt.Sprintf("the site has it with %s, the file says %s", s.rev.Total.Add(ledes.Cents(s.random.Int64N(9000))), s.rev.Total)})
	case unclear, byHand:
		return s.move(c, submission.Event{Kind: submission.Contradicted, Actor: visit, Needs: carriers.Operator,
			Why: often(s.random, unclears())})
	case siteChanged:
		return s.move(c, submission.Event{Kind: submission.Contradicted, Actor: visit, Needs: carriers.Author,
			Why: `site-changed: no button "Submit invoice" on /invoices/upload`})
	case postponed:
		return s.move(c, submission.Event{Kind: submission.Postponed, Actor: visit, NotBefore: s.now.Add(2 * time.Hour),
			Why: "the site is down for maintenance"})
	case lost:
		return s.send(c, "", "")
	case checked, received:
		return s.send(c, carriers.StateReceived, "Thank you. Your invoice is being processed.")
	case rejected, corrected:
		return s.send(c, carriers.StateRejected, strings.ReplaceAll(often(s.random, reasons()), "NUMBER", s.key.Number))
	case retried:
		if err := s.intend(c); err != nil {
			return err
		}
		err := s.move(c, submission.Event{Kind: submission.NotSent, Actor: submission.ByGate,
			Attempt: &submission.Attempt{ID: s.attempt(), Sent: new(false), Outcome: "no commit appeared"}})
		if err != nil {
			return err
		}
	}
	return s.send(c, carriers.StateAccepted, "Your invoice was accepted.")
}

// visit runs do under a lease.
func (s *story) visit(do func(ledger.Claim) error) error {
	_, c, err := s.ledger.Claim(s.ctx, s.id, "seed/1", ttl)
	if err == nil {
		err = do(c)
	}
	if err != nil {
		return err
	}
	return s.ledger.Release(s.ctx, c)
}

func (s *story) attempt() string { return fmt.Sprintf("%s-%d", s.id, s.tries) }

func (s *story) intend(c ledger.Claim) error {
	s.tries++
	s.pass(4 * time.Second)
	return s.move(c, submission.Event{
		Kind: submission.Intended, Actor: submission.ByGate, Look: &submission.Look{At: s.now, Visit: s.attempt()},
		Attempt: &submission.Attempt{ID: s.attempt(), SHA: s.rev.Object.SHA, Browser: "HeadlessChrome/156", Request: "POST /invoices/upload",
			SettleUntil: s.now.Add(5 * time.Minute)},
	})
}

// send writes the intent and takes the site's answer, or none.
func (s *story) send(c ledger.Claim, state carriers.ReceiptState, words string) error {
	if err := s.intend(c); err != nil {
		return err
	}
	s.pass(2 * time.Second)
	e := submission.Event{Kind: submission.Answered, Actor: submission.ByGate, Witnessed: true, NotBefore: s.now.Add(15 * time.Minute),
		Attempt: &submission.Attempt{ID: s.attempt(), Outcome: "HTTP 303"}, Receipt: s.receipt(state, words)}
	if state == "" {
		e.Kind, e.Receipt, e.Why = submission.Lost, nil, "the connection broke when it was being sent"
		e.Attempt.Outcome = "net::ERR_CONNECTION_RESET"
	}
	return s.move(c, e)
}

func (s *story) move(c ledger.Claim, e submission.Event) error {
	_, err := s.ledger.Move(s.ctx, c, e)
	return err
}

func (s *story) decide(want submission.State, why string, r *carriers.Receipt) error {
	_, err := s.ledger.Decide(s.ctx, s.id, submission.Event{Kind: submission.Decided, Who: "kim", Why: why, Want: want, Receipt: r})
	return err
}

func (s *story) receipt(state carriers.ReceiptState, words string) *carriers.Receipt {
	r := &carriers.Receipt{Status: string(state), Text: words, State: state}
	if state != carriers.StateRejected {
		r.Number = fmt.Sprint(730_000 + 17*s.random.IntN(50_000))
	}
	return r
}
