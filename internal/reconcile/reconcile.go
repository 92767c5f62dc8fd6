// Package reconcile decides how what was sent is settled: when a carrier's site
// is asked about it again, what its answer means, when that was long enough and a
// person is asked, and how long what is accepted is watched. It is pure: package
// visit asks the sites, and the table of package submission makes the moves.
//
// No time that passes files anything again. All that time does here is to ask
// once more, or to ask a person.
package reconcile

import (
	"cmp"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/submission"
)

// The schedule's figures.
const (
	// Recheck is how soon after it was sent a submission is looked up. Each time
	// after that twice as much time has passed.
	Recheck = 2 * time.Minute
	// Longest is the longest time between two look-ups of what is not settled.
	Longest = 4 * time.Hour
	// Patience is how long what was sent is looked for before a person is asked
	// (facts: two days cover a carrier's weekend).
	Patience = 48 * time.Hour
	// Round is how often what is accepted is looked at: at the same hours for all
	// invoices of all accounts, so that one login serves many.
	Round = 6 * time.Hour
)

// SentAt is when the last request of a revision was about to leave; the zero time
// if none was.
func SentAt(rev submission.Revision) time.Time {
	if n := len(rev.Attempts); n > 0 {
		return rev.Attempts[n-1].IntendedAt
	}
	return time.Time{}
}

// ByHand says whether the last that went to the carrier is what a person filed.
func ByHand(rev submission.Revision) bool { return rev.ByHand.At.After(SentAt(rev)) }

// Next is when to look up what is submitted or uncertain again: soon after it was
// sent, then ever later.
func Next(s submission.Submission, rev submission.Revision, now time.Time) time.Time {
	since := clock.Later(SentAt(rev), rev.ByHand.At)
	if since.IsZero() { // somebody else sent it
		since = s.CreatedAt
	}
	return now.Add(min(max(Recheck, now.Sub(since)), Longest))
}

// Since is since when nothing was heard of a revision: since it was sent, or since
// the carrier's or a person's last word on it; of what was never sent, since its
// file came. After [Patience] a person is asked.
func Since(s submission.Submission, rev submission.Revision) time.Time {
	last := clock.Later(SentAt(rev), rev.ReceivedAt)
	if last.IsZero() {
		return s.CreatedAt
	}
	return last
}

// reviews is how long after its acceptance an invoice is looked at again, and once
// more when the carrier's word is final.
func reviews(final time.Duration) []time.Duration {
	var list []time.Duration
	for _, after := range []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour} {
		if after < final {
			list = append(list, after)
		}
	}
	if len(list) == 0 {
		return nil // it is final before anybody could look
	}
	return append(list, final)
}

// Review is when to look again at what was accepted at a time, in the next
// [Round] after it is due; the zero time: never again. It ends when the carrier's
// word is final, when the site no longer shows what is so old, and where it cannot
// be asked.
func Review(h carriers.History, accepted, now time.Time) time.Time {
	if h.Blind != "" {
		return time.Time{}
	}
	for _, after := range reviews(cmp.Or(h.FinalAfter, carriers.DefaultFinal)) {
		at := accepted.Add(after).Truncate(Round).Add(Round)
		if at.After(now) && (h.Window == 0 || at.Sub(accepted) < h.Window) {
			return at
		}
	}
	return time.Time{}
}

// Again is when to look again after a look that told nothing of what was accepted
// at a time: as [Review], and beyond the last of those in each [Round], for
// [Patience].
func Again(h carriers.History, accepted, now time.Time) time.Time {
	if next := Review(h, accepted, now); !next.IsZero() || h.Blind != "" {
		return next
	}
	at, age := now.Truncate(Round).Add(Round), now.Sub(accepted)
	if age > cmp.Or(h.FinalAfter, carriers.DefaultFinal)+Patience || h.Window != 0 && at.Sub(accepted) >= h.Window {
		return time.Time{}
	}
	return at
}
