package reconcile_test

import (
	"slices"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
)

const day = 24 * time.Hour

// noon is when the invoices of these tests were sent.
func noon() time.Time { return time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC) }

// TestNext: look-ups come soon, then ever later, and never further apart than Longest.
func TestNext(t *testing.T) {
	sent := submission.Revision{Attempts: []submission.Attempt{{IntendedAt: noon()}}}
	byHand := submission.Revision{ByHand: submission.ByHand{At: noon()}}
	s := submission.Submission{CreatedAt: noon()}
	for name, rev := range map[string]submission.Revision{"sent": sent, "filed by hand": byHand, "somebody else sent it": {}} {
		for after, want := range map[time.Duration]time.Duration{
			0: reconcile.Recheck, time.Minute: reconcile.Recheck, 10 * time.Minute: 10 * time.Minute, 3 * time.Hour: 3 * time.Hour, 40 * time.Hour: reconcile.Longest,
		} {
			if got := reconcile.Next(s, rev, noon().Add(after)).Sub(noon().Add(after)); got != want {
				t.Errorf("%s, %s later: the next look comes in %s, want %s", name, after, got, want)
			}
		}
	}
}

// TestReview lists when an accepted invoice is looked at again.
func TestReview(t *testing.T) {
	for _, c := range []struct {
		name    string
		history carriers.History
		want    []time.Duration // since midnight of the day of its acceptance
	}{
		{"where the carrier says nothing", carriers.History{}, []time.Duration{18 * time.Hour, day + 18*time.Hour, 3*day + 18*time.Hour}},
		{"final within the hour", carriers.History{FinalAfter: time.Hour}, nil},
		{"final after two hours", carriers.History{FinalAfter: 2 * time.Hour}, []time.Duration{18 * time.Hour}},
		{"final after two months", carriers.History{FinalAfter: 60 * day},
			[]time.Duration{18 * time.Hour, day + 18*time.Hour, 7*day + 18*time.Hour, 30*day + 18*time.Hour, 60*day + 18*time.Hour}},
		{"shown for a week only", carriers.History{FinalAfter: 60 * day, Window: 7 * day}, []time.Duration{18 * time.Hour, day + 18*time.Hour}},
		{"blind", carriers.History{Blind: "it has none"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []time.Duration
			for now := noon(); ; {
				next := reconcile.Review(c.history, noon(), now)
				if next.IsZero() {
					break
				}
				if !next.After(now) || !next.Equal(next.Truncate(reconcile.Round)) {
					t.Fatalf("after %s comes %s", now, next)
				}
				now = next
				got = append(got, next.Sub(noon().Truncate(day)))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("looked at %v, want %v", got, c.want)
			}
		})
	}
}

// TestAgain: a look that told nothing is repeated, and not for ever.
func TestAgain(t *testing.T) {
	h := carriers.History{FinalAfter: 2 * time.Hour}
	looks, now := 0, noon()
	for next := reconcile.Again(h, noon(), now); !next.IsZero(); next = reconcile.Again(h, noon(), now) {
		if next.Sub(now) > reconcile.Round || !next.After(now) {
			t.Fatalf("after %s comes %s", now, next)
		}
		now = next
		looks++
	}
	if age := now.Sub(noon()); age < reconcile.Patience || age > reconcile.Patience+2*time.Hour+2*reconcile.Round {
		t.Errorf("it ends after %s and %d looks", age, looks)
	}
	if !reconcile.Again(carriers.History{Blind: "it has none"}, noon(), noon()).IsZero() {
		t.Error("a blind site is asked")
	}
	short := carriers.History{FinalAfter: 2 * time.Hour, Window: day}
	if next := reconcile.Again(short, noon(), noon().Add(20*time.Hour)); !next.IsZero() {
		t.Errorf("asked at %s for what the site no longer shows", next)
	}
}

// TestSince: what was heard last counts, whoever said it.
func TestSince(t *testing.T) {
	s := submission.Submission{CreatedAt: noon()}
	sent := []submission.Attempt{{IntendedAt: noon().Add(time.Hour)}}
	for want, rev := range map[time.Duration]submission.Revision{
		0:             {},
		time.Hour:     {Attempts: sent},
		2 * time.Hour: {Attempts: sent, ReceivedAt: noon().Add(2 * time.Hour)},
	} {
		if got := reconcile.Since(s, rev).Sub(noon()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
