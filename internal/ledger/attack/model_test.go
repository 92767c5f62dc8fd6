package attack

import (
	"strings"

	"github.com/anishathalye/porcupine"

	"example.com/lodge/internal/submission"
)

// What callers do with a submission.
const (
	register, claim, renew, release        = "register", "claim", "renew", "release"
	intent, notSent, lost, settle          = "intent", "not_sent", "lost", "settle"
	note, hold, unhold, takeover, get, die = "note", "hold", "end_hold", "takeover", "get", "die"
)

// A sub is one submission as the rules are said to be: the sequential model, in
// which calls come one at a time. It is written anew from the rules, and calls
// nothing of the ledger.
type sub struct {
	Version, Fence, Seq int64
	State               submission.State
	Attempt             string // under way
	Held                bool   // by a person
	Lease               lease
	Working             bool   // the holder has not said that its work has ended
	Dead                string // who is known to be dead
}

// An outcome is one way in which a call may end.
type outcome struct {
	said string
	next sub
}

func submissions() porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{sub{}} },
		Step: func(state, in, out any) []any {
			var list []any
			for _, next := range state.(sub).after(in.(call), out.(answer)) {
				list = append(list, next)
			}
			return list
		},
		DescribeOperation: describe,
	}
	return model.ToModel()
}

// after are the submissions that s may be after a call with that answer; none if
// s does not answer so.
func (s sub) after(c call, a answer) []sub {
	switch {
	case c.Does == die:
		s.Dead += "," + c.Who
		return []sub{s}
	case a.Open:
		return s.open(c, a)
	case s.dead(c.Who):
		return nil // the dead are not answered
	}
	var list []sub
	for _, o := range s.outcomes(c, a) {
		if next, ok := o.next.as(a.Shown); ok && o.said == a.Said {
			list = append(list, next)
		}
	}
	return list
}

// open is what may have become of a call whose answer nobody heard: nothing, and
// of the dead nothing else; or what it was to do.
func (s sub) open(c call, a answer) []sub {
	s.Working = s.Working && c.Does != release
	list := []sub{s}
	if s.dead(c.Who) {
		return list
	}
	for _, taken := range []bool{false, c.Does == takeover} {
		a.Taken = taken
		for _, o := range s.outcomes(c, a) {
			if o.said == "" && o.next != s {
				o.next.Working = o.next.Working && c.Does != claim // who does not know of a claim does not work
				list = append(list, o.next)
			}
		}
	}
	return list
}

// as is s if the ledger may show it so.
func (s sub) as(v *shown) (sub, bool) {
	if v == nil {
		return s, true
	}
	ok := v.Version == s.Version && v.Fence == s.Fence && v.Seq == s.Seq && v.State == string(s.State) && v.Held == s.Held
	s.Lease, ok = s.Lease.as(v.Lease, ok)
	return s, ok
}

// as is l, when it ends being known, if the ledger may show it so.
func (l lease) as(v lease, ok bool) (lease, bool) {
	return v, ok && l.Owner == v.Owner && l.Fence == v.Fence && l.Least <= v.Least && v.Most <= l.Most
}

func (s sub) dead(who string) bool { return dead(s.Dead, who) }

func dead(list, who string) bool { return strings.Contains(list+",", ","+who+",") }

// lasts says whether a lease may be over for its own holder by the time that the
// call read the clock, and whether it may not be.
func (l lease) lasts(c call, a answer) (over, not bool) { return a.Ended >= l.Least, c.Begun < l.Most }

// free says whether who may take the lease, and whether it may be refused.
func (s sub) free(who string, c call, a answer) (may, not bool) {
	switch {
	case s.Lease.Owner == "":
		return true, false
	case s.Lease.Owner != who:
		return s.dead(s.Lease.Owner), !s.dead(s.Lease.Owner)
	case s.State == submission.Submitting && s.Working:
		return false, true
	}
	return s.Lease.lasts(c, a)
}

// freed is s without its holder: what that was sending is uncertain.
func (s sub) freed() sub {
	if s.Lease.Owner != "" || s.State == submission.Submitting {
		s.Seq++
	}
	if s.State == submission.Submitting {
		s.State, s.Attempt = submission.Uncertain, ""
	}
	s.Lease, s.Working = lease{}, false
	return s
}

// outcomes are the ways in which a call may end.
func (s sub) outcomes(c call, a answer) []outcome {
	switch {
	case c.Does == register:
		return s.register()
	case c.Does == takeover:
		return s.takeOver(c, a)
	case s.Version == 0:
		return []outcome{{notFound, s}}
	}
	switch c.Does {
	case get:
		return []outcome{{"", s}}
	case claim:
		return s.claim(c, a)
	case hold, unhold:
		return s.decide(c, a)
	case note:
		s.Seq++
		return []outcome{{"", s.written()}}
	}
	if s.Lease.Owner != c.Who || s.Fence != c.Fence {
		return []outcome{{stale, s}}
	}
	return s.holder(c, a)
}

func (s sub) written() sub {
	s.Version++
	return s
}

func (s sub) register() []outcome {
	if s.Version == 0 {
		s.Seq, s.State = 1, submission.Ready
		s = s.written()
	}
	return []outcome{{"", s}}
}

// claim asks first who has it, and then whether a person holds it back. Whoever
// dies between the two makes no difference to what is written: only the reason of
// a refusal may be either.
func (s sub) claim(c call, a answer) []outcome {
	may, not := s.free(c.Who, c, a)
	var list []outcome
	if not {
		list = append(list, outcome{held, s})
	}
	back := s.Held && s.State == submission.Ready
	if back {
		list = append(list, outcome{onHold, s})
	}
	if !may || back {
		return list
	}
	next := s.freed()
	next.Fence += 2 // there are no arrivals here, which would make it odd
	next.Lease, next.Working = lease{Owner: c.Who, Least: c.Begun + int64(c.TTL), Most: a.Ended + int64(c.TTL)}, true
	return append(list, outcome{"", next.written()})
}

// decide is a person's hold, or its end: beside a living holder, but not beside
// an attempt under way. Of reasons to refuse it the same holds as of claim.
func (s sub) decide(c call, a answer) []outcome {
	next, vain := s, (c.Does == hold) == s.Held
	if may, _ := s.free("", c, a); may {
		next = s.freed()
	} else if s.State == submission.Submitting && vain {
		return []outcome{{held, s}, {refused, s}}
	} else if s.State == submission.Submitting {
		return []outcome{{held, s}}
	}
	if vain {
		return []outcome{{refused, s}}
	}
	next.Held = c.Does == hold
	next.Seq++
	return []outcome{{"", next.written()}}
}

// takeOver has Taken in its answer where it freed s.
func (s sub) takeOver(c call, a answer) []outcome {
	may, not := s.free(c.Who, c, a)
	switch {
	case a.Taken && may && s.Version > 0:
		return []outcome{{"", s.freed().written()}}
	case !a.Taken && (not || s.Lease.Owner == ""):
		return []outcome{{"", s}}
	}
	return nil
}

// holder is what the holder of the lease does.
func (s sub) holder(c call, a answer) []outcome {
	over, not := s.Lease.lasts(c, a)
	mine := s.State == submission.Submitting && s.Attempt == c.Attempt
	next := s
	switch {
	case c.Does == renew:
		next.Lease.Least, next.Lease.Most = c.Begun+int64(c.TTL), a.Ended+int64(c.TTL)
	case c.Does == release && s.State == submission.Submitting:
		s.Working = false
		return []outcome{{refused, s}}
	case c.Does == release:
		next.Lease, next.Working = lease{}, false
	case c.Does == intent && s.State == submission.Ready && s.Held:
		return []outcome{{onHold, s}}
	case c.Does == intent && s.State == submission.Ready:
		next.State, next.Attempt = submission.Submitting, c.Attempt
		next.Seq++
		var list []outcome
		if over {
			list = append(list, outcome{refused, s})
		}
		if not {
			list = append(list, outcome{"", next.written()})
		}
		return list
	case c.Does == notSent && mine:
		next.State, next.Attempt = submission.Ready, ""
		next.Seq++
	case c.Does == lost && mine:
		next.State, next.Attempt = submission.Uncertain, ""
		next.Seq++
	case c.Does == settle && s.State == submission.Uncertain:
		next.State = submission.Ready
		next.Seq++
	default:
		return []outcome{{refused, s}}
	}
	return []outcome{{"", next.written()}}
}
