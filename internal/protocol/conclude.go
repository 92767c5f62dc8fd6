package protocol

import "example.com/lodge/internal/submission"

// concludes tells how the attempt ended: rows 10 to 12. Where the ledger cannot be
// written it stays submitting, and its lease runs out.
func (c *search) concludes(s state, i int, emit emit) {
	if s.left.losses > 0 {
		t := s
		t.left.losses--
		t.visits[i].rest()
		emit(t, i, "cannot write down how it ended")
	}
	v := s.visits[i]
	a := ask{kind: kAnswered, attempt: v.attempt, said: v.said, number: v.number}
	switch {
	case v.step == unsent:
		a.kind = kNotSent
		c.ends(s, i, a, "tells that nothing was sent", emit)
		return
	case v.step == answered && v.said != accepted:
		c.ends(s, i, a, "tells the page's answer", emit)
		return
	case v.step == answered:
		c.see(&s, i, false, false)
		agrees := s.visits[i].found == held && s.visits[i].said == accepted
		if against := s.visits[i].found; against != conflict && against != refusal {
			a.flag = agrees
			c.ends(s, i, a, "tells that the page says accepted", emit)
			return
		}
	}
	c.loses(s, i, emit)
}

// loses is row 12, with the one look right after it.
func (c *search) loses(s state, i int, emit emit) {
	v := &s.visits[i]
	if c.tell(&s, i, ask{kind: kLost, attempt: v.attempt}) != done {
		v.close()
		emit(s, i, "comes too late to tell how it ended")
		return
	}
	if c.Without.Uncertain {
		c.doctor(&s, c.ledger(i), func(f *form) { f.turn(submission.Uncertain, submission.Ready) })
		v.close()
		emit(s, i, "makes it ready again, though it may have been sent")
		return
	}
	fence, revision, bytes, life, late := v.fence, v.revision, v.bytes, v.life, v.late
	v.rest()
	v.fence, v.revision, v.bytes, v.life, v.late, v.step, v.again = fence, revision, bytes, life, late, looking, true
	emit(s, i, "tells that it may have been filed")
}

// settles tells the ledger what a look-up found: rows 13 to 15.
func (c *search) settles(s *state, i int) {
	v := s.visits[i]
	f := &c.book.forms[s.ledgers[c.ledger(i)]]
	a := c.saw(v, kLookedUp)
	a.looked, a.by = v.looked, 1
	switch {
	case v.found == conflict:
		a.kind, a.flag = kUnsettled, v.again
	case v.found == absent && f.lastWord(v.revision) <= old:
		a.kind, a.flag = kUnsettled, v.again
	case v.found == absent:
		a.kind, a.flag = kAbsent, v.again
	}
	if a.kind == kAbsent && c.Without.SecondLook {
		c.doctor(s, c.ledger(i), func(f *form) { f.revs[v.revision-1].looks[0] = v.looked - 1 })
	}
	if c.tell(s, i, a) == refused && a.kind == kLookedUp { // it may be another revision's
		if a.kind = kAbsent; f.lastWord(v.revision) <= old {
			a.kind = kUnsettled
		}
		a.flag = true
		c.tell(s, i, a)
	}
	if a.kind == kAbsent && c.Without.ThirdLook {
		c.doctor(s, c.ledger(i), func(f *form) {
			if look := &f.revs[v.revision-1].looks[0]; *look != never {
				*look--
			}
		})
	}
	s.visits[i].close()
}

// lastWord is since when nothing was heard of a revision. Files are of long ago.
func (f *form) lastWord(n int8) tick {
	r := f.revs[n-1]
	last := old - 9
	for _, t := range []tick{r.intended(), r.received} {
		if t != never {
			last = max(last, t)
		}
	}
	return last
}

// doctor is how a rule is taken away: a ledger that lies.
func (c *search) doctor(s *state, book int, lie func(*form)) {
	f := c.book.forms[s.ledgers[book]]
	lie(&f)
	s.ledgers[book] = c.book.number(f)
}

// turn changes the state of the revisions that are in one.
func (f *form) turn(from, to submission.State) {
	for i := range f.n {
		if f.revs[i].is(from) {
			f.revs[i].state = index(to)
		}
	}
}

// unfenced is an ask of a holder whose lease was taken, at a ledger that does not
// mind.
func (c *search) unfenced(a ask) ask {
	f := c.book.forms[a.form]
	if f.fence == a.fence && f.owner == a.owner {
		return a
	}
	if f.owner == 0 {
		f.owner, f.expired = a.owner, false
		a.form = c.book.number(f)
	}
	a.fence, a.owner = f.fence, f.owner
	return a
}
