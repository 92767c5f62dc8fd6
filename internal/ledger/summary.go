package ledger

import (
	"cmp"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// Summarize is what lists show of s. Engines store it beside the item, so that
// no list has to read items.
func Summarize(s submission.Submission) Summary {
	rev, waiting := s.Current(), s.Waiting()
	sum := Summary{
		ID: s.ID, Account: s.Key.Account, Carrier: s.Carrier, Invoice: s.Key.Number,
		Client: s.Key.ClientID, Matter: rev.Matter, Date: rev.Date, Total: rev.Total,
		Revision: rev.Number, State: rev.State, Since: since(s, rev), Hold: s.Hold,
		Confirmation: rev.Receipt.Number, Text: said(rev), Attempts: len(rev.Attempts),
		Needs: string(rev.Needs), Found: rev.Found, Owner: s.Lease.Owner, Object: rev.Object.Name,
		ArrivedAt: s.CreatedAt, SaidAt: rev.ReceivedAt, NotBefore: s.NotBefore, UpdatedAt: s.UpdatedAt,
	}
	for _, a := range rev.Attempts {
		if a.Left() {
			sum.Sends++
			sum.SentAt = a.IntendedAt
		}
	}
	if due, ok := s.Due(); ok {
		sum.DueAt = due
	}
	if !s.OnHold.IsZero() {
		sum.Hold = submission.HoldPerson
	}
	if s.HeldBack() {
		sum.Needs, sum.Text = string(carriers.Operator), "on hold by "+s.OnHold.Who+": "+s.OnHold.Why
	}
	if sum.Needs == "" && waiting.Needs != carriers.Nobody {
		sum.Needs, sum.Text, sum.Since = string(waiting.Needs), waiting.Why, since(s, waiting)
	}
	if sum.Needs != "" {
		sum.Alike = alike(sum)
	}
	return sum
}

// Rank is the place of s in lists of what is due: 1 for look-ups, which come
// first; 2 for what is to be filed; 3 for what is accepted and looked at again.
func (s Summary) Rank() int {
	switch {
	case s.State.LookUp():
		return 1
	case s.State == submission.Accepted:
		return 3
	}
	return 2
}

// since is when rev came into its state; of a ledger whose Lodge did not keep
// it, the carrier's word or the last change, whichever the state rests on.
func since(s submission.Submission, rev submission.Revision) time.Time {
	switch {
	case !rev.Since.IsZero():
		return rev.Since
	case rev.State.Filed(), rev.State == submission.Rejected:
		if !rev.ReceivedAt.IsZero() {
			return rev.ReceivedAt
		}
	}
	return s.UpdatedAt
}

// said is the carrier's own words where the state rests on them, else why.
func said(rev submission.Revision) string {
	switch rev.State {
	case submission.Submitted, submission.Accepted, submission.Rejected:
		return cmp.Or(rev.Receipt.Text, rev.Receipt.Status, rev.Why)
	}
	return rev.Why
}
