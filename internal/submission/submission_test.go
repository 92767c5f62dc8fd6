package submission_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	. "example.com/lodge/internal/submission"
)

func TestCurrent(t *testing.T) {
	for _, c := range []struct {
		name             string
		events           []Event
		current, waiting int
	}{
		{"nothing", nil, 0, 0},
		{"ready", ready(), 1, 0},
		{"superseded", then(ready(), other()), 2, 0},
		{"work goes on behind a newer file", then(uncertain(), other()), 1, 2},
		{"accepted, then a newer file", then(accepted(), other()), 2, 0},
		{"sent and open, then a newer file", then(stuck(), other()), 1, 2},
		{"rejected, then a newer file", then(rejected(), other()), 2, 0},
	} {
		s := told(t, c.events...).s
		if s.Current().Number != c.current || s.Waiting().Number != c.waiting {
			t.Errorf("%s: current %d, waiting %d, want %d, %d", c.name, s.Current().Number, s.Waiting().Number, c.current, c.waiting)
		}
	}
}

func TestDue(t *testing.T) {
	at := start().Add(time.Hour)
	postponed := func(h Hold, until time.Time) Event {
		return Event{Kind: Postponed, Actor: ByVisit, Who: "h", Hold: h, NotBefore: until}
	}
	created := start().Add(step)
	for _, c := range []struct {
		name   string
		events []Event
		want   time.Time
	}{
		{"nothing", nil, time.Time{}},
		{"ready", ready(), created},
		{"later", then(ready(), postponed("", at)), at},
		{"outside hours", then(ready(), postponed(HoldWindow, at)), at},
		{"held by people", then(ready(), postponed(HoldCredentials, time.Time{})), time.Time{}},
		{"released", then(ready(), postponed(HoldCredentials, time.Time{}), Event{Kind: Released, Actor: ByPerson, Who: "ann", Why: "new password"}), created},
		{"submitting", sending(), time.Time{}},
		{"uncertain", uncertain(), created.Add(2 * step)},
		{"filed again by a person", then(rejected(), decide(Ready)), created.Add(3 * step)},
		{"uncertain behind a newer file", then(uncertain(), postponed("", at), other()), at},
		{"accepted", accepted(), time.Time{}},
		{"needs a person", stuck(), time.Time{}},
		{"next revision is due at once", then(ready(), postponed("", at), other()), created.Add(2 * step)},
	} {
		got, ok := told(t, c.events...).s.Due()
		if ok != !c.want.IsZero() || ok && !got.Equal(c.want) {
			t.Errorf("%s: %v %s, want %s", c.name, ok, got, c.want)
		}
	}
}

func TestApplyChangesNothingOfItsReceiver(t *testing.T) {
	for _, m := range moves() {
		tale := newTale()
		for _, e := range m.events {
			before := tale.s // shares its slices: a write through them shows
			snapshot := fmt.Sprintf("%+v", before)
			if err := tale.tell(e, Limits{}); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprintf("%+v", before) != snapshot {
				t.Fatalf("%s: %s wrote through to the submission before it", m.name, e.Kind)
			}
		}
	}
}

// TestGoAhead: a person's go-ahead is worth one send beyond the limit.
func TestGoAhead(t *testing.T) {
	untrusted := with(absent("v"), func(e *Event) { e.Look.Trusted = false })
	tale := told(t, then(uncertain(), untrusted, unsettled(), decide(Ready))...)
	one := Limits{Sends: 1}
	if why := tale.s.Spent(one); why != "" {
		t.Fatalf("a person's go-ahead does not count: %s", why)
	}
	if err := tale.tell(intend("2", "a"), one); err != nil {
		t.Fatal(err)
	}
	for _, e := range []Event{lost("2"), absent("v3"), absent("v4")} {
		if err := tale.tell(e, one); err != nil {
			t.Fatal(err)
		}
	}
	if tale.s.Spent(one) == "" || tale.tell(intend("3", "a"), one) == nil {
		t.Error("one go-ahead was good for two sends")
	}
}

// TestTries: attempts that are proven not sent have a limit of their own.
func TestTries(t *testing.T) {
	tale := told(t, ready()...)
	for _, id := range []string{"1", "2", "3"} {
		for _, e := range []Event{intend(id, "a"), notSent(id)} {
			if err := tale.tell(e, Limits{Tries: 3}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tale.tell(intend("4", "a"), Limits{Tries: 3}); err == nil {
		t.Error("a fourth try was begun")
	}
}

// TestFiledAgain: the same file filed again leaves the rejection as it was.
func TestFiledAgain(t *testing.T) {
	before := told(t, rejected()...).s
	after := told(t, then(rejected(), decide(Ready))...).s
	if diff := cmp.Diff(before.Revisions[0], after.Revisions[0], amounts()); diff != "" {
		t.Errorf("the rejected revision changed:\n%s", diff)
	}
	next := after.Current()
	if next.Object != before.Revisions[0].Object || len(next.Attempts) != 0 || next.Receipt.State != "" || next.Why != "I asked the carrier" {
		t.Errorf("the next revision is %+v", next)
	}
}

func TestStaleAttempt(t *testing.T) {
	tale := told(t, sending()...)
	tale.s.Fence++
	if err := tale.tell(answer("1", carriers.StateAccepted), Limits{}); err == nil {
		t.Error("the holder of an old fence moved it")
	}
}

func TestLooksThatDoNotCount(t *testing.T) {
	for name, spoil := range map[string]func(*Event){
		"no control":  func(e *Event) { e.Look.Control = false },
		"no mailbox":  func(e *Event) { e.Look.Mail = false },
		"not trusted": func(e *Event) { e.Look.Trusted = false },
		"same visit":  func(e *Event) { e.Look.Visit = "v1" },
		"blind":       func(e *Event) { e.Look.Blind = "no history" },
	} {
		second := with(absent("v2"), spoil)
		tale := told(t, then(uncertain(), absent("v1"))...)
		if err := tale.tell(second, Limits{}); err == nil && tale.states() != "[uncertain]" {
			t.Errorf("%s: %s", name, tale.states())
		}
	}
	tale := told(t, uncertain()...)
	tale.s.Revisions[0].Attempts[0].SettleUntil = tale.now.Add(24 * time.Hour)
	draft := with(absent("v0"), func(e *Event) { e.Receipt = word(carriers.StateDraft) })
	for _, e := range []Event{absent("v1"), draft, absent("v2"), absent("v3")} {
		if err := tale.tell(e, Limits{}); err != nil || tale.states() != "[uncertain]" {
			t.Errorf("before the settle time: %v, %s", err, tale.states())
		}
	}
}

// TestSendFrom: the look-before comes 10 minutes after the last look that did not show
// what may be there, whoever freed it.
func TestSendFrom(t *testing.T) {
	for name, before := range map[string][]Event{
		"freed by two looks": then(uncertain(), absent("v1"), absent("v2")),
		"a person wants it":  then(uncertain(), unproven(), unsettled(), decide(Ready)),
	} {
		tale := told(t, before...)
		looks := tale.s.Current().Looks
		last := looks[len(looks)-1].At
		tale.s.NotBefore = last // as after an older event, or by a person's rerun
		if due, ok := tale.s.Due(); !ok || !due.Equal(last.Add(BetweenLooks)) {
			t.Errorf("%s: due at %s, %t", name, due, ok)
		}
		begins := func(after time.Duration) error {
			tale.now = last.Add(after + time.Minute - step) // when its look-before is to begin: see tell
			return tale.tell(intend("2", "a"), Limits{})
		}
		if err := begins(BetweenLooks - time.Second); err == nil || !strings.Contains(err.Error(), "did not show it") {
			t.Errorf("%s: sent a moment too soon: %v", name, err)
		}
		if err := begins(BetweenLooks); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if from := tale.s.SendFrom(); !from.IsZero() {
			t.Errorf("%s: the attempt ends what was looked for before it, and still: from %s", name, from)
		}
	}
	s := told(t, then(uncertain(), absent("v1"), absent("v2"))...).s
	want := s.SendFrom()
	s.Revisions = append(s.Revisions, Revision{Number: 2, State: Ready})
	if from := s.SendFrom(); want.IsZero() || !from.Equal(want) {
		t.Errorf("another revision may be sent from %s, want %s", from, want)
	}
}

func TestReplayOfAnotherHistory(t *testing.T) {
	history := told(t, accepted()...).history
	history[2].To = Rejected
	if _, err := Replay(key(), "harbor", history); err == nil {
		t.Error("a changed history replays")
	}
}

func TestTextsOfStrangers(t *testing.T) {
	evil := "ok\x00\x1b[31m \u202etxet\n" + strings.Repeat("ä", 3000)
	s := told(t, then(sending(), with(answer("1", carriers.StateRejected), func(e *Event) { e.Receipt.Text = evil }))...).s
	got := s.Current().Receipt.Text
	if len(got) > 2000 || !utf8.ValidString(got) || !strings.HasPrefix(got, "ok[31m txet ä") {
		t.Errorf("%d bytes, %.40q", len(got), got)
	}
}
