package protocol

import "example.com/lodge/internal/submission"

// person is what somebody may decide, who says what is so.
func (c *search) person(s state, emit emit) {
	if s.left.people == 0 || s.ledgers[0] == 0 {
		return
	}
	s.left.people--
	decide := func(a ask, what string, also func(*state)) {
		a.form, a.act, a.dead, a.looked, a.filed = s.ledgers[0], actDecide, c.dead(&s, 0), never, never
		t := s
		var end end
		if t.ledgers[0], end = c.book.ask(a); end != done {
			return
		}
		if also != nil {
			also(&t)
		}
		emit(t, byPerson, what+": "+c.standing(&t, 0))
	}
	decide(ask{kind: kHeld}, "holds it back", nil)
	decide(ask{kind: kReleased}, "ends the hold", nil)
	f := c.book.forms[s.ledgers[0]]
	for n := int8(1); n <= f.n; n++ {
		a := ask{kind: kDecided, revision: n}
		wants := func(to submission.State) ask { a.want = index(to); return a }
		decide(wants(submission.Ready), "wants it filed", nil)
		decide(wants(submission.Uncertain), "wants it looked up", nil)
		filed := submission.States()[f.revs[n-1].state].Filed()
		decide(wants(submission.Cancelled), "cancels it", func(t *state) {
			if filed {
				t.withdraw(c, n)
			}
		})
		c.truths(s, n, wants, decide)
	}
	if c.Without.Table {
		c.doctor(&s, 0, func(f *form) {
			f.turn(submission.Uncertain, submission.Ready)
			f.turn(submission.Submitting, submission.Ready)
			f.owner, f.expired = 0, false
		})
		emit(s, byPerson, "makes it ready")
	}
}

// truths are what a person can say of the carrier's side because it is so.
func (c *search) truths(s state, n int8, wants func(submission.State) ask, decide func(ask, string, func(*state))) {
	live, dead := -1, -1
	for k := range s.rows {
		switch r := &s.rows[k]; {
		case !c.of(r, &s, n):
		case r.said == accepted:
			live = k
		case r.said == rejected:
			dead = k
		}
	}
	told := func(to submission.State, said int8, row int) ask {
		a := wants(to)
		if a.said = said; c.Numbers {
			a.number = int8(row + 1)
		}
		return a
	}
	switch {
	case live >= 0:
		decide(told(submission.Accepted, accepted, live), "has the carrier's word that it is accepted", nil)
	case dead >= 0 && s.open():
		decide(told(submission.Rejected, rejected, dead), "has the carrier's word that it is rejected", nil)
	}
	if !s.alive() && s.open() && !s.committing() {
		a := wants(submission.Submitted)
		a.said, a.settles = received, settle
		bytes := c.book.forms[s.ledgers[0]].revs[n-1].bytes
		decide(a, "has filed it by hand", func(t *state) {
			t.rows[t.free()] = row{said: accepted, revision: n, bytes: bytes, due: settle}
		})
	}
}

// withdraw is what somebody has done before who cancels what the ledger says the
// carrier holds.
func (s *state) withdraw(c *search, n int8) {
	for k := range s.rows {
		if r := &s.rows[k]; c.of(r, s, n) && (r.said == received || r.said == accepted) {
			r.said = rejected
		}
	}
}

// alive says whether the portal holds a row that counts, or that may come to count.
func (s *state) alive() bool {
	for _, r := range s.rows {
		if r.said == draft || r.said == received || r.said == accepted {
			return true
		}
	}
	return false
}

// committing says whether a request may leave in a moment.
func (s *state) committing() bool {
	for _, v := range s.visits {
		if v.step >= seen && v.step <= sent {
			return true
		}
	}
	return false
}
