package submission_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/lodge/carriers"
	. "example.com/lodge/internal/submission"
)

// The events of the tests. Each is complete; tests spoil one thing at a time.

func start() time.Time { return time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC) }

func key() Key {
	return Key{Account: "acme", LawFirmID: "12-345", ClientID: "C1", Number: "INV-1"}
}

func arrive(bytes string, state State) Event {
	return Event{Kind: Arrived, Actor: ByIntake, Who: "intake", Arrival: &Revision{
		State:  state,
		Object: Object{Name: bytes + ".txt", Path: "staged/" + bytes, SHA: "sha-" + bytes, Canon: "canon-" + bytes, Size: 9},
	}}
}

func word(state carriers.ReceiptState) *carriers.Receipt {
	return &carriers.Receipt{Number: "R-" + string(state), Status: "status", Text: "the site says " + string(state), State: state}
}

func intend(id, bytes string) Event {
	return Event{
		Kind: Intended, Actor: ByGate, Who: "h", Look: &Look{At: start(), Visit: "v"},
		Attempt: &Attempt{ID: id, Owner: "h", SHA: "sha-" + bytes},
	}
}

func answer(id string, state carriers.ReceiptState) Event {
	return Event{Kind: Answered, Actor: ByGate, Who: "h", Attempt: &Attempt{ID: id}, Receipt: word(state), Witnessed: true}
}

func lost(id string) Event {
	return Event{Kind: Lost, Actor: ByGate, Who: "h", Attempt: &Attempt{ID: id, Outcome: "net::ERR_CONNECTION_RESET"}}
}

func notSent(id string) Event {
	return Event{Kind: NotSent, Actor: ByGate, Who: "h", Attempt: &Attempt{ID: id, Sent: new(false)}}
}

func lookedUp(state carriers.ReceiptState) Event {
	return Event{Kind: LookedUp, Actor: ByReconcile, Who: "h", Receipt: word(state)}
}

func absent(visit string) Event {
	return Event{
		Kind: Absent, Actor: ByReconcile, Who: "h", NotBefore: start(),
		Look: &Look{Visit: visit, Control: true, Mail: true, Trusted: true},
	}
}

// unproven is a look-up that found nothing at a carrier whose absence is not
// trusted: it proves nothing by itself, and a person may go by it.
func unproven() Event { return with(absent("v1"), func(e *Event) { e.Look.Trusted = false }) }

func unsettled() Event {
	return Event{Kind: Unsettled, Actor: ByReconcile, Who: "h", Why: "two days have passed"}
}

// reviewed is a look at what is accepted that a search which works did not show.
func reviewed(visit string) Event {
	return Event{Kind: Reviewed, Actor: ByReconcile, Who: "h", Why: "not shown", Look: &Look{Visit: visit, Control: true}}
}

// gone is the same look, taken for the end.
func gone(visit string) Event {
	return with(reviewed(visit), func(e *Event) { e.Kind = Unsettled })
}

func contradicted() Event {
	return Event{Kind: Contradicted, Actor: ByVisit, Who: "h", Why: "the site shows another amount", Needs: carriers.Biller}
}

func found(state carriers.ReceiptState) Event {
	return Event{Kind: FoundOnSite, Actor: ByVisit, Who: "h", Receipt: word(state)}
}

func decide(want State) Event {
	return Event{Kind: Decided, Actor: ByPerson, Who: "ann", Why: "I asked the carrier", Want: want}
}

// tell is a decision that brings the carrier's word as a person has it.
func tell(want State) Event {
	return with(decide(want), func(e *Event) {
		e.Receipt = &carriers.Receipt{Number: "P-" + string(want), Text: "they said so", State: carriers.ReceiptState(want)}
	})
}

// byHandOf is "I filed it by hand", with the confirmation number if there is one.
func byHandOf(number string) Event {
	return with(decide(Submitted), func(e *Event) {
		e.Receipt = &carriers.Receipt{Number: number, Status: "filed by hand", State: carriers.StateReceived}
		e.SettleUntil = start()
	})
}

func byHand() Event { return byHandOf("") }

func hold() Event {
	return Event{Kind: Held, Actor: ByPerson, Who: "ann", Why: "the client asks for a pause"}
}

func release() Event {
	return Event{Kind: Released, Actor: ByPerson, Who: "ben", Why: "the client agrees", Hold: HoldPerson}
}

func with(e Event, spoil func(*Event)) Event {
	spoil(&e)
	return e
}

// step is how much time passes between two events.
const step = 20 * time.Minute

// A tale is a submission and how it got there.
type tale struct {
	s       Submission
	history []Entry
	now     time.Time
}

// tell applies one event as the ledger would: at the tale's time, under a lease.
func (t *tale) tell(e Event, limits Limits) error {
	t.now = t.now.Add(step)
	e.At = t.now
	if !e.SettleUntil.IsZero() {
		e.SettleUntil = t.now.Add(step / 2)
	}
	if e.Look != nil {
		look := *e.Look
		look.At = t.now.Add(-time.Minute)
		e.Look = &look
	}
	if e.Kind == Intended && e.Attempt != nil {
		a := *e.Attempt
		a.IntendedAt, a.SettleUntil, a.Fence = t.now, t.now.Add(step/2), t.s.Fence
		e.Attempt = &a
	}
	t.s.Lease = Lease{Owner: "h", Until: t.now.Add(step)}
	s, entries, err := t.s.Apply(e, limits)
	if err != nil {
		return err
	}
	t.s, t.history = s, append(t.history, entries...)
	return nil
}

func newTale() *tale { return &tale{s: New(key(), "harbor"), now: start()} }

func told(t *testing.T, events ...Event) *tale {
	t.Helper()
	tale := newTale()
	for i, e := range events {
		if err := tale.tell(e, Limits{}); err != nil {
			t.Fatalf("event %d: %v", i+1, err)
		}
	}
	return tale
}

func (t *tale) states() string {
	var states []State
	for _, r := range t.s.Revisions {
		states = append(states, r.State)
	}
	return fmt.Sprint(states)
}

func (t *tale) rows() []int {
	var rows []int
	for _, e := range t.history {
		if e.Part == 0 {
			rows = append(rows, e.Row)
		}
	}
	return rows
}

func then(events []Event, more ...Event) []Event { return slices.Concat(events, more) }

// How a submission gets where the tests need it.
func ready() []Event     { return []Event{arrive("a", Ready)} }
func sending() []Event   { return then(ready(), intend("1", "a")) }
func uncertain() []Event { return then(sending(), lost("1")) }
func stuck() []Event     { return then(uncertain(), unsettled()) }
func taken() []Event     { return then(sending(), answer("1", carriers.StateReceived)) }
func accepted() []Event  { return then(sending(), answer("1", carriers.StateAccepted)) }
func rejected() []Event  { return then(sending(), answer("1", carriers.StateRejected)) }
func unfit() []Event     { return []Event{arrive("a", Quarantined)} }
func cancelled() []Event { return then(ready(), decide(Cancelled)) }
func other() Event       { return arrive("b", Ready) }
func broken() Event      { return arrive("b", Quarantined) }
