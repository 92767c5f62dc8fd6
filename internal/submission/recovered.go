package submission

import (
	"errors"

	"example.com/lodge/carriers"
)

// recoveries are the moves by which a ledger that is older than the truth, a
// restored one, learns of an attempt that only the evidence knows. What may have
// been sent is looked up, or is for a person; none of these rows makes anything
// ready. What is ready beside it is not filed by itself any more.
//
// Nothing leads from submitting: the ledger takes such a submission over first.
func recoveries() []Row {
	restore, sent := by(ByRestore), from(Uncertain, Submitted, Accepted)
	closed := from(NeedsPerson, Rejected, Quarantined, Superseded, Cancelled)
	known, other := when(knownVersion(), newToLedger()), when(otherVersion(), newToLedger())
	and := func(guards []Guard, more ...Guard) []Guard { return append(guards[:len(guards):len(guards)], more...) }
	const (
		lookUp  = "the evidence has an attempt that the ledger did not know: it is looked up"
		noted   = "the evidence has an attempt that the ledger did not know"
		beside  = "the evidence has an attempt that the ledger did not know, beside one of another version"
		replace = "the evidence has an attempt with another version of the file: that one is looked up"
	)
	return []Row{
		{40, Recovered, from(Ready), Uncertain, None, restore, "", known, lookUp},
		{41, Recovered, sent, None, None, restore, "", known, noted},
		{42, Recovered, closed, Uncertain, None, restore, "", and(known, noOtherSent()), lookUp},
		{43, Recovered, closed, NeedsPerson, None, restore, "", known, beside},
		{44, Recovered, from(None), None, Uncertain, restore, "", other, lookUp},
		{45, Recovered, from(Ready), Superseded, Uncertain, restore, "", and(other, laterVersion(), nothingSent()), replace},
		{46, Recovered, from(Ready), NeedsPerson, Uncertain, restore, "", other, replace},
		{47, Recovered, from(Uncertain), NeedsPerson, Uncertain, restore, "", and(other, laterVersion()), replace},
		{48, Recovered, sent, None, NeedsPerson, restore, "", other, beside},
		{49, Recovered, closed, None, Uncertain, restore, "", other, lookUp},
	}
}

func knownVersion() Guard {
	return need("of a revision that is there", "the attempt is of a version that is not there",
		func(c change) bool { return c.e.Arrival == nil })
}

func otherVersion() Guard {
	return need("of a version that is not there", "the attempt is of a revision that is there",
		func(c change) bool { return c.e.Arrival != nil })
}

// laterVersion asks how Lodge numbered the version when it was sent.
func laterVersion() Guard {
	return need("of a later version", "the version is not known to be a later one",
		func(c change) bool { return c.e.Arrival.Number > c.rev().Number })
}

func newToLedger() Guard {
	return need("an attempt that is not there", "the attempt is there already", func(c change) bool { return !c.s.Made(c.e.Attempt.ID) })
}

func noOtherSent() Guard {
	return need("no other revision was sent and is live", "another revision may be with the carrier", func(c change) bool {
		i := c.s.live()
		return i < 0 || i == c.i || c.s.Revisions[i].State == Ready
	})
}

// Made says whether the attempt of that id is in the ledger.
func (s Submission) Made(attempt string) bool {
	for _, a := range s.attempts() {
		if a.ID == attempt {
			return true
		}
	}
	return false
}

// Sent finds the revision with the bytes that an attempt attached: the one of
// that number, else the last one with those bytes. A number beyond all that are
// there is a version that is not there, even if its bytes came before: what a
// carrier had rejected may be filed again. 0 is none.
func (s Submission) Sent(number int, o Object) int {
	if number > len(s.Revisions) {
		return 0
	}
	found := 0
	for _, r := range s.Revisions {
		if r.Object.SHA != o.SHA && r.Object.Canon != o.Canon {
			continue
		}
		if found = r.Number; found == number {
			break
		}
	}
	return found
}

// recovered says what a recovered attempt lacks.
func (e Event) recovered() error {
	switch a := e.Attempt; {
	case a == nil || a.ID == "" || a.SHA == "":
		return errors.New("it names no attempt")
	case a.IntendedAt.IsZero() || a.SettleUntil.Before(a.IntendedAt):
		return errors.New("the attempt does not say when it settles")
	case e.Revision == 0 && e.Arrival == nil:
		return errors.New("it is of no revision: neither of one that is there, nor of one that it brings")
	}
	return nil
}

// recover takes over an attempt. A rejection that the ledger has is older: it is
// no answer to what was sent since.
func (r *Revision) recover(a Attempt) {
	r.Attempts = append(r.Attempts, a)
	r.Looks = nil
	if r.Receipt.State == carriers.StateRejected {
		r.Receipt = carriers.Receipt{}
	}
}

// stopped are the revisions that are ready beside one that may have been sent.
func (c change) stopped() []int {
	var list []int
	for i, r := range c.s.Revisions {
		if c.e.Kind == Recovered && i != c.i && r.State == Ready {
			list = append(list, i)
		}
	}
	return list
}
