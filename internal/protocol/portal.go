package protocol

// portal is what the carrier's site, and what lies between, may do next.
func (c *search) portal(s state, emit emit) {
	for k, r := range s.requests {
		if r.attempt == 0 {
			continue
		}
		c.takeIn(s, k, emit)
		if s.left.losses > 0 {
			c.loseRequest(s, k, emit)
		}
	}
	for k, r := range s.rows {
		if r.said == silent {
			continue
		}
		if !r.shown {
			t := s
			t.rows[k].shown, t.rows[k].due = true, never
			emit(t, byPortal, "shows it")
		}
		c.proceed(s, k, emit)
	}
}

// takeIn is the request's arrival: a row of its own, or the draft that it sends off.
func (c *search) takeIn(s state, k int, emit emit) {
	r := s.requests[k]
	s.requests[k] = request{due: never}
	n := int(r.onto) - 1
	switch {
	case n >= 0 && s.rows[n].said != draft: // it was sent off before
		c.answers(&s, r.attempt, n)
		emit(s, byPortal, "has that draft filed already")
		return
	case n < 0:
		n = s.free()
	}
	s.rows[n] = row{said: accepted, revision: r.revision, bytes: r.bytes, attempt: r.attempt, due: r.due}
	c.becomes(s, n, accepted, r.attempt, "takes it in and accepts it", emit)
	if c.Async {
		c.becomes(s, n, received, r.attempt, "takes it in", emit)
	}
	if s.left.rejects > 0 {
		t := s
		t.left.rejects--
		c.becomes(t, n, rejected, r.attempt, "takes it in and rejects it", emit)
	}
	if c.Drafts && r.onto == 0 && s.left.losses > 0 {
		t := s
		t.left.losses--
		c.becomes(t, n, draft, r.attempt, "keeps it as a draft", emit)
	}
}

func (s *state) free() int {
	for n := range s.rows {
		if s.rows[n].said == silent {
			return n
		}
	}
	panic("more rows than the portal of a small world holds")
}

// becomes is a new row, shown at once or later, with its answer given or lost.
func (c *search) becomes(s state, n int, said, attempt int8, what string, emit emit) {
	s.rows[n].said = said
	c.writesMail(&s, n)
	for _, shown := range []bool{true, false} {
		t := s
		if t.rows[n].shown = shown; shown {
			t.rows[n].due = never
		}
		if waits := c.answers(&t, attempt, n); waits && s.left.losses > 0 && said != draft {
			u := t
			u.left.losses--
			c.hangUp(&u, attempt, lost)
			emit(u, byPortal, what+", and its answer is lost"+lagging(shown))
		}
		emit(t, byPortal, what+lagging(shown))
	}
}

func lagging(shown bool) string {
	if shown {
		return ""
	}
	return ", and does not show it yet"
}

// answers gives the page's answer to the visit that waits for it, if one does.
func (c *search) answers(s *state, attempt int8, n int) bool {
	for i := range s.visits {
		v := &s.visits[i]
		if v.step != sent || v.attempt != attempt {
			continue
		}
		v.step, v.said, v.number = answered, s.rows[n].said, 0
		if c.Numbers && v.said != rejected {
			v.number = int8(n + 1)
		}
		if v.said == draft {
			v.step, v.said, v.number = lost, silent, 0
		}
		return true
	}
	return false
}

// hangUp ends the waiting of whoever waits for an attempt's answer.
func (c *search) hangUp(s *state, attempt int8, then step) {
	for i := range s.visits {
		if v := &s.visits[i]; v.attempt == attempt && (v.step == sent || v.step == answered) {
			v.step, v.said, v.number = then, silent, 0
		}
	}
}

// loseRequest loses a request before the site has it. Whether a byte left may be
// known.
func (c *search) loseRequest(s state, k int, emit emit) {
	attempt := s.requests[k].attempt
	s.requests[k] = request{due: never}
	s.left.losses--
	t := s
	c.hangUp(&t, attempt, lost)
	emit(t, byWire, "loses the request")
	u := s
	c.hangUp(&u, attempt, unsent)
	if u != t {
		emit(u, byWire, "never carried the request, which is proven")
	}
}

// proceed is what may become of a row later.
func (c *search) proceed(s state, n int, emit emit) {
	said := s.rows[n].said
	turn := func(t state, to int8, what string) {
		t.rows[n].said = to
		c.writesMail(&t, n)
		emit(t, byPortal, what)
	}
	if said == received {
		turn(s, accepted, "accepts it")
	}
	if said == draft {
		turn(s, accepted, "has the draft sent off by somebody")
	}
	if (said == received || said == accepted) && s.left.rejects > 0 {
		s.left.rejects--
		turn(s, rejected, "rejects it later")
	}
}

// writesMail tells of a row's word, where the carrier writes.
func (c *search) writesMail(s *state, n int) {
	said := s.rows[n].said
	if !c.Mail || said != accepted && said != rejected {
		return
	}
	for k := range s.mails {
		if s.mails[k].said == silent {
			s.mails[k] = mail{said, int8(n + 1), 0}
			return
		}
	}
}

// readMail is what a program that reads the mailbox may do next: any mail, at any
// time, again too. It takes the lease as everybody does.
func (c *search) readMail(s state, emit emit) {
	const reader = 7
	for _, m := range s.mails {
		if m.said == silent || s.restored {
			continue
		}
		claim, end := c.book.ask(ask{form: s.ledgers[0], act: actClaim, owner: reader, dead: c.dead(&s, 0)})
		if end != done {
			return
		}
		a := ask{form: claim, act: actMove, owner: reader, fence: c.book.forms[claim].fence, kind: kLookedUp, by: 2,
			said: m.said, filed: never, looked: never}
		if c.Numbers {
			a.number = m.number
		}
		if c.Dates {
			a.filed = m.at
		}
		if c.Without.MailRevision {
			a.number, a.filed = 0, 0
		}
		moved, end := c.book.ask(a)
		if end != done {
			continue
		}
		t := s
		t.ledgers[0], _ = c.book.ask(ask{form: moved, act: actRelease, owner: reader, fence: a.fence})
		emit(t, byMail, "says "+string(words()[m.said])+": "+c.standing(&t, 0))
	}
}
