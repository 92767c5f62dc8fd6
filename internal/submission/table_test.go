package submission_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/lodge/carriers"
	. "example.com/lodge/internal/submission"
)

// A move is a tale, the row that its last event takes, and where that leads.
type move struct {
	name   string
	events []Event
	row    int
	states string
}

// moves has at least one tale for every row of the table but the recoveries'.
func moves() []move {
	byPerson := func(e Event) Event { return with(e, func(e *Event) { e.Actor = ByPerson }) }
	byMail := func(e Event) Event { return with(e, func(e *Event) { e.Actor = ByMail }) }
	later := Event{Kind: Postponed, Actor: ByVisit, Who: "h", NotBefore: start()}
	return []move{
		{"fit file", ready(), 1, "[ready]"},
		{"unfit file", unfit(), 1, "[quarantined]"},
		{"same bytes", then(accepted(), arrive("a", Ready)), 2, "[accepted]"},
		{"same bytes as an earlier revision", then(ready(), other(), arrive("a", Ready)), 2, "[superseded ready]"},
		{"same bytes after a rejection", then(rejected(), arrive("a", Ready)), 2, "[rejected]"},
		{"other bytes before a send", then(ready(), other()), 3, "[superseded ready]"},
		{"unfit bytes before a send", then(ready(), broken()), 3, "[superseded quarantined]"},
		{"other bytes, proven not sent", then(sending(), notSent("1"), other()), 3, "[superseded ready]"},
		{"other bytes while submitting", then(sending(), other()), 4, "[submitting needs_person]"},
		{"other bytes while uncertain", then(uncertain(), other()), 4, "[uncertain needs_person]"},
		{"other bytes while submitted", then(taken(), other()), 4, "[submitted needs_person]"},
		{"other bytes while accepted", then(accepted(), other()), 4, "[accepted needs_person]"},
		{"unfit bytes while accepted", then(accepted(), broken()), 4, "[accepted quarantined]"},
		{"third bytes while accepted", then(accepted(), other(), arrive("c", Ready)), 4, "[accepted superseded needs_person]"},
		{"fit bytes after unfit ones while accepted", then(accepted(), broken(), arrive("c", Ready)), 4, "[accepted superseded needs_person]"},
		{"other bytes after rejection", then(rejected(), other()), 5, "[rejected ready]"},
		{"by a person", then(rejected(), byPerson(other())), 5, "[rejected ready]"},
		{"unfit bytes after rejection", then(rejected(), broken()), 5, "[rejected quarantined]"},
		{"found, accepted", then(ready(), found(carriers.StateAccepted)), 6, "[accepted]"},
		{"found, processing", then(ready(), found(carriers.StateReceived)), 6, "[submitted]"},
		{"other amount", then(ready(), contradicted()), 7, "[needs_person]"},
		{"later", then(ready(), later), 8, "[ready]"},
		{"intent", sending(), 9, "[submitting]"},
		{"not sent", then(sending(), notSent("1")), 10, "[ready]"},
		{"received", taken(), 11, "[submitted]"},
		{"accepted", accepted(), 11, "[accepted]"},
		{"accepted by the result page alone", then(sending(), with(answer("1", carriers.StateAccepted), func(e *Event) { e.Witnessed = false })), 11, "[submitted]"},
		{"rejected", rejected(), 11, "[rejected]"},
		{"lost", uncertain(), 12, "[uncertain]"},
		{"taken over", then(sending(), Event{Kind: Lost, Actor: ByTakeover, Who: "x"}), 12, "[uncertain]"},
		{"looked up: processing", then(uncertain(), lookedUp(carriers.StateReceived)), 13, "[submitted]"},
		{"looked up: accepted", then(taken(), lookedUp(carriers.StateAccepted)), 13, "[accepted]"},
		{"mail: rejected", then(taken(), byMail(lookedUp(carriers.StateRejected))), 13, "[rejected]"},
		{"a draft", then(uncertain(), with(absent("v1"), func(e *Event) { e.Receipt = word(carriers.StateDraft); e.Look.Trusted = false })), 14, "[ready]"},
		{"absent twice", then(uncertain(), absent("v1"), absent("v2")), 14, "[ready]"},
		{"unsettled", stuck(), 15, "[needs_person]"},
		{"late rejection", then(accepted(), lookedUp(carriers.StateRejected)), 16, "[rejected]"},
		{"late rejection behind a newer file", then(accepted(), other(), lookedUp(carriers.StateRejected)), 16, "[rejected needs_person]"},
		{"looked at again", then(accepted(), reviewed("v1")), 50, "[accepted]"},
		{"gone twice", then(accepted(), reviewed("v1"), gone("v2")), 51, "[needs_person]"},
		{"shown otherwise", then(accepted(), with(unsettled(), func(e *Event) { e.Receipt = word(carriers.StateAccepted) })), 51, "[needs_person]"},
		{"gone, and filed again by a person", then(accepted(), reviewed("v1"), gone("v2"), decide(Ready)), 17, "[ready]"},
		{"person: file it", then(ready(), contradicted(), decide(Ready)), 17, "[ready]"},
		{"person: file it again", then(uncertain(), with(absent("v1"), func(e *Event) { e.Look.Trusted = false }), unsettled(), decide(Ready)), 17, "[ready]"},
		{"person: accepted", then(stuck(), with(decide(Accepted), func(e *Event) { e.Receipt = word(carriers.StateAccepted) })), 17, "[accepted]"},
		{"person: rejected", then(stuck(), with(decide(Rejected), func(e *Event) { e.Receipt = word(carriers.StateRejected) })), 17, "[rejected]"},
		{"person: cancelled", then(stuck(), decide(Cancelled)), 17, "[cancelled]"},
		{"cancel quarantined", then(unfit(), decide(Cancelled)), 18, "[cancelled]"},
		{"cancel ready", cancelled(), 18, "[cancelled]"},
		{"cancel rejected", then(rejected(), decide(Cancelled)), 18, "[cancelled]"},
		{"mended file", then(unfit(), other()), 19, "[superseded ready]"},
		{"same bytes pass now", then(unfit(), arrive("a", Ready)), 19, "[superseded ready]"},
		{"still unfit", then(unfit(), broken()), 19, "[superseded quarantined]"},
		{"mended file behind one that was sent", then(stuck(), broken(), arrive("c", Ready)), 19, "[needs_person superseded needs_person]"},
		{"mended file after a contradiction", then(ready(), contradicted(), other()), 20, "[superseded ready]"},
		{"unfit file after a contradiction", then(ready(), contradicted(), broken()), 20, "[superseded quarantined]"},
		{"other bytes while open", then(stuck(), other()), 21, "[needs_person needs_person]"},
		{"unfit bytes while open", then(stuck(), broken()), 21, "[needs_person quarantined]"},
		{"other bytes after a rejection behind one that is open", then(stuck(), other(), with(decide(Rejected), func(e *Event) { e.Revision = 2; e.Receipt = word(carriers.StateRejected) }), arrive("c", Ready)), 21, "[needs_person rejected needs_person]"},
		{"third bytes while open", then(stuck(), other(), arrive("c", Ready)), 21, "[needs_person superseded needs_person]"},
		{"other bytes after an absence", then(uncertain(), absent("v1"), absent("v2"), other()), 21, "[needs_person needs_person]"},
		{"unfit bytes after an absence", then(uncertain(), absent("v1"), absent("v2"), broken()), 21, "[needs_person quarantined]"},
		{"other bytes after the end", then(cancelled(), other()), 22, "[cancelled needs_person]"},
		{"unfit bytes after the end", then(cancelled(), broken()), 22, "[cancelled quarantined]"},
		{"readable now", then(unfit(), Event{Kind: Replaced, Actor: ByIntake, Who: "i"}), 23, "[superseded]"},
		{"unreadable again", then(unfit(), Event{Kind: Replaced, Actor: ByIntake, Who: "i"}, broken()), 23, "[superseded quarantined]"},
		{"look-up later", then(uncertain(), later), 24, "[uncertain]"},
		{"hold ended", then(ready(), with(later, func(e *Event) { e.Hold = HoldCredentials; e.NotBefore = start() }), Event{Kind: Released, Actor: ByPerson, Who: "ann", Why: "new password"}), 25, "[ready]"},
		{"absent once", then(uncertain(), absent("v1")), 26, "[uncertain]"},
		{"submitted and absent", then(taken(), absent("v1"), absent("v2")), 26, "[submitted]"},
		{"person: look it up", then(stuck(), decide(Uncertain)), 27, "[uncertain]"},
		{"person: same file again", then(rejected(), decide(Ready)), 28, "[rejected ready]"},
		{"person: hold", then(ready(), hold()), 30, "[ready]"},
		{"person: release", then(uncertain(), hold(), release()), 25, "[uncertain]"},
		{"person: release what is accepted by now", then(taken(), hold(), lookedUp(carriers.StateAccepted), release()), 25, "[accepted]"},
		{"person: filed by hand", then(ready(), byHand()), 31, "[submitted]"},
		{"person: filed by hand after a send", then(stuck(), byHandOf("730")), 31, "[submitted]"},
		{"by hand, and found", then(uncertain(), byHand(), with(lookedUp(carriers.StateAccepted), func(e *Event) { e.Filed = start() })), 13, "[accepted]"},
		{"person: accepted, by telephone", then(taken(), tell(Accepted)), 32, "[accepted]"},
		{"person: rejected, by telephone", then(uncertain(), tell(Rejected)), 33, "[rejected]"},
		{"person: mended at the site", then(rejected(), tell(Accepted)), 34, "[accepted]"},
		{"person: looked up and not there", then(uncertain(), unproven(), decide(Ready)), 35, "[ready]"},
		{"person: not filed by hand after all", then(ready(), byHand(), unproven(), decide(Ready)), 36, "[ready]"},
		{"person: not cancelled after all", then(cancelled(), decide(Ready)), 37, "[ready]"},
		{"person: not accepted after all", then(taken(), tell(Accepted), decide(Uncertain)), 38, "[uncertain]"},
		{"person: cancelled, but is it there?", then(stuck(), decide(Cancelled), decide(Uncertain)), 39, "[uncertain]"},
		{"person: withdrawn", then(accepted(), with(decide(Cancelled), func(e *Event) { e.Revision = 1 })), 29, "[cancelled]"},
	}
}

func TestEveryMove(t *testing.T) {
	seen := map[int]bool{}
	for _, m := range slices.Concat(moves(), recoveredMoves()) {
		t.Run(m.name, func(t *testing.T) {
			tale := told(t, m.events...)
			rows := tale.rows()
			if got := rows[len(rows)-1]; got != m.row {
				t.Errorf("row %d, want %d", got, m.row)
			}
			if tale.states() != m.states {
				t.Errorf("states %s, want %s", tale.states(), m.states)
			}
			checkInvariants(t, tale)
			seen[m.row] = true
		})
	}
	for _, row := range Table() {
		if !seen[row.Number] {
			t.Errorf("no tale takes row %d", row.Number)
		}
	}
}

// refusals has, for each guard, a tale that would be right without one thing.
func refusals() []struct {
	name   string
	before []Event
	event  Event
	rows   []int
} {
	second := then(rejected(), other(), intend("2", "b"), lost("2"))
	return []struct {
		name   string
		before []Event
		event  Event
		rows   []int
	}{
		{"nobody", nil, with(arrive("a", Ready), func(e *Event) { e.Who = "" }), nil},
		{"no file", nil, with(arrive("a", Ready), func(e *Event) { e.Arrival = nil }), nil},
		{"no hash", nil, with(arrive("a", Ready), func(e *Event) { e.Arrival.Object.Canon = "" }), nil},
		{"arrives accepted", nil, arrive("a", Accepted), nil},
		{"intent without look-before", ready(), with(intend("1", "a"), func(e *Event) { e.Look = nil }), []int{9}},
		{"intent without attempt", ready(), with(intend("1", "a"), func(e *Event) { e.Attempt = nil }), []int{9}},
		{"intent of another holder", ready(), with(intend("1", "a"), func(e *Event) { e.Attempt.Owner = "x" }), []int{9}},
		{"intent with other bytes", ready(), intend("1", "b"), []int{9}},
		{"intent that knows its end", ready(), with(intend("1", "a"), func(e *Event) { e.Attempt.Sent = new(true) }), []int{9}},
		{"intent twice", sending(), intend("2", "a"), nil},
		{"attempt named twice", then(sending(), notSent("1")), intend("1", "a"), []int{9}},
		{"intent after two sends", then(uncertain(), absent("v1"), absent("v2"), intend("2", "a"), lost("2"), absent("v3"), absent("v4")), intend("3", "a"), []int{9}},
		{"intent while uncertain", uncertain(), intend("2", "a"), nil},
		{"intent by a visit", ready(), with(intend("1", "a"), func(e *Event) { e.Actor = ByVisit }), nil},
		{"unsent without proof", sending(), with(notSent("1"), func(e *Event) { e.Attempt.Sent = nil }), []int{10}},
		{"unsent by another attempt", sending(), notSent("0"), []int{10}},
		{"answer to another attempt", sending(), answer("0", carriers.StateAccepted), []int{11}},
		{"answer to nothing sent", sending(), with(answer("1", carriers.StateAccepted), func(e *Event) { e.Attempt.Sent = new(false) }), []int{11}},
		{"answer without words", sending(), with(answer("1", carriers.StateAccepted), func(e *Event) { e.Receipt = &carriers.Receipt{State: carriers.StateAccepted} }), nil},
		{"answer: a draft", sending(), answer("1", carriers.StateDraft), nil},
		{"lost by another attempt", sending(), lost("0"), []int{12}},
		{"look-up while submitting", sending(), lookedUp(carriers.StateAccepted), nil},
		{"look-up older than the intent", uncertain(), with(lookedUp(carriers.StateAccepted), func(e *Event) { e.Filed = start() }), []int{13}},
		{"look-up shows the rejected revision", second, lookedUp(carriers.StateRejected), []int{13}},
		{"look-up without number nor time", second, with(lookedUp(carriers.StateAccepted), func(e *Event) { e.Receipt.Number = "" }), []int{13}},
		{"look-up without number, of a day", second, with(lookedUp(carriers.StateAccepted), func(e *Event) { e.Receipt.Number = ""; e.Filed = start(); e.Within = 24 * 60 * step }), []int{13}},
		{"late rejection is that of the revision before", then(rejected(), other(), intend("2", "b"), answer("2", carriers.StateAccepted)), lookedUp(carriers.StateRejected), []int{16}},
		{"found is the rejected revision", then(rejected(), other()), with(found(carriers.StateAccepted), func(e *Event) { e.Receipt.Number = "R-rejected" }), []int{6}},
		{"found, processing, is the rejected revision", then(rejected(), other()), with(found(carriers.StateReceived), func(e *Event) { e.Receipt.Number = "R-rejected" }), []int{6}},
		{"found as rejected", ready(), found(carriers.StateRejected), nil},
		{"found after the intent", sending(), found(carriers.StateAccepted), nil},
		{"gone once", accepted(), gone("v1"), []int{51}},
		{"gone twice in one visit", then(accepted(), reviewed("v1")), gone("v1"), []int{51}},
		{"gone, and nothing shows that the search works", then(accepted(), reviewed("v1")), with(gone("v2"), func(e *Event) { e.Look.Control = false }), []int{51}},
		{"gone, and before nothing showed that the search worked", then(accepted(), with(reviewed("v1"), func(e *Event) { e.Look.Control = false })), gone("v2"), []int{51}},
		{"only a draft is left", accepted(), with(unsettled(), func(e *Event) { e.Receipt = word(carriers.StateDraft) }), []int{51}},
		{"accepted, doubted without why", accepted(), with(unsettled(), func(e *Event) { e.Why = ""; e.Receipt = word(carriers.StateAccepted) }), []int{51}},
		{"looked at again without why", accepted(), with(reviewed("v1"), func(e *Event) { e.Why = "" }), []int{50}},
		{"an acceptance is absent", accepted(), absent("v1"), nil},
		{"absence without a look", uncertain(), with(absent("v1"), func(e *Event) { e.Look = nil }), []int{14, 26}},
		{"absence without a time", uncertain(), with(absent("v1"), func(e *Event) { e.NotBefore = e.At }), []int{14, 26}},
		{"postponed for ever", ready(), Event{Kind: Postponed, Actor: ByVisit, Who: "h"}, []int{8}},
		{"postponed while submitting", sending(), Event{Kind: Postponed, Actor: ByVisit, Who: "h", NotBefore: start()}, nil},
		{"look-up postponed for ever", uncertain(), Event{Kind: Postponed, Actor: ByReconcile, Who: "h"}, []int{24}},
		{"hold ended without why", ready(), Event{Kind: Released, Actor: ByPerson, Who: "ann"}, []int{25}},
		{"contradicted without why", ready(), with(contradicted(), func(e *Event) { e.Why = "" }), []int{7}},
		{"unsettled without why", uncertain(), with(unsettled(), func(e *Event) { e.Why = " \u202e" }), []int{15}},
		{"person wants nothing", then(ready(), contradicted()), decide(None), nil},
		{"person wants nothing of a rejection", rejected(), decide(None), nil},
		{"person sends again by a word with the loss", then(sending(), with(lost("1"), func(e *Event) { e.Receipt = word(carriers.StateRejected) }), unsettled()), decide(Ready), []int{17}},
		{"person sends again with a word that is not asked for", stuck(), with(decide(Ready), func(e *Event) { e.Receipt = word(carriers.StateRejected) }), []int{17}},
		{"person without why", stuck(), with(decide(Cancelled), func(e *Event) { e.Why = "" }), []int{17}},
		{"person sends again without a look", stuck(), decide(Ready), []int{17}},
		{"person accepts without a receipt", stuck(), decide(Accepted), []int{17}},
		{"person accepts with a rejection", stuck(), with(decide(Accepted), func(e *Event) { e.Receipt = word(carriers.StateRejected) }), []int{17}},
		{"person files beside an accepted one", then(accepted(), other()), decide(Ready), []int{17}},
		{"person names no revision of it", stuck(), with(decide(Cancelled), func(e *Event) { e.Revision = 7 }), nil},
		{"person sends an uncertain one", uncertain(), decide(Ready), []int{35}},
		{"person cancels an uncertain one", uncertain(), decide(Cancelled), nil},
		{"person sends an accepted one", accepted(), decide(Ready), nil},
		{"person files the same again behind a newer file", then(rejected(), other()), with(decide(Ready), func(e *Event) { e.Revision = 1 }), []int{28}},
		{"person files the same again behind one that is open", then(stuck(), other(), with(decide(Rejected), func(e *Event) { e.Revision = 2; e.Receipt = word(carriers.StateRejected) })), with(decide(Ready), func(e *Event) { e.Revision = 2 }), []int{28}},
		{"intent while a person holds it back", then(ready(), hold()), intend("1", "a"), []int{9}},
		{"intent of a new revision while a person holds it back", then(ready(), hold(), other()), intend("1", "b"), []int{9}},
		{"held twice", then(ready(), hold()), hold(), []int{30}},
		{"held without why", ready(), with(hold(), func(e *Event) { e.Why = "" }), []int{30}},
		{"held by a visit", ready(), with(hold(), func(e *Event) { e.Actor = ByVisit }), nil},
		{"held while it is sent", sending(), hold(), nil},
		{"held once it is accepted", accepted(), hold(), nil},
		{"released and not held", ready(), release(), []int{25}},
		{"a visit ends a person's hold", then(ready(), hold()), with(release(), func(e *Event) { e.Actor = ByVisit }), []int{25}},
		{"filed by hand, nobody knows until when", ready(), with(byHand(), func(e *Event) { e.SettleUntil = time.Time{} }), []int{31}},
		{"filed by hand without a word", ready(), with(byHand(), func(e *Event) { e.Receipt = nil }), []int{31}},
		{"filed by hand with another revision's number", then(rejected(), other()), byHandOf("R-rejected"), []int{31}},
		{"filed by hand behind one that is accepted", then(accepted(), other()), byHand(), []int{31}},
		{"filed by hand and not looked up, sent again", then(ready(), byHand(), unsettled()), decide(Ready), []int{17}},
		{"accepted without a word", taken(), decide(Accepted), []int{32}},
		{"rejected against the result page", then(sending(), with(answer("1", carriers.StateAccepted), func(e *Event) { e.Witnessed = false })), with(tell(Rejected), func(e *Event) { e.Receipt.Number = "R-accepted" }), []int{33}},
		{"accepted with another revision's number", second, with(tell(Accepted), func(e *Event) { e.Receipt.Number = "R-rejected" }), []int{32}},
		{"accepted after a rejection without a number", rejected(), with(tell(Accepted), func(e *Event) { e.Receipt.Number = "" }), []int{34}},
		{"accepted after a rejection with its number", rejected(), with(tell(Accepted), func(e *Event) { e.Receipt.Number = "R-rejected" }), []int{34}},
		{"accepted after a rejection, beside a newer file", then(rejected(), other()), with(tell(Accepted), func(e *Event) { e.Revision = 1 }), []int{34}},
		{"sent again after a look at another amount", then(uncertain(), unproven(), with(unsettled(), func(e *Event) { e.Receipt = word(carriers.StateAccepted) })), decide(Ready), []int{17}},
		{"sent again after the site showed it", then(uncertain(), unproven(), lookedUp(carriers.StateReceived), unsettled()), decide(Ready), []int{17}},
		{"submitted, and the carrier's word is Lodge's own", then(taken(), unproven()), decide(Ready), []int{36}},
		{"an acceptance that Lodge saw is taken back", accepted(), decide(Uncertain), []int{38}},
		{"a rejection that Lodge saw is taken back", rejected(), decide(Uncertain), []int{38}},
		{"cancelled, sent before, filed after all", then(stuck(), decide(Cancelled)), decide(Ready), []int{37}},
		{"a visit decides", stuck(), with(decide(Cancelled), func(e *Event) { e.Actor = ByVisit }), nil},
	}
}

// TestPeopleSayWhy: what only judgement can decide is never taken without a reason.
func TestPeopleSayWhy(t *testing.T) {
	tried := 0
	for _, m := range moves() {
		before, last := m.events[:len(m.events)-1], m.events[len(m.events)-1]
		switch last.Kind {
		case Decided, Held, Released, Contradicted, Unsettled:
		default:
			continue
		}
		tried++
		last.Why = ""
		if err := told(t, before...).tell(last, Limits{}); err == nil {
			t.Errorf("%s: taken without a reason", m.name)
		}
	}
	if tried < 10 {
		t.Errorf("only %d moves were tried", tried)
	}
}

// TestWordsOfOthers: whatever the carrier is said to have said, it counts for
// the attempt under way only, and for what came after the intent.
func TestWordsOfOthers(t *testing.T) {
	for _, said := range []carriers.ReceiptState{carriers.StateReceived, carriers.StateAccepted, carriers.StateRejected} {
		unsent := with(answer("1", said), func(e *Event) { e.Attempt.Sent = new(false) })
		old := with(lookedUp(said), func(e *Event) { e.Filed = start() })
		for name, c := range map[string]struct {
			before []Event
			event  Event
		}{
			"of another attempt":    {sending(), answer("0", said)},
			"to what was not sent":  {sending(), unsent},
			"older than the intent": {uncertain(), old},
		} {
			if err := told(t, c.before...).tell(c.event, Limits{}); err == nil {
				t.Errorf("%s, %s, was taken", said, name)
			}
		}
	}
	late := with(lookedUp(carriers.StateRejected), func(e *Event) { e.Filed = start() })
	if err := told(t, accepted()...).tell(late, Limits{}); err == nil {
		t.Error("a rejection from before the intent was taken")
	}
	coarse := with(lookedUp(carriers.StateAccepted), func(e *Event) { e.Filed = start(); e.Within = 24 * time.Hour })
	if err := told(t, uncertain()...).tell(coarse, Limits{}); err != nil {
		t.Errorf("a site that shows days only: %v", err)
	}
}

func TestEveryRefusal(t *testing.T) {
	for _, r := range refusals() {
		t.Run(r.name, func(t *testing.T) {
			tale := told(t, r.before...)
			before := tale.states()
			err := tale.tell(r.event, Limits{})
			refusal, ok := errors.AsType[*Refusal](err)
			if !ok {
				t.Fatalf("got %v and %s, want a refusal", err, tale.states())
			}
			if !slices.Equal(refusal.Rows, r.rows) {
				t.Errorf("refused by rows %v, want %v: %v", refusal.Rows, r.rows, err)
			}
			if refusal.Reason == "" || tale.states() != before {
				t.Errorf("reason %q, states %s, were %s", refusal.Reason, tale.states(), before)
			}
		})
	}
}
