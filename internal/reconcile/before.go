package reconcile

import (
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// Refusals are those of a look-before, for the intent to remember: what the site
// showed then is no answer to what was sent after it. Times alone do not tell that:
// two clocks may be [submission.Skew] apart.
func Refusals(rows []carriers.Found) []submission.PastRefusal {
	var list []submission.PastRefusal
	for _, r := range rows {
		if r.Receipt.State == carriers.StateRejected {
			list = append(list, submission.PastRefusal{Number: r.Receipt.Number, At: r.At})
		}
	}
	return list
}

// Unseen are rows as they answer an attempt that came after the refusals before. One
// of a number that was there is left out. One without a number, of a time that was
// there, may be the same or another one: it stays without its date, so that it
// proves nothing.
func Unseen(rows []carriers.Found, before []submission.PastRefusal) []carriers.Found {
	var list []carriers.Found
	for _, r := range rows {
		known := r.Receipt.State == carriers.StateRejected && slices.ContainsFunc(before, func(p submission.PastRefusal) bool {
			return p.Number == r.Receipt.Number && (p.Number != "" || p.At.Equal(r.At))
		})
		if known && r.Receipt.Number != "" {
			continue
		}
		if known {
			r.At = time.Time{}
		}
		list = append(list, r)
	}
	return list
}
