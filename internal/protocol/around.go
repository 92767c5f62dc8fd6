package protocol

import "example.com/lodge/internal/submission"

// around is what may happen beside the visits and the portal.
func (c *search) around(s state, emit emit) {
	c.files(s, emit)
	c.crashes(s, emit)
	c.time(s, emit)
	if c.Mail {
		c.readMail(s, emit)
	}
	if c.Restores > 0 {
		c.restores(s, emit)
	}
}

// files arrive: the next version, or one that came before, in any order.
func (c *search) files(s state, emit emit) {
	for bytes := int8(1); bytes <= min(s.arrived+1, int8(c.Files)); bytes++ {
		for book := range c.books() {
			if book == 0 && s.restored {
				continue
			}
			t := s
			next, end := c.book.ask(ask{form: s.ledgers[book], act: actRegister, bytes: bytes})
			if end != done || next == s.ledgers[book] {
				continue
			}
			t.ledgers[book], t.arrived = next, max(s.arrived, bytes)
			emit(t, byFiles, "version "+name(bytes)+" arrives")
		}
	}
}

func (c *search) books() int {
	if c.Second {
		return 2
	}
	return 1
}

func (c *search) crashes(s state, emit emit) {
	if s.left.crashes == 0 {
		return
	}
	for i := range s.visits {
		book := c.ledger(i)
		holds := c.book.forms[s.ledgers[book]].owner == c.owner(&s, i)
		if s.visits[i].step == idle && !holds || c.program(i) != i {
			continue
		}
		t := s
		t.left.crashes--
		c.dies(&t, i)
		emit(t, i, "CRASHES")
	}
}

// dies ends a program, and all its visits.
func (c *search) dies(s *state, i int) {
	for j := range s.visits {
		if c.program(j) == i {
			s.visits[j].rest()
			s.visits[j].life++
		}
	}
}

// time passes: a lease runs out, some time, two days. Between the two writes of an
// intent it does so only as a fault: each such intent stays in the evidence.
func (c *search) time(s state, emit emit) {
	for _, v := range s.visits {
		if v.step == written {
			if s.left.losses == 0 {
				return
			}
			s.left.losses--
			break
		}
	}
	for book := range c.books() {
		f := c.book.forms[s.ledgers[book]]
		if f.owner == 0 || f.expired || c.Calm {
			continue
		}
		t := s
		fence := f.fence
		c.doctor(&t, book, func(f *form) { f.expired = true })
		for i := range t.visits {
			if v := &t.visits[i]; v.step != idle && c.ledger(i) == book && v.fence == fence {
				v.late, v.recent = true, false
			}
		}
		emit(t, byTime, "the lease runs out")
	}
	c.passes(s, emit)
}

// passes lets time pass. A site that must have shown something by then has.
func (c *search) passes(s state, emit emit) {
	quiet, napping := true, false
	for i := range s.visits {
		quiet = quiet && s.visits[i].step == idle
		napping = napping || s.visits[i].step == cleared && s.visits[i].at <= 1
	}
	if s.owes() || c.Calm && !quiet {
		return
	}
	t := s
	if napping {
		if s.left.naps == 0 {
			return
		}
		t.left.naps--
	}
	c.shift(&t, func(t tick) tick { return t - 1 })
	for i := range t.visits {
		t.visits[i].recent = false
	}
	emit(t, byTime, "time passes")
	if quiet && !c.Calm && s.open() && c.book.facts[s.ledgers[0]].due {
		t := s
		c.shift(&t, func(t tick) tick {
			if t > old {
				return old - 2 + t
			}
			return t - 24
		})
		emit(t, byTime, "two days pass")
	}
}

// owes says whether the site must take something in, or show it, before more time
// may pass.
func (s *state) owes() bool {
	for _, r := range s.requests {
		if r.attempt != 0 && r.due <= 1 {
			return true
		}
	}
	for _, r := range s.rows {
		if r.said != silent && !r.shown && r.due <= 1 {
			return true
		}
	}
	return false
}

// open says whether nothing is on the wire and all is shown.
func (s *state) open() bool {
	for _, r := range s.requests {
		if r.attempt != 0 {
			return false
		}
	}
	for _, r := range s.rows {
		if r.said != silent && !r.shown {
			return false
		}
	}
	return true
}

// shift moves all times.
func (c *search) shift(s *state, by func(tick) tick) {
	move := func(t *tick) {
		if *t != never {
			*t = by(*t)
		}
	}
	s.stamps(move, func(*int8) {})
	for _, n := range s.forms() {
		if *n != 0 {
			f := c.book.forms[*n]
			f.stamps(move, func(*int8) {})
			*n = c.book.number(f)
		}
	}
}

// restores are the copies of the ledger: made, put back, brought up to the evidence.
func (c *search) restores(s state, emit emit) {
	busy := s.visits[0].step != idle || s.visits[1].step != idle
	if s.left.restores > 0 && s.copied == never && s.copy == 0 && !s.restored && !(c.Offline && busy) {
		t := s
		t.copy, t.copied = s.ledgers[0], 0
		emit(t, byRestore, "a copy of the ledger is made")
	}
	if s.left.restores > 0 && s.copied != never {
		t := s
		t.left.restores--
		t.ledgers[0], t.copy, t.waits, t.restored = s.copy, 0, 0, !c.Without.Recovery
		c.dies(&t, 0)
		c.dies(&t, 1)
		emit(t, byRestore, "the copy is restored")
		t.copied = never
		emit(t, byRestore, "the copy is put back by hand")
	}
	if s.restored {
		c.recovers(s, emit)
	}
}

// recovers brings the ledger the next intent of the evidence.
func (c *search) recovers(s state, emit emit) {
	if int(s.waits) == maxIntents || s.evidence[s.waits].attempt == 0 {
		s.restored, s.waits, s.copied = false, 0, never
		emit(s, byRestore, "all of the evidence is in the ledger")
		return
	}
	e := s.evidence[s.waits]
	next, end := c.book.ask(ask{form: s.ledgers[0], act: actRecover, owner: e.owner, fence: e.fence, dead: true, attempt: e.attempt,
		revision: e.revision, bytes: e.bytes, intended: e.at, settles: e.settles, since: s.copied})
	switch end {
	case done:
		s.ledgers[0] = next
		s.waits++
		emit(s, byRestore, "the ledger learns of an attempt: "+c.standing(&s, 0))
	case nothing:
		s.waits++
		emit(s, byRestore, "the ledger knows of an attempt, or it was not sent")
	}
}

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
