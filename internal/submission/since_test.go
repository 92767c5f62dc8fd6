package submission_test

import (
	"testing"
	"time"

	. "example.com/lodge/internal/submission"
)

// TestSince: how long an invoice has waited is told from when it came into its
// state, whatever was tried or copied meanwhile.
func TestSince(t *testing.T) {
	at := func(hours int) time.Time { return time.Date(2026, 10, 1, hours, 0, 0, 0, time.UTC) }
	s := New(Key{Account: "acme", Number: "1"}, "harbor")
	for _, step := range []struct {
		event Event
		want  time.Time
	}{
		{Event{Kind: Arrived, Actor: ByIntake, At: at(1), Arrival: &Revision{State: Ready, Object: Object{Name: "a", SHA: "1", Canon: "1"}}}, at(1)},
		{Event{Kind: Postponed, Actor: ByVisit, At: at(2), NotBefore: at(3), Why: "the site is down"}, at(1)},
		{Event{Kind: Arrived, Actor: ByIntake, At: at(4), Arrival: &Revision{State: Ready, Object: Object{Name: "b", SHA: "1", Canon: "1"}}}, at(1)},
		{Event{Kind: Contradicted, Actor: ByVisit, At: at(5), Why: "another amount"}, at(5)},
		{Event{Kind: Decided, Actor: ByPerson, At: at(6), Why: "not any more", Want: Cancelled}, at(6)},
	} {
		step.event.Who = "somebody"
		after, _, err := s.Apply(step.event, Limits{})
		if err != nil {
			t.Fatalf("%s: %v", step.event.Kind, err)
		}
		if got := after.Current().Since; !got.Equal(step.want) {
			t.Errorf("after %s it is %s since %s, want %s", step.event.Kind, after.Current().State, got, step.want)
		}
		s = after
	}
}
