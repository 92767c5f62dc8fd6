package protocol

import "example.com/lodge/internal/submission"

// seen acts on the look-before: rows 6 and 7, or on to the form.
func (c *search) seen(s state, i int, emit emit) {
	v := s.visits[i]
	switch {
	case v.found == held:
		if c.tell(&s, i, c.saw(v, kFound)) != done {
			c.tell(&s, i, ask{kind: kContradicted})
		}
		s.visits[i].close()
		emit(s, i, "tells that it is there already")
	case v.found == conflict:
		c.ends(s, i, ask{kind: kContradicted}, "tells that what is there does not fit", emit)
	case c.ledger(i) == 1 && !c.Without.Home:
		c.ends(s, i, ask{kind: kPostponed}, "leaves it: this ledger is not the account's home", emit)
	case v.late:
		c.ends(s, i, ask{kind: kPostponed}, "leaves it: its lease is over", emit)
	default:
		c.writes(s, i, emit)
	}
}

// saw is a row as the ledger is told of it.
func (c *search) saw(v visit, k kind) ask {
	a := ask{kind: k, said: v.said, filed: v.at}
	if c.Numbers || c.Without.Revision {
		a.number = v.number
	}
	return a
}

// writes puts the intent into the evidence, which comes before the ledger.
func (c *search) writes(s state, i int, emit emit) {
	v := &s.visits[i]
	v.attempt, v.step = c.unused(&s), written
	if c.Without.DraftGoesOn {
		v.onto = 0
	}
	if c.Restores > 0 && v.looked == 0 { // else the ledger will refuse it: an evidence full of such tells nothing more
		e := intent{v.attempt, v.revision, v.bytes, v.fence, c.owner(&s, i), 0, settle}
		for k := range s.evidence {
			if s.evidence[k].attempt == 0 {
				s.evidence[k] = e
				emit(s, i, "writes the intent to the evidence")
				return
			}
		}
		panic("more intents than the evidence of a small world holds")
	}
	c.intends(s, i, emit)
}

// unused is the least name that no attempt has of which anybody knows anything.
func (c *search) unused(s *state) int8 {
	var used [len(names) + 1]bool
	for _, n := range s.forms() {
		f := &c.book.forms[*n]
		for _, r := range f.revs[:f.n] {
			for _, a := range r.attempts[:r.n] {
				used[a.id] = true
			}
		}
	}
	for i := range s.visits {
		used[s.visits[i].attempt] = true
	}
	for k := range s.requests {
		used[s.requests[k].attempt] = true
	}
	for k := range s.rows {
		used[s.rows[k].attempt] = true
	}
	for k := range s.evidence {
		used[s.evidence[k].attempt] = true
	}
	n := int8(1)
	for used[n] {
		n++
	}
	return n
}

// intends is row 9.
func (c *search) intends(s state, i int, emit emit) {
	v := &s.visits[i]
	if c.Without.Intent {
		v.step, v.recent, v.at = intended, true, settle
		emit(s, i, "writes no intent")
		return
	}
	a := ask{kind: kIntended, attempt: v.attempt, bytes: v.bytes, looked: v.looked, settles: settle}
	if c.Without.Settle {
		a.settles = 0
	}
	before := s
	if c.tell(&s, i, a) != done {
		c.ends(before, i, ask{kind: kPostponed}, "may not write the intent", emit)
		return
	}
	if s.left.losses > 0 {
		t := s
		t.left.losses--
		t.visits[i].rest()
		emit(t, i, "writes the intent, and the answer is lost: nothing is sent")
	}
	v.step, v.recent, v.at, v.looked = intended, true, settle, never
	emit(s, i, "writes the intent")
}

// checks is the gate's last check.
func (c *search) checks(s state, i int, emit emit) {
	v := &s.visits[i]
	if s.left.losses > 0 {
		t := s
		t.left.losses--
		t.visits[i].step, t.visits[i].at = unsent, never
		emit(t, i, "cannot release the request")
	}
	if !v.recent && !c.Without.ReleaseCheck {
		v.step, v.at = unsent, never
		emit(s, i, "refuses the release: too long since the intent")
		return
	}
	v.step = cleared
	emit(s, i, "has checked everything")
}

// releases lets the request go.
func (c *search) releases(s state, i int, emit emit) {
	v := &s.visits[i]
	f := &c.book.forms[s.ledgers[c.ledger(i)]]
	if f.held {
		s.broken |= OnHold
	}
	if !f.underWay(*v, c.owner(&s, i)) {
		s.broken |= Unheld
	}
	for k := range s.requests {
		if s.requests[k].attempt == 0 {
			due := v.at
			if due <= 0 { // it left late, and the site takes its time from then
				due = settle
			}
			s.requests[k] = request{v.attempt, v.revision, v.bytes, v.onto, due}
			v.step, v.recent, v.at = sent, false, never
			emit(s, i, "lets the request go")
			return
		}
	}
	panic("more requests than a small world holds")
}

// underWay says whether the ledger has a visit's attempt under way, in its name.
func (f *form) underWay(v visit, owner int8) bool {
	for _, r := range f.revs[:f.n] {
		if !r.is(submission.Submitting) {
			continue
		}
		a := r.attempts[r.n-1]
		return a.id == v.attempt && a.fence == v.fence && f.fence == v.fence && f.owner == owner
	}
	return false
}
