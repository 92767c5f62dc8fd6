package visit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/internal/browser/egress"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/submission"
)

// about is with what, and under which circumstances, evidence was gathered.
type about struct {
	Lodge      string    `json:"lodge"`   // version of this program
	Browser    string    `json:"browser"` // build
	Sandboxed  bool      `json:"sandboxed"`
	Headed     bool      `json:"headed"`
	Rehearsal  bool      `json:"rehearsal,omitempty"`
	Carrier    string    `json:"carrier"`
	Account    string    `json:"account"`
	Portal     string    `json:"portal"`
	Visit      string    `json:"visit"`
	Submission string    `json:"submission,omitempty"`
	Invoice    string    `json:"invoice,omitempty"`
	Revision   int       `json:"revision,omitempty"`
	Attempt    string    `json:"attempt,omitempty"`
	Begin      time.Time `json:"begin"` // on this machine's clock, as End
	End        time.Time `json:"end"`

	// What the way out let through meanwhile, and which hosts it refused.
	Left    []egress.Passage `json:"left"`
	Refused []string         `json:"refused"`
}

// about describes the visit so far.
func (s *session) about() about {
	return about{
		Lodge: s.Version, Browser: s.window.Build(), Sandboxed: s.window.Sandboxed(), Headed: s.Browser.Headed, Rehearsal: s.stage != nil,
		Carrier: s.Carrier.Name, Account: s.Account.Name, Portal: s.Account.Portal, Visit: s.name(),
		Begin: s.begun.UTC(), End: time.Now().UTC(), Left: s.window.Left(), Refused: s.window.Refused(),
	}
}

// name is the visit's, in records: two looks of one visit count as one.
func (s *session) name() string { return fmt.Sprintf("%s/%d", s.claim.Owner, s.claim.Fence) }

// about describes the attempt. Of what left it has the connections that were
// open after it began; an earlier one may have carried some of its requests.
func (a *attempt) about() about {
	r := a.session.about()
	r.Submission, r.Invoice, r.Revision, r.Attempt, r.Begin = a.sub.ID, a.inv.Number, a.rev.Number, a.id, a.begun.UTC()
	r.Left = slices.DeleteFunc(r.Left, func(p egress.Passage) bool { return !p.Ended.IsZero() && p.Ended.Before(a.begun) })
	return r
}

// end keeps what is known of the whole attempt and seals it.
func (a *attempt) end(ctx context.Context) {
	ctx, cancel := outlive(ctx)
	defer cancel()
	a.traced(a.tab)
	_ = a.keep(ctx, piece{name: "steps.json", value: a.steps}, piece{name: "about.json", value: a.about()})
	a.seal(ctx, a.folder, a.inv.Number)
}

// traced keeps the steps that the attempt took in a tab, which may have served
// another one before.
func (a *attempt) traced(tab Tab) {
	if tab == nil {
		return
	}
	for _, n := range tab.Trace() {
		if !n.At.Before(a.begun) {
			a.steps = append(a.steps, n)
		}
	}
}

// seal adds a folder to the account's chain and tells the ledger how far the
// chain goes. What fails is made good by the next attempt on the submission, or
// by a person (lodge evidence seal).
func (s *session) seal(ctx context.Context, f *evidence.Folder, invoice string) {
	now, err := s.Ledger.Now(ctx)
	var head submission.Head
	if err == nil {
		head, err = f.Seal(ctx, evidence.Sealing{After: s.head, At: now, By: s.Owner, Invoice: invoice})
		s.head = head
	}
	if err != nil {
		s.Log.Error("evidence was not sealed; lodge evidence verify tells more", "invoice", invoice, "error", err)
	}
	if head.N == 0 {
		return
	}
	if err := s.Ledger.Chained(ctx, s.Account.Name, head); err != nil {
		s.Log.Error("the ledger was not told how far the evidence goes", "error", err)
	}
}
