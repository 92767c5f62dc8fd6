package submission_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"example.com/lodge/carriers"
	. "example.com/lodge/internal/submission"
)

// situations has, for each state, the ways to stand in it that a person's
// decision may have to tell apart.
func situations() map[string][]Event {
	unseen := with(answer("1", carriers.StateAccepted), func(e *Event) { e.Witnessed = false })
	return map[string][]Event{
		"quarantined":           unfit(),
		"ready":                 ready(),
		"ready, held":           then(ready(), hold()),
		"submitting":            sending(),
		"uncertain":             uncertain(),
		"uncertain, looked":     then(uncertain(), unproven()),
		"submitted":             taken(),
		"submitted, looked":     then(taken(), unproven()),
		"submitted, accepted":   then(sending(), unseen),
		"submitted, by hand":    then(ready(), byHand()),
		"by hand, looked":       then(ready(), byHand(), unproven()),
		"accepted":              accepted(),
		"accepted, told":        then(taken(), tell(Accepted)),
		"rejected":              rejected(),
		"rejected, told":        then(taken(), tell(Rejected)),
		"needs_person, unsent":  then(ready(), contradicted()),
		"needs_person, sent":    stuck(),
		"needs_person, looked":  then(stuck0(), unsettled()),
		"needs_person, by hand": then(ready(), byHand(), unsettled()),
		"superseded":            then(ready(), other()),
		"cancelled":             cancelled(),
		"cancelled, sent":       then(stuck(), decide(Cancelled)),
	}
}

// stuck0 is uncertain after a look-up that found nothing.
func stuck0() []Event { return then(uncertain(), unproven()) }

// decisions are all that people may type, complete.
func decisions() map[string]Event {
	return map[string]Event{
		"accept": tell(Accepted), "reject": tell(Rejected), "cancel": decide(Cancelled), "again": decide(Ready),
		"by-hand": byHand(), "look-up": decide(Uncertain), "hold": hold(), "release": release(),
	}
}

// expected is the whole table of what people may do: what each decision makes of
// each situation. What is not there is refused.
func expected() map[string]map[string]string {
	return map[string]map[string]string{
		"quarantined": {"cancel": "[cancelled]", "hold": "[quarantined]"},
		"ready":       {"cancel": "[cancelled]", "by-hand": "[submitted]", "hold": "[ready]"},
		"ready, held": {"cancel": "[cancelled]", "by-hand": "[submitted]", "release": "[ready]"},
		"submitting":  {},
		"uncertain": {"accept": "[accepted]", "reject": "[rejected]", "by-hand": "[submitted]",
			"hold": "[uncertain]"},
		"uncertain, looked": {"accept": "[accepted]", "reject": "[rejected]", "by-hand": "[submitted]",
			"hold": "[uncertain]", "again": "[ready]"},
		"submitted":            {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "hold": "[submitted]"},
		"submitted, looked":    {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "hold": "[submitted]"},
		"submitted, accepted":  {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "hold": "[submitted]"},
		"submitted, by hand":   {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "hold": "[submitted]"},
		"by hand, looked":      {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "hold": "[submitted]", "again": "[ready]"},
		"accepted":             {"cancel": "[cancelled]"},
		"accepted, told":       {"cancel": "[cancelled]", "look-up": "[uncertain]"},
		"rejected":             {"accept": "[accepted]", "cancel": "[cancelled]", "again": "[rejected ready]", "hold": "[rejected]"},
		"rejected, told":       {"accept": "[accepted]", "cancel": "[cancelled]", "again": "[rejected ready]", "look-up": "[uncertain]", "hold": "[rejected]"},
		"needs_person, unsent": {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "again": "[ready]", "by-hand": "[submitted]", "look-up": "[uncertain]", "hold": "[needs_person]"},
		"needs_person, sent":   {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "by-hand": "[submitted]", "look-up": "[uncertain]", "hold": "[needs_person]"},
		"needs_person, looked": {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "again": "[ready]", "by-hand": "[submitted]", "look-up": "[uncertain]", "hold": "[needs_person]"},
		"needs_person, by hand": {"accept": "[accepted]", "reject": "[rejected]", "cancel": "[cancelled]", "by-hand": "[submitted]",
			"look-up": "[uncertain]", "hold": "[needs_person]"},
		"superseded":      {},
		"cancelled":       {"again": "[ready]", "look-up": "[uncertain]"},
		"cancelled, sent": {"look-up": "[uncertain]"},
	}
}

// TestEveryDecisionInEveryState tries all decisions in all situations: each ends
// as the table above says, is refused a second time where it moved something,
// and is refused without a reason or a name.
func TestEveryDecisionInEveryState(t *testing.T) {
	met := map[State]bool{}
	for name, events := range situations() {
		before := told(t, events...)
		about := before.s.Current().Number
		if name == "superseded" {
			about = 1 // the current one is the file that took its place
		}
		met[before.s.Revisions[about-1].State] = true
		for what, e := range decisions() {
			t.Run(name+"/"+what, func(t *testing.T) {
				if e.Revision = about; e.Kind != Decided {
					e.Revision = 0
				}
				if name == "superseded" && e.Kind != Decided {
					t.Log("a hold is of the whole submission, not of a revision")
					return
				}
				decided(t, events, e, expected()[name][what])
			})
		}
	}
	if want := slices.Sorted(slices.Values(States())); !slices.Equal(slices.Sorted(maps.Keys(met)), want) {
		t.Errorf("situations are there for %v, states are %v", slices.Sorted(maps.Keys(met)), want)
	}
	if len(situations()) != len(expected()) {
		t.Errorf("%d situations, %d in the table", len(situations()), len(expected()))
	}
}

func decided(t *testing.T, events []Event, e Event, want string) {
	t.Helper()
	tale := told(t, events...)
	stands := tale.states()
	for _, spoil := range []func(*Event){func(e *Event) { e.Why = "" }, func(e *Event) { e.Who = "" }} {
		if err := tale.tell(with(e, spoil), Limits{}); err == nil {
			t.Fatalf("taken without a reason or a name")
		}
	}
	err := tale.tell(e, Limits{})
	switch got := tale.states(); {
	case want == "" && err == nil:
		t.Fatalf("it is %s now, and should have been refused", got)
	case want == "" && got != stands:
		t.Errorf("refused, and yet it is %s", got)
	case want != "" && (err != nil || got != want):
		t.Fatalf("%v; it is %s, want %s", err, got, want)
	}
	checkInvariants(t, tale)
	if want != "" && tale.tell(e, Limits{}) == nil {
		t.Errorf("the same decision was taken a second time: %s", tale.states())
	}
}

// TestAHoldOutlivesEverything: what happens to a submission that a person holds
// back leaves the hold as it is; only its release ends it.
func TestAHoldOutlivesEverything(t *testing.T) {
	later := Event{Kind: Postponed, Actor: ByVisit, Who: "h", Hold: HoldWindow, NotBefore: start()}
	for name, c := range map[string]struct {
		before, after []Event
	}{
		"a postponement":       {ready(), []Event{later}},
		"a new revision":       {ready(), []Event{other()}},
		"an account's release": {ready(), []Event{with(later, func(e *Event) { e.Hold = HoldCredentials }), {Kind: Released, Actor: ByVisit, Who: "h", Why: "a new secret"}}},
		"a person's rerun":     {ready(), []Event{later, {Kind: Released, Actor: ByPerson, Who: "cy", Why: "now"}}},
		"proof of absence":     {uncertain(), []Event{absent("v1"), absent("v2")}},
		"a rejection":          {taken(), []Event{lookedUp(carriers.StateRejected), other()}},
		"a decision":           {then(ready(), contradicted()), []Event{decide(Ready)}},
		"a cancellation":       {ready(), []Event{decide(Cancelled), decide(Ready)}},
	} {
		tale := told(t, then(c.before, then([]Event{hold()}, c.after...)...)...)
		if h := tale.s.OnHold; h.Who != "ann" || h.Why == "" || !tale.s.HeldBack() {
			t.Errorf("after %s it is %s, on hold: %+v", name, tale.states(), h)
		}
		if at, due := tale.s.Due(); due {
			t.Errorf("after %s it is due at %s", name, at)
		}
		not := tale.s.NotBefore
		if err := tale.tell(release(), Limits{}); err != nil || tale.s.HeldBack() || !tale.s.NotBefore.Equal(not) {
			t.Errorf("after %s, released: %v, %+v, not before %s", name, err, tale.s.OnHold, tale.s.NotBefore)
		}
	}
	if _, due := told(t, then(uncertain(), hold())...).s.Due(); !due {
		t.Error("what may have been sent is not looked up while it is held")
	}
}

// TestAnUnreadableFileIsNotHeld: it comes back under its own number, without.
func TestAnUnreadableFileIsNotHeld(t *testing.T) {
	tale := &tale{s: New(Key{Account: "acme", Object: "x.txt"}, "harbor"), now: start()}
	if err := tale.tell(arrive("a", Quarantined), Limits{}); err != nil {
		t.Fatal(err)
	}
	if err := tale.tell(hold(), Limits{}); err == nil {
		t.Error("it was held")
	}
}

// TestWhatStaysOpen: what was sent, or is said to be filed by hand, stays open
// when a word on it is taken back, and until the site must have shown it.
func TestWhatStaysOpen(t *testing.T) {
	for name, events := range map[string][]Event{
		"sent, a rejection taken back":    then(uncertain(), tell(Rejected), decide(Uncertain)),
		"by hand, an acceptance the same": then(ready(), byHand(), tell(Accepted), decide(Uncertain)),
		"by hand, looked up too early":    then(ready(), byHand()),
	} {
		tale := told(t, events...)
		if !tale.s.MayBeThere() {
			t.Errorf("%s: it cannot be there", name)
		}
		if name == "by hand, looked up too early" {
			tale.s.Revisions[0].ByHand.SettleUntil = tale.now.Add(24 * time.Hour)
			if err := tale.tell(unproven(), Limits{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := tale.tell(decide(Ready), Limits{}); err == nil {
			t.Errorf("%s: it is sent again without a look-up", name)
		}
	}
}
