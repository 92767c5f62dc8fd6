package attack

import (
	"strings"

	"github.com/anishathalye/porcupine"

	"example.com/lodge/internal/ledger"
)

// What callers do with an account, besides [renew], [takeover], [get] and [die].
const (
	enter, leave, logIn, loggedIn, notMade = "enter", "leave", "log_in", "logged_in", "not_logged_in"
	pause, resume, lift                    = "pause", "resume", "lift"
)

// An acc is one account as the rules are said to be: see [sub].
type acc struct {
	Version, Fence    int64
	Visits            [maxVisits]lease // those under way first
	Login             login
	Unknown           int // logins since the last that succeeded of which nobody learned how they ended
	Paused, Suspended bool
	Dead              string
}

// login is one that was begun and not answered; the zero login is none.
type login struct {
	Owner       string
	Fence       int64
	Least, Most int64 // when it began
}

// accountPrefix begins the names of accounts: one may be visited once at a time,
// the other twice.
const accountPrefix = "account-"

func isAccount(about string) bool { return strings.HasPrefix(about, accountPrefix) }

type accOutcome struct {
	said string
	next acc
}

func accounts() porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{acc{}} },
		Step: func(state, in, out any) []any {
			var list []any
			for _, next := range state.(acc).after(in.(call), out.(answer)) {
				list = append(list, next)
			}
			return list
		},
		DescribeOperation: describe,
	}
	return model.ToModel()
}

// after is as that of [sub].
func (s acc) after(c call, a answer) []acc {
	switch {
	case c.Does == die:
		s.Dead += "," + c.Who
		return []acc{s}
	case dead(s.Dead, c.Who) && a.Open:
		return []acc{s}
	case dead(s.Dead, c.Who):
		return nil
	}
	var list []acc
	if a.Open {
		list = append(list, s)
	}
	for _, o := range s.outcomes(c, a) {
		if a.Open && o.next != s {
			list = append(list, o.next)
		}
		if next, ok := o.next.as(a.Shown); ok && !a.Open && o.said == a.Said {
			list = append(list, next)
		}
	}
	return list
}

func (s acc) as(v *shown) (acc, bool) {
	if v == nil {
		return s, true
	}
	ok := v.Version == s.Version && v.Fence == s.Fence && v.More == 0 && v.Login == s.Login.Fence && v.Paused == s.Paused && v.Suspended == s.Suspended
	for i := range s.Visits {
		s.Visits[i], ok = s.Visits[i].as(v.Visits[i], ok)
	}
	return s, ok
}

func (s acc) written() acc {
	s.Version++
	return s
}

// visit is the index of the visit that a fence is of, or -1.
func (s acc) visit(who string, fence int64) int {
	for i, v := range s.Visits {
		if v.Owner == who && v.Fence == fence && who != "" {
			return i
		}
	}
	return -1
}

func (s acc) under() (n int) {
	for _, v := range s.Visits {
		if v.Owner != "" {
			n++
		}
	}
	return n
}

// without is s without those visits, the others moved up.
func (s acc) without(drop func(lease) bool) acc {
	var left [maxVisits]lease
	n := 0
	for _, v := range s.Visits {
		if v.Owner != "" && !drop(v) {
			left[n] = v
			n++
		}
	}
	s.Visits = left
	return s
}

// swept are the accounts that s may be without the visits that who may take over:
// those of the dead, and of its own those that are over. Of some it is open
// whether they were over when the clock was read.
func (s acc) swept(c call, a answer) []acc {
	must := s.without(func(v lease) bool {
		over, not := v.lasts(c, a)
		return dead(s.Dead, v.Owner) || v.Owner == c.Who && over && !not
	})
	may := must.without(func(v lease) bool {
		over, _ := v.lasts(c, a)
		return v.Owner == c.Who && over
	})
	return []acc{must, may}
}

func (s acc) outcomes(c call, a answer) []accOutcome {
	one := func(said string, next acc) []accOutcome { return []accOutcome{{said, next}} }
	switch c.Does {
	case get:
		return one("", s)
	case enter:
		return s.enter(c, a)
	case takeover:
		return s.takeOver(c, a)
	case pause, resume:
		return s.pause(c)
	case lift:
		if s.Suspended {
			s.Suspended = false
			s = s.written()
		}
		return one("", s)
	}
	i := s.visit(c.Who, c.Fence)
	if i < 0 {
		return one(stale, s)
	}
	next := s
	switch c.Does {
	case renew:
		next.Visits[i].Least, next.Visits[i].Most = c.Begun+int64(c.TTL), a.Ended+int64(c.TTL)
	case leave:
		next = s.without(func(v lease) bool { return v == s.Visits[i] })
	case loggedIn, notMade:
		if s.Login.Fence == c.Fence {
			next.Login = login{}
		}
		if c.Does == loggedIn {
			next.Unknown = 0
		}
	case logIn:
		return s.logIn(c, a)
	}
	return one("", next.written())
}

func (s acc) pause(c call) []accOutcome {
	switch want := c.Does == pause; {
	case want && s.Paused:
		return []accOutcome{{paused, s}}
	case want != s.Paused:
		s.Paused = want
		s = s.written()
	}
	return []accOutcome{{"", s}}
}

// shut is why the account may not be visited, or "".
func (s acc) shut() string {
	switch {
	case s.Paused:
		return paused
	case s.Suspended:
		return suspended
	}
	return ""
}

func (s acc) enter(c call, a answer) []accOutcome {
	if why := s.shut(); why != "" {
		return []accOutcome{{why, s}}
	}
	var list []accOutcome
	for _, next := range s.swept(c, a) {
		n := next.under()
		if n >= c.Visits {
			list = append(list, accOutcome{held, s})
			continue
		}
		next.Fence++
		next.Visits[n] = lease{c.Who, next.Fence, c.Begun + int64(c.TTL), a.Ended + int64(c.TTL)}
		list = append(list, accOutcome{"", next.written()})
	}
	return list
}

func (s acc) takeOver(c call, a answer) []accOutcome {
	var list []accOutcome
	for _, next := range s.swept(c, a) {
		if next != s {
			next = next.written()
		}
		list = append(list, accOutcome{"", next})
	}
	return list
}

// logIn: logins are one at a time, none follows soon on one that was not
// answered, and after two of those a person has to look.
func (s acc) logIn(c call, a answer) []accOutcome {
	if why := s.shut(); why != "" {
		return []accOutcome{{why, s}}
	}
	next := s
	next.Login = login{Owner: c.Who, Fence: c.Fence, Least: c.Begun, Most: a.Ended}
	var list []accOutcome
	if was := s.Login; was.Fence != 0 {
		if c.Begun < was.Most+int64(ledger.Unanswered) { // also of one who dies just now
			list = append(list, accOutcome{unanswered, s})
		}
		if s.visit(was.Owner, was.Fence) >= 0 && was.Fence != c.Fence && !dead(s.Dead, was.Owner) {
			return append(list, accOutcome{held, s})
		}
		if a.Ended < was.Least+int64(ledger.Unanswered) {
			return list
		}
		next.Unknown++
	}
	if next.Unknown < 2 {
		return append(list, accOutcome{"", next.written()})
	}
	next.Login, next.Unknown, next.Suspended = login{}, 0, true
	return append(list, accOutcome{suspended, next.written()})
}
