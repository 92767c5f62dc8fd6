package protocol

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
				v.late, v.recent = !c.Still, false
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
	t.lags = false
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
		t.lags = false
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
