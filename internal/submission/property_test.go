package submission_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/lodge/carriers"
	. "example.com/lodge/internal/submission"
)

// A failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// checkInvariants are what must hold after any events whatever.
func checkInvariants(t failer, tale *tale) {
	t.Helper()
	live := 0
	for _, r := range tale.s.Revisions {
		if r.State.Live() {
			live++
		}
		if r.State == Accepted && r.Receipt.State != carriers.StateAccepted {
			t.Errorf("revision %d is accepted, its receipt says %q", r.Number, r.Receipt.State)
		}
		if r.State == Rejected && r.Receipt.State != carriers.StateRejected {
			t.Errorf("revision %d is rejected, its receipt says %q", r.Number, r.Receipt.State)
		}
		if r.Why == "" {
			t.Errorf("revision %d is %s and does not say why", r.Number, r.State)
		}
		if (r.State == NeedsPerson || r.State == Rejected || r.State == Quarantined) != (r.Needs != "") {
			t.Errorf("revision %d is %s and needs %q", r.Number, r.State, r.Needs)
		}
	}
	if live > 1 {
		t.Errorf("%d revisions are live: %s", live, tale.states())
	}
	checkHistory(t, tale)
}

func checkHistory(t failer, tale *tale) {
	t.Helper()
	for i, e := range tale.history {
		if e.Seq != int64(i+1) {
			t.Errorf("entry %d has number %d", i+1, e.Seq)
		}
		if e.To == Ready && (e.From == Submitting && e.Row != 10 || e.From == Uncertain && e.Row != 14 && e.Row != 35) {
			t.Errorf("row %d made a revision ready that was %s", e.Row, e.From)
		}
		if e.To == Accepted && e.From != Accepted && e.Receipt == nil {
			t.Errorf("row %d accepted without a receipt", e.Row)
		}
	}
	stored, err := json.Marshal(tale.history)
	if err != nil {
		t.Fatalf("history: %v", err)
	}
	var history []Entry
	if err := json.Unmarshal(stored, &history); err != nil {
		t.Fatalf("history: %v", err)
	}
	got, err := Replay(tale.s.Key, tale.s.Carrier, history)
	if err != nil {
		t.Fatalf("replay: %v", err)
	}
	want := tale.s
	want.Lease = Lease{}
	if diff := cmp.Diff(want, got, amounts()); diff != "" {
		t.Errorf("the history replays to something else:\n%s", diff)
	}
}

// openSends counts what may be at the carrier: sends, and what people say they
// filed by hand. Those of a revision end with its rejection, unless that is taken
// back; all end with a proven absence or a person's look.
func (t *tale) openSends() int {
	open, refused := map[int]int{}, map[int]bool{}
	for _, e := range t.history {
		switch {
		case e.Row == 9, e.Row == 31:
			open[e.Revision]++
		case e.Kind == Recovered && (e.From == None || e.Part == 0 && e.Arrival == nil):
			clear(open) // that others were sent before it is a fact, and none of the table's doing
			open[e.Revision]++
		case e.Row == 10:
			open[e.Revision]--
		case e.To == Ready && slices.Contains([]int{14, 17, 35, 36, 37}, e.Row):
			clear(open)
		}
		switch {
		case e.To == Rejected:
			refused[e.Revision] = true
		case e.To == Accepted, e.To == Submitted, e.From == Rejected && e.To == Uncertain:
			refused[e.Revision] = false
		}
	}
	n := 0
	for revision, sends := range open {
		if !refused[revision] {
			n += sends
		}
	}
	return n
}

// held says whether a person holds it back, by the history alone.
func (t *tale) held() bool {
	held := false
	for _, e := range t.history {
		switch {
		case e.Row == 30:
			held = true
		case e.Row == 25 && e.Hold == HoldPerson:
			held = false
		}
	}
	return held
}

// filedWrongly says what was wrong with the filing that e began, if it is one:
// something may have been there already, or a person held it back.
func (t *tale) filedWrongly(open int, held bool) string {
	switch e := t.history[len(t.history)-1]; {
	case e.Row != 9:
	case open > 0:
		return fmt.Sprintf("filed while %d may be there", open)
	case held:
		return "filed while a person held it back"
	}
	return ""
}

// TestAnything lets random events, most of them nearly right, happen.
func TestAnything(t *testing.T) {
	rows := map[int]int{}
	for rounds := 0; rounds < 20 && (rounds == 0 || len(rows) < 20); rounds++ {
		happen(t, rows)
	}
	if len(rows) < 20 {
		t.Errorf("only %d rows were taken: the events are not random enough", len(rows))
	}
}

// happen counts the rows that a round of tales takes.
func happen(t *testing.T, rows map[int]int) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		tale := newTale()
		limits := Limits{Sends: rapid.IntRange(0, 3).Draw(t, "sends")}
		for i := range rapid.IntRange(1, 40).Draw(t, "events") {
			attempts, open, held := countAttempts(tale.s), tale.openSends(), tale.held()
			tale.now = tale.now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "pause")) * step)
			err := tale.tell(anything(t, i), limits)
			if n := countAttempts(tale.s); n < attempts {
				t.Fatalf("attempts went from %d to %d", attempts, n)
			}
			if err != nil {
				continue
			}
			if wrong := tale.filedWrongly(open, held); wrong != "" {
				t.Fatalf("%s%s", wrong, tale.story())
			}
			if tale.held() == tale.s.OnHold.IsZero() {
				t.Fatalf("held: %v by the history, %+v by the submission%s", tale.held(), tale.s.OnHold, tale.story())
			}
			rows[tale.history[len(tale.history)-1].Row]++
		}
		checkInvariants(t, tale)
	})
}

func countAttempts(s Submission) int {
	n := 0
	for _, r := range s.Revisions {
		n += len(r.Attempts)
	}
	return n
}

// anything draws an event: of any kind, right in most of its parts.
func anything(t *rapid.T, i int) Event {
	bytes := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	state := rapid.SampledFrom([]carriers.ReceiptState{carriers.StateAccepted, carriers.StateReceived, carriers.StateRejected, carriers.StateDraft})
	id := fmt.Sprint(max(0, i-rapid.IntRange(0, 3).Draw(t, "age")))
	e := rapid.SampledFrom([]func() Event{
		func() Event { return arrive(bytes.Draw(t, "bytes"), Ready) },
		func() Event { return arrive(bytes.Draw(t, "bytes"), Quarantined) },
		func() Event { return intend(fmt.Sprint(i), bytes.Draw(t, "bytes")) },
		func() Event { return intend(fmt.Sprint(i), bytes.Draw(t, "bytes")) },
		func() Event { return answer(id, state.Draw(t, "word")) },
		func() Event { return lost(id) },
		func() Event { return Event{Kind: Lost, Actor: ByTakeover, Who: "x"} },
		func() Event { return notSent(id) },
		func() Event { return lookedUp(state.Draw(t, "word")) },
		func() Event { return absent(fmt.Sprint("v", i)) },
		func() Event { return absent(fmt.Sprint("v", i)) },
		unsettled, contradicted,
		func() Event {
			return recovered(fmt.Sprint(i), bytes.Draw(t, "bytes"), rapid.IntRange(1, 3).Draw(t, "revision"))
		},
		func() Event {
			return brought(fmt.Sprint(i), bytes.Draw(t, "bytes"), rapid.IntRange(1, 4).Draw(t, "number"))
		},
		func() Event { return found(state.Draw(t, "word")) },
		func() Event { return Event{Kind: Postponed, Actor: ByVisit, Who: "h", NotBefore: start()} },
		func() Event { return decide(rapid.SampledFrom(append(States(), None)).Draw(t, "want")) },
		func() Event { return decide(rapid.SampledFrom([]State{Ready, Uncertain, Cancelled}).Draw(t, "want")) },
		func() Event { return byHandOf(rapid.SampledFrom([]string{"", "R1", "R2"}).Draw(t, "by hand")) },
		func() Event { return tell(rapid.SampledFrom([]State{Accepted, Rejected}).Draw(t, "told")) },
		hold, release,
		func() Event { return Event{Kind: Released, Actor: ByPerson, Who: "ann", Why: "done"} },
		func() Event { return Event{Kind: Noted, Actor: ByMail, Who: "m", Why: "a late word"} },
	}).Draw(t, "event")()
	if e.Receipt != nil && e.Kind != Decided {
		e.Receipt.Number = rapid.SampledFrom([]string{"", fmt.Sprint("R", i), "R1"}).Draw(t, "number")
		e.Filed = rapid.SampledFrom([]time.Time{{}, start(), start().Add(time.Duration(i) * 2 * step)}).Draw(t, "filed")
	}
	if e.Receipt == nil && rapid.IntRange(0, 9).Draw(t, "unasked word") == 0 {
		e.Receipt = word(state.Draw(t, "unasked"))
	}
	e.Witnessed = rapid.Bool().Draw(t, "witnessed")
	if rapid.IntRange(0, 19).Draw(t, "wrong actor") == 0 {
		e.Actor = rapid.SampledFrom([]Actor{ByIntake, ByVisit, ByGate, ByTakeover, ByReconcile, ByMail, ByPerson, ByRestore}).Draw(t, "actor")
	}
	if e.Kind == Decided && rapid.Bool().Draw(t, "named") {
		e.Revision = rapid.IntRange(0, 3).Draw(t, "revision")
	}
	return e
}

// amounts lets cmp look into ledes.Amount.
func amounts() cmp.Option { return cmp.Exporter(func(reflect.Type) bool { return true }) }
