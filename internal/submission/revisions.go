package submission

import (
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
)

// Current is the revision that lists show and that a decision is about: the one
// that Lodge works on; else the first that was sent and that only a person can
// settle; else the last. The zero Revision if there is none.
func (s Submission) Current() Revision {
	if i := s.current(); i >= 0 {
		return s.Revisions[i]
	}
	return Revision{}
}

// Waiting is a revision behind the current one on which somebody must act: a
// corrected file that came while the one before was under way. The zero
// Revision if there is none.
func (s Submission) Waiting() Revision {
	for i := len(s.Revisions) - 1; i > s.current(); i-- {
		if s.Revisions[i].Needs != carriers.Nobody {
			return s.Revisions[i]
		}
	}
	return Revision{}
}

// Submitting says whether an attempt is under way.
func (s Submission) Submitting() bool { return s.Current().State == Submitting }

// Due is since when, or from when, Lodge has something to do for s; false if it has
// nothing to do. What a person has filed again is due since then. A hold with a time
// ends then by itself, one without waits for a person. What a person holds back is
// looked up and not filed; what did not show is not filed before [Submission.SendFrom].
// What is accepted is looked at again where a time for that is set.
func (s Submission) Due() (time.Time, bool) {
	switch {
	case s.Current().State == Accepted:
		return s.NotBefore, !s.NotBefore.IsZero()
	case !s.Current().State.Working(), s.Current().State == Submitting:
		return time.Time{}, false
	case s.HeldBack():
		return time.Time{}, false
	}
	due, set := s.NotBefore, !s.NotBefore.IsZero()
	if !set {
		due = clock.Later(s.CreatedAt, s.Current().Since)
	}
	if s.Current().State == Ready {
		due = clock.Later(due, s.SendFrom())
	}
	return due, set || s.Hold == ""
}

// HeldBack says whether a person keeps it from being filed. What was sent before
// is looked up in any case.
func (s Submission) HeldBack() bool { return s.Current().State == Ready && !s.OnHold.IsZero() }

// Spent says why the current revision may not be sent again under limits, or "".
func (s Submission) Spent(limits Limits) string {
	c := change{s: &s, i: s.current(), limits: limits}
	if c.i < 0 {
		return ""
	}
	if why := sendsLeft().reason(c); why != "" {
		return why
	}
	return triesLeft().reason(c)
}

// Knows says whether registering r would leave everything as it is, the history
// included: the same bytes came before under this name, and the verdict on them
// has not become better.
func (s Submission) Knows(r Revision) bool {
	return s.seen(r) && slices.ContainsFunc(s.Revisions, func(b Revision) bool {
		return b.Object.Canon == r.Object.Canon && (b.named(r.Object.Name) || len(b.Copies) >= keptCopies)
	})
}

// Outdates says whether a file that is known to be newer than r's is registered
// already. What arrives late takes nobody's place.
func (s Submission) Outdates(r Revision) bool {
	return slices.ContainsFunc(s.Revisions, func(b Revision) bool { return b.Object.After(r.Object) })
}

func (s Submission) current() int {
	if i := s.live(); i >= 0 && s.Revisions[i].State.Working() {
		return i
	}
	for i, r := range s.Revisions {
		if r.State == NeedsPerson && r.wentOut() {
			return i
		}
	}
	return len(s.Revisions) - 1
}

func (s Submission) live() int {
	return slices.IndexFunc(s.Revisions, func(r Revision) bool { return r.State.Live() })
}

// seen says whether a's bytes were here before. Bytes that were quarantined and
// pass now, under newer rules, are news.
func (s Submission) seen(a Revision) bool {
	for i, r := range s.Revisions {
		better := i == len(s.Revisions)-1 && r.State == Quarantined && a.State == Ready
		if r.Object.Canon == a.Object.Canon && !better {
			return true
		}
	}
	return false
}

// MayBeThere says whether the carrier may have the invoice: something was, or may
// have been, sent, was found there, or was filed by hand, on which the carrier
// has not said that it is rejected.
func (s Submission) MayBeThere() bool {
	return slices.ContainsFunc(s.Revisions, func(r Revision) bool {
		return r.wentOut() && r.Receipt.State != carriers.StateRejected
	})
}

// replaced are the revisions that wait and that a newer file replaces. A version
// that comes from the evidence is not known to be newer.
func (c change) replaced() []int {
	var list []int
	for i := range c.s.Revisions {
		if c.e.Kind != Recovered && c.s.Revisions[i].unsent() {
			list = append(list, i)
		}
	}
	return list
}

func (s Submission) attempts() []Attempt {
	var all []Attempt
	for _, r := range s.Revisions {
		all = append(all, r.Attempts...)
	}
	return all
}

// SettleUntil is when everything that left, and everything that people say they
// filed by hand, must have shown up: a look-up before then proves no absence.
func (s Submission) SettleUntil() time.Time {
	var until time.Time
	for _, r := range s.Revisions {
		for _, a := range r.Attempts {
			if a.Left() && a.SettleUntil.After(until) {
				until = a.SettleUntil
			}
		}
		if r.ByHand.SettleUntil.After(until) {
			until = r.ByHand.SettleUntil
		}
	}
	return until
}

// SendFrom is when the invoice may be sent next; the zero time is at once. What did
// not show is looked for once more before it is sent again, and that look is worth
// something only if it is as far from the last as two must be that count as two: a
// server that lags, and was asked twice within minutes, has erred once.
func (s Submission) SendFrom() time.Time {
	var from time.Time
	for _, r := range s.Revisions {
		if n := len(r.Looks); n > 0 {
			from = clock.Later(from, r.Looks[n-1].At.Add(BetweenLooks))
		}
	}
	return from
}

// proves says whether look is one of the two that absence needs.
func (s Submission) proves(look *Look) bool { return s.controlled(look) && look.Mail && look.Trusted }

// controlled says whether look was a search that worked, after the settle time.
func (s Submission) controlled(look *Look) bool {
	return look != nil && look.Control && look.Blind == "" && !look.At.IsZero() && !look.At.Before(s.SettleUntil())
}

// twice says whether look and an earlier one of another visit, at least
// BetweenLooks before, are both such as counts accepts.
func (c change) twice(counts func(*Look) bool) bool {
	look := c.e.Look
	return counts(look) && slices.ContainsFunc(c.rev().Looks, func(before Look) bool {
		return counts(&before) && before.Visit != look.Visit && look.At.Sub(before.At) >= BetweenLooks
	})
}

// copied remembers another name under which a's bytes came.
func (s Submission) copied(a Revision) {
	for i := range s.Revisions {
		r := &s.Revisions[i]
		if r.Object.Canon == a.Object.Canon && !r.named(a.Object.Name) && len(r.Copies) < keptCopies {
			r.Copies = append(r.Copies, a.Object.Name)
		}
	}
}

// clone shares nothing with s that a move changes.
func (s Submission) clone() Submission {
	s.Revisions = slices.Clone(s.Revisions)
	for i := range s.Revisions {
		r := &s.Revisions[i]
		r.Looks, r.Copies = slices.Clone(r.Looks), slices.Clone(r.Copies)
		r.Attempts = slices.Clone(r.Attempts)
		for j := range r.Attempts {
			r.Attempts[j].Evidence = slices.Clone(r.Attempts[j].Evidence)
		}
	}
	return s
}

// Settled says whether nobody has anything more to do for s, Lodge included: it
// is accepted, rejected for good, superseded or cancelled.
func (s Submission) Settled() bool {
	open := slices.ContainsFunc(s.Revisions, func(r Revision) bool { return r.State.Working() || r.State == NeedsPerson })
	return !open && s.Lease.Owner == "" && s.Current().Needs == carriers.Nobody && s.Waiting().Needs == carriers.Nobody
}
