package protocol

import "example.com/lodge/internal/submission"

// emit takes what can come next: the state, who did it, and what.
type emit func(next state, who int, what string)

// Who does something, for the story.
const (
	byFirst = iota
	bySecond
	byPortal
	byWire
	byFiles
	byTime
	byPerson
	byMail
	byRestore
)

// owner names the living program of a visit in leases.
func (c *search) owner(s *state, i int) int8 {
	i = c.program(i)
	return int8(1+3*i) + s.visits[i].life
}

func (c *search) program(i int) int {
	if c.Shared {
		return 0
	}
	return i
}

// ledger is where a visit keeps what it does.
func (c *search) ledger(i int) int {
	if c.Second {
		return i
	}
	return 0
}

// dead says whether the holder of a ledger's lease is known to be.
func (c *search) dead(s *state, book int) bool {
	f := &c.book.forms[s.ledgers[book]]
	if c.Without.Death && f.expired {
		return true
	}
	return f.owner != 0 && f.owner != c.owner(s, 0) && f.owner != c.owner(s, 1)
}

// working is the fence of what a visit's program goes on working on.
func (c *search) working(s *state, i int) int8 {
	fence := c.book.forms[s.ledgers[c.ledger(i)]].fence
	for j, v := range s.visits {
		if c.program(j) == c.program(i) && v.step != idle && v.fence == fence {
			return fence
		}
	}
	return 0
}

// asks fills in who asks, asks, and says how it ended.
func (c *search) asks(s *state, i int, a ask) end {
	book := c.ledger(i)
	a.form, a.owner, a.fence = s.ledgers[book], c.owner(s, i), s.visits[i].fence
	if a.act == actClaim || a.act == actTakeOver {
		a.fence, a.dead, a.busy = 0, c.dead(s, book), c.working(s, i)
	}
	if c.Without.Fence && a.act == actMove {
		a = c.unfenced(a)
	}
	next, end := c.book.ask(a)
	if end == done {
		s.ledgers[book] = next
	}
	return end
}

// tell moves the submission under the visit's claim.
func (c *search) tell(s *state, i int, a ask) end {
	a.act = actMove
	if a.kind != kIntended && a.kind != kAbsent && a.kind != kUnsettled {
		a.looked = never
	}
	if a.said == silent || !c.Dates {
		a.filed = never
	}
	return c.asks(s, i, a)
}

// opens are what a program that does nothing can begin.
func (c *search) opens(s state, i int, emit emit) {
	if s.restored && c.ledger(i) == 0 || i == 1 && c.Visits == 1 {
		return
	}
	book := c.ledger(i)
	facts := c.book.facts[s.ledgers[book]]
	if c.book.forms[s.ledgers[book]].owner != 0 {
		t := s
		if c.asks(&t, i, ask{act: actTakeOver}) == done && t.ledgers != s.ledgers {
			emit(t, i, "takes over what was left")
		}
	}
	if !facts.due {
		return
	}
	t := s
	if c.asks(&t, i, ask{act: actClaim}) != done {
		return
	}
	if t.left.losses > 0 {
		u := t
		u.left.losses--
		emit(u, i, "claims it, and the answer is lost")
	}
	f := &c.book.forms[t.ledgers[book]]
	n := c.book.facts[t.ledgers[book]].current
	v := &t.visits[i]
	v.fence, v.revision, v.bytes, v.step = f.fence, n, f.revs[n-1].bytes, opened
	if submission.States()[f.revs[n-1].state].LookUp() {
		v.step = looking
	}
	emit(t, i, "claims it")
}

// steps are what a visit can do next.
func (c *search) steps(s state, i int, emit emit) {
	switch v := s.visits[i]; v.step {
	case idle:
		c.opens(s, i, emit)
	case opened:
		c.opened(s, i, emit)
	case seen:
		c.seen(s, i, emit)
	case written:
		c.intends(s, i, emit)
	case intended:
		c.checks(s, i, emit)
	case cleared:
		c.releases(s, i, emit)
	case sent:
		if s.left.losses > 0 {
			t := s
			t.left.losses--
			t.visits[i].step = lost
			emit(t, i, "gives up waiting for an answer")
		}
	case answered, lost, unsent:
		c.concludes(s, i, emit)
	case looking:
		c.looks(s, i, looked, emit)
	case looked:
		t := s
		c.settles(&t, i)
		emit(t, i, "tells what it saw: "+c.standing(&t, i))
	case over:
		t := s
		c.asks(&t, i, ask{act: actRelease})
		t.visits[i].rest()
		emit(t, i, "gives the lease back")
	}
}

// ends tells something, and what is left is to give the lease back.
func (c *search) ends(s state, i int, a ask, what string, emit emit) {
	if c.tell(&s, i, a) != done && a.kind != kPostponed {
		c.tell(&s, i, ask{kind: kPostponed})
	}
	s.visits[i].close()
	emit(s, i, what)
}

// close leaves nothing but the lease to give back.
func (v *visit) close() {
	life, fence := v.life, v.fence
	v.rest()
	v.life, v.fence, v.step = life, fence, over
}

func (c *search) opened(s state, i int, emit emit) {
	f := c.book.forms[s.ledgers[c.ledger(i)]]
	if f.unfold(c.Trusts).Spent(limits()) != "" {
		c.ends(s, i, ask{kind: kContradicted}, "finds the attempts spent", emit)
		return
	}
	c.looks(s, i, seen, emit)
}
