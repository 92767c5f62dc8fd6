package ledger

import (
	"cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// Summarize is what lists show of s. Engines store it beside the item, so that
// no list has to read items.
func Summarize(s submission.Submission) Summary {
	rev, waiting := s.Current(), s.Waiting()
	due, ok := s.Due()
	sum := Summary{
		ID: s.ID, Account: s.Key.Account, Carrier: s.Carrier, Invoice: s.Key.Number,
		Revision: rev.Number, State: rev.State, Hold: s.Hold,
		Confirmation: rev.Receipt.Number, Text: said(rev), Attempts: len(rev.Attempts),
		Needs: string(rev.Needs), Found: rev.Found, Owner: s.Lease.Owner, Object: rev.Object.Name,
		NotBefore: s.NotBefore, UpdatedAt: s.UpdatedAt,
	}
	if ok {
		sum.DueAt = due
	}
	if !s.OnHold.IsZero() {
		sum.Hold = submission.HoldPerson
	}
	if s.HeldBack() {
		sum.Needs, sum.Text = string(carriers.Operator), "on hold by "+s.OnHold.Who+": "+s.OnHold.Why
	}
	if sum.Needs == "" && waiting.Needs != carriers.Nobody {
		sum.Needs, sum.Text = string(waiting.Needs), waiting.Why
	}
	return sum
}

// said is the carrier's own words where the state rests on them, else why.
func said(rev submission.Revision) string {
	switch rev.State {
	case submission.Submitted, submission.Accepted, submission.Rejected:
		return cmp.Or(rev.Receipt.Text, rev.Receipt.Status, rev.Why)
	}
	return rev.Why
}
