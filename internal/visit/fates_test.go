package visit_test

import (
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	sim "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// A fate is what befalls one invoice and where it must stand then, by the
// ledger and by the portal's own count.
type fate struct {
	odd    visittest.Invoice
	before func(b *visittest.Bench, number string)
	fault  portal.What // of this invoice's upload
	lasts  time.Duration

	state   submission.State
	uploads int // that the portal took in
	sent    int // attempts that left or may have left
	needs   carriers.Person
	says    string // in the reason, or in the carrier's words

	later submission.State // after a visit a good while later; "": as before
}

func fates() map[string]fate {
	hand := func(matter string, amount int64) func(*visittest.Bench, string) {
		return func(b *visittest.Bench, number string) { b.ByHand(number, matter, amount, time.Hour) }
	}
	const hour = time.Hour
	return map[string]fate{
		"ACCEPTED":   {state: submission.Accepted, uploads: 1, sent: 1, says: "Accepted"},
		"REJECTED":   {odd: visittest.Invoice{Matter: sim.ClosedMatter}, state: submission.Rejected, uploads: 1, sent: 1, needs: carriers.Biller, says: "is closed"},
		"BYHAND":     {before: hand(visittest.Matter, visittest.Total), state: submission.Accepted, says: "on the carrier's site already, filed by Ben Quay"},
		"AMOUNT":     {before: hand(visittest.Matter, visittest.Total+1), state: submission.NeedsPerson, needs: carriers.Biller, says: "with amount 1250.01"},
		"MATTER":     {before: hand("CLM-1", visittest.Total), state: submission.NeedsPerson, needs: carriers.Biller, says: `on matter "CLM-1"`},
		"TWICE":      {before: twice, state: submission.NeedsPerson, needs: carriers.Biller, says: "2 live rows"},
		"RESET":      {fault: portal.ResetAfter, state: submission.Accepted, uploads: 1, sent: 1},
		"CLOSED":     {fault: portal.CloseAfter, state: submission.Accepted, uploads: 1, sent: 1},
		"TIMEOUT":    {fault: portal.TimeoutAfter, state: submission.Accepted, uploads: 1, sent: 1},
		"BROKEN":     {fault: portal.BrokenAfter, state: submission.Accepted, uploads: 1, sent: 1},
		"UNKNOWN":    {fault: portal.UnknownAfter, state: submission.Accepted, uploads: 1, sent: 1},
		"ELSEWHERE":  {fault: portal.ElsewhereAfter, state: submission.Accepted, uploads: 1, sent: 1},
		"HANGS":      {fault: portal.HangAfter, state: submission.Accepted, uploads: 1, sent: 1},
		"LAGS":       {fault: portal.Lag, lasts: hour, state: submission.Submitted, uploads: 1, sent: 1, later: submission.Accepted},
		"PROCESSING": {fault: portal.Late, lasts: hour, state: submission.Submitted, uploads: 1, sent: 1, later: submission.Accepted},
		"REFUSED": {odd: visittest.Invoice{Matter: sim.UnknownMatterPrefix + "1"}, fault: portal.Late, lasts: hour,
			state: submission.Submitted, uploads: 1, sent: 1, later: submission.Rejected},
		"INTHEDARK": {before: unseen, fault: portal.BrokenAfter, state: submission.Uncertain, uploads: 1, sent: 1,
			says: "does not show it yet", later: submission.Accepted},
	}
}

func twice(b *visittest.Bench, number string) {
	b.ByHand(number, visittest.Matter, visittest.Total, time.Hour)
	b.ByHand(number, visittest.Matter, visittest.Total, 2*time.Hour)
}

// unseen makes the history slow to show the invoice.
func unseen(b *visittest.Bench, number string) {
	b.Fault(portal.Fault{What: portal.Lag, Invoice: number, For: portal.Duration(time.Hour)})
}

// TestFates has one visit meet every fate, one after the other in one browser:
// none may disturb the next. A second visit, hours later, settles what was open.
func TestFates(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	ids := map[string]string{}
	for number, f := range fates() {
		ids[number] = b.Register(visittest.Moor, number, f.odd)
		if f.before != nil {
			f.before(b, number)
		}
		if f.fault != "" {
			b.Fault(portal.Fault{What: f.fault, Invoice: number, For: portal.Duration(f.lasts)})
		}
	}
	report, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context())
	if err != nil || report.Done != len(ids) || report.More {
		t.Fatalf("the visit: %+v, %v", report, err)
	}
	for number, f := range fates() {
		f.check(t, b, number, ids[number])
		checkWait(t, b, ids[number])
	}

	b.Portal.Faults().Clear()
	b.Later(2 * time.Hour)
	if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	for number, f := range fates() {
		if f.later != "" {
			f.state, f.says, f.needs = f.later, "", b.Get(ids[number]).Current().Needs
		}
		f.check(t, b, number, ids[number])
	}
	if n := b.Portal.Counts(); n.Duplicates != 0 || n.Logins != 2 || n.FailedLogins != 0 {
		t.Errorf("the portal counts %d duplicates, %d logins, %d failed", n.Duplicates, n.Logins, n.FailedLogins)
	}
}

func (f fate) check(t *testing.T, b *visittest.Bench, number, id string) {
	t.Helper()
	s := b.Get(id)
	rev := s.Current()
	if rev.State != f.state || rev.Needs != f.needs || !strings.Contains(rev.Why+" "+rev.Receipt.Text+" "+rev.Receipt.Status, f.says) {
		t.Errorf("%s is %s, needs %q, says %q, %q; want %s, %q, %q", number, rev.State, rev.Needs, rev.Why, rev.Receipt.Text, f.state, f.needs, f.says)
	}
	if n := b.Portal.Counts().Invoices[number]; n.Uploads != f.uploads || n.Again != 0 {
		t.Errorf("%s: the portal took in %d uploads, %d of them again; want %d", number, n.Uploads, n.Again, f.uploads)
	}
	if n := sent(rev); n != f.sent {
		t.Errorf("%s: %d attempts left or may have left; want %d", number, n, f.sent)
	}
	if rev.State == submission.Accepted && rev.Receipt.Number != confirmation(b, number) {
		t.Errorf("%s: the receipt is %q, the portal gave %q", number, rev.Receipt.Number, confirmation(b, number))
	}
	if s.Lease.Owner != "" {
		t.Errorf("%s is still leased to %s", number, s.Lease.Owner)
	}
	checkProofs(t, b, s)
}

func sent(rev submission.Revision) int {
	n := 0
	for _, a := range rev.Attempts {
		if a.Left() {
			n++
		}
	}
	return n
}

// confirmation is the number that the portal gave an invoice.
func confirmation(b *visittest.Bench, number string) string {
	for _, r := range b.Portal.Book().All() {
		if r.Number == number && r.Confirmation != "" {
			return r.Confirmation
		}
	}
	return ""
}

// checkWait wants what Lodge goes on with to be due later, and not at once: a
// visit would else ask the site without an end. Later is counted from its last
// move: how long the rest of the visit takes is another matter.
func checkWait(t *testing.T, b *visittest.Bench, id string) {
	t.Helper()
	s := b.Get(id)
	if at, due := s.Due(); due && at.Before(s.UpdatedAt.Add(time.Minute)) {
		t.Errorf("%s is %s and due at %s", s.Key.Number, s.Current().State, at)
	}
}

// checkProofs wants every state that a site's word brought about to be linked
// to what was seen, unaltered.
func checkProofs(t *testing.T, b *visittest.Bench, s submission.Submission) {
	t.Helper()
	history, err := b.Ledger.History(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	var proofs []submission.Proof
	for _, e := range history {
		seen := e.Evidence
		if e.Attempt != nil {
			seen = append(seen, e.Attempt.Evidence...)
		}
		switch e.Kind {
		case submission.FoundOnSite, submission.Intended, submission.Answered, submission.Lost, submission.LookedUp, submission.NotSent:
			if len(seen) == 0 {
				t.Errorf("%s: nothing shows what line %d rests on: %s, %s", s.Key.Number, e.Seq, e.Kind, e.Why)
			}
		}
		proofs = append(proofs, seen...)
	}
	if err := b.Evidence.Verify(t.Context(), proofs); err != nil {
		t.Error(err)
	}
	names := map[string]bool{}
	for _, p := range proofs {
		if names[p.Name] {
			t.Errorf("%s: %s is linked twice", s.Key.Number, p.Name)
		}
		names[p.Name] = true
	}
}

// TestTurned is an acceptance that the carrier takes back while it was still
// awaited.
func TestTurned(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	id := b.Register(visittest.Moor, "TURNS", visittest.Invoice{})
	hour := portal.Duration(time.Hour)
	b.Fault(portal.Fault{What: portal.Late, For: hour}, portal.Fault{What: portal.RejectedLate, For: hour})
	for _, want := range []submission.State{submission.Submitted, submission.Rejected} {
		if _, err := b.Visit(visittest.Moor).Run(t.Context(), t.Context()); err != nil {
			t.Fatal(err)
		}
		if rev := b.Get(id).Current(); rev.State != want {
			t.Errorf("%s (%s), want %s", rev.State, rev.Why, want)
		}
		b.Later(3 * time.Hour)
	}
	if n := b.Uploads("TURNS"); n != 1 {
		t.Errorf("%d uploads", n)
	}
}

// history is the kinds of a submission's history, for what order matters.
func history(t *testing.T, l *ledger.Ledger, id string) string {
	t.Helper()
	entries, err := l.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range entries {
		kinds = append(kinds, string(e.Kind))
	}
	return strings.Join(kinds, " ")
}
