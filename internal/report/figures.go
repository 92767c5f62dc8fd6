package report

import (
	"slices"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// An Outcome is what became of an invoice. Each invoice has exactly one.
type Outcome string

// The outcomes.
const (
	Filed     Outcome = "filed"     // Lodge filed it, and the carrier has it
	Found     Outcome = "found"     // the carrier's site had it before Lodge sent anything
	ByHand    Outcome = "by hand"   // the carrier has it by a person's word
	Rejected  Outcome = "rejected"  // the carrier refused it
	Waiting   Outcome = "waiting"   // the carrier neither has nor has refused it, as far as is known
	Withdrawn Outcome = "withdrawn" // a person ended the duty
	Replaced  Outcome = "replaced"  // a file that could not be read and was replaced by one that can
)

// outcome is that of s. Every state has one.
func outcome(s ledger.Summary) Outcome {
	switch {
	case s.State.Filed() && s.Found:
		return Found
	case s.State.Filed() && s.Sends > 0:
		return Filed
	case s.State.Filed():
		return ByHand
	}
	switch s.State {
	case submission.Rejected:
		return Rejected
	case submission.Cancelled:
		return Withdrawn
	case submission.Superseded:
		return Replaced
	default:
		return Waiting
	}
}

func (o Options) line(s ledger.Summary) Line {
	l := Line{Summary: s, Outcome: outcome(s), Refused: o.Refuses(s)}
	switch {
	case l.Refused.IsZero():
	case l.Outcome == Filed:
		l.Late = !s.SentAt.Before(l.Refused)
	case l.Outcome == Waiting, l.Outcome == Rejected:
		l.Late = !o.At.Before(l.Refused)
	}
	return l
}

// An Amount is a number of invoices and what they add up to, exactly.
type Amount struct {
	N   int
	Sum ledes.Amount
}

func (a *Amount) add(s ledger.Summary) { a.N, a.Sum = a.N+1, a.Sum.Add(s.Total) }

// Figures are what is told of a number of invoices. Arrived is the sum of Filed,
// Found, ByHand, Rejected, Waiting and Withdrawn.
type Figures struct {
	Arrived, Filed, Found, ByHand, Rejected, Waiting, Withdrawn Amount

	Accepted   Amount // of those that the carrier has, the ones whose checks have passed
	LateFiled  Amount // of Filed, those that were filed when the carrier refuses already
	Overdue    Amount // of Waiting and Rejected, those that the carrier would refuse now
	ToFiled    Span   // of Filed: from arrival until it was sent
	ToAccepted Span   // of Filed: from arrival until it was accepted, as far as it is
	Saved      time.Duration
}

// There is what the carrier has, however it came there.
func (f Figures) There() Amount {
	return Amount{f.Filed.N + f.Found.N + f.ByHand.N, f.Filed.Sum.Add(f.Found.Sum).Add(f.ByHand.Sum)}
}

// Late is what was filed late or is not filed in time.
func (f Figures) Late() Amount {
	return Amount{f.LateFiled.N + f.Overdue.N, f.LateFiled.Sum.Add(f.Overdue.Sum)}
}

// A Span is how long something took for most: half took no longer than Median,
// 95 of 100 no longer than P95 (nearest rank). Both are 0 if N is.
type Span struct {
	N           int
	Median, P95 time.Duration
}

// A tally is figures under way.
type tally struct {
	Figures
	filed, accepted []time.Duration
}

func (t *tally) add(l Line) {
	t.Arrived.add(l.Summary)
	map[Outcome]*Amount{
		Filed: &t.Filed, Found: &t.Found, ByHand: &t.ByHand, Rejected: &t.Rejected, Waiting: &t.Waiting, Withdrawn: &t.Withdrawn,
	}[l.Outcome].add(l.Summary)
	if l.State == submission.Accepted {
		t.Accepted.add(l.Summary)
	}
	if l.Late && l.Outcome == Filed {
		t.LateFiled.add(l.Summary)
	} else if l.Late {
		t.Overdue.add(l.Summary)
	}
	if l.Outcome == Filed {
		t.filed = append(t.filed, l.SentAt.Sub(l.ArrivedAt))
		if l.State == submission.Accepted {
			t.accepted = append(t.accepted, l.Since.Sub(l.ArrivedAt))
		}
	}
}

func (t *tally) figures(o Options) Figures {
	f := t.Figures
	f.ToFiled, f.ToAccepted = span(t.filed), span(t.accepted)
	f.Saved = time.Duration(float64(f.Filed.N) * o.Minutes * float64(time.Minute))
	return f
}

func span(list []time.Duration) Span {
	if len(list) == 0 {
		return Span{}
	}
	slices.Sort(list)
	rank := func(percent int) time.Duration { return list[(len(list)*percent+99)/100-1] }
	return Span{len(list), rank(50), rank(95)}
}
