package protocol

import (
	"example.com/lodge/carriers"
	"example.com/lodge/internal/reconcile"
	"example.com/lodge/internal/submission"
)

// looks asks the site, which may lie.
func (c *search) looks(s state, i int, then step, emit emit) {
	t := s
	c.see(&t, i, then == seen, false)
	t.visits[i].step = then
	emit(t, i, "looks: "+[]string{"nothing there", "it is there", "it was refused", "what does not fit"}[t.visits[i].found])
	if s.lags || s.left.lies > 0 {
		u := s
		if !s.lags {
			u.left.lies--
			u.lags = true
		}
		c.see(&u, i, then == seen, true)
		u.visits[i].step = then
		if u.visits[i] != t.visits[i] { // else the lie says what is so
			emit(u, i, "looks, and the site does not show it")
		}
	}
}

// see judges the rows that the site shows, as package reconcile does.
func (c *search) see(s *state, i int, before, lie bool) {
	v := &s.visits[i]
	v.looked, v.found, v.at, v.said, v.number, v.onto = 0, absent, never, silent, 0, 0
	if lie || before && c.Without.LookBefore {
		return
	}
	var rows []carriers.Found
	for k, r := range s.rows {
		if r.said != silent && r.shown {
			rows = append(rows, c.shown(r, k))
		}
	}
	inv := carriers.Invoice{Number: "n"}
	since := at(c.since(s, i, before))
	what, row, _ := reconcile.Judge(inv, rows, since)
	v.found = map[reconcile.Finding]found{
		reconcile.Absent: absent, reconcile.Held: held, reconcile.Refused: refusal, reconcile.Conflict: conflict,
	}[what]
	if before && v.found != held {
		if _, refused := reconcile.Refuses(inv, rows, at(c.lastLeft(s, i))); refused {
			v.found = conflict
		}
	}
	if row.Receipt.State == "" {
		return
	}
	k := unname(row.Receipt.Status) - 1
	v.at, v.said, v.number = s.rows[k].at, s.rows[k].said, k+1
	if v.said == draft && v.found == absent {
		v.onto = k + 1
	}
	if c.Without.DraftIsNone && v.said == draft {
		v.found, v.said = held, received
	}
	if c.Without.Revision {
		v.at, v.number = 0, 9
	}
}

// shown is a row as the site shows it. Its status, which nothing is decided by,
// tells the model which row it is.
func (c *search) shown(r row, k int) carriers.Found {
	f := carriers.Found{Invoice: "n", Receipt: carriers.Receipt{State: words()[r.said], Text: "w", Status: name(int8(k + 1))}}
	if c.Dates {
		f.At = at(r.at)
	}
	if c.Without.Revision {
		f.At = now()
	}
	return f
}

// since is how old a row may be that answers a visit (package visit: lookUp, file).
func (c *search) since(s *state, i int, before bool) tick {
	f := &c.book.forms[s.ledgers[c.ledger(i)]]
	n := s.visits[i].revision
	if before {
		return f.lastRefusal(n)
	}
	if r := f.revs[n-1]; r.byHand != never && (r.intended() == never || r.byHand > r.intended()) {
		return f.lastRefusal(n)
	}
	return f.revs[n-1].intended()
}

// lastLeft is when the visit's revision was last sent.
func (c *search) lastLeft(s *state, i int) tick {
	last := never
	r := c.book.forms[s.ledgers[c.ledger(i)]].revs[s.visits[i].revision-1]
	for _, a := range r.attempts[:r.n] {
		if a.sent != 2 && (last == never || a.intended > last) {
			last = a.intended
		}
	}
	return last
}

// lastRefusal is when a revision before n was sent that was refused.
func (f *form) lastRefusal(n int8) tick {
	last := never
	for k := range n - 1 {
		r := f.revs[k]
		if !r.is(submission.Rejected) {
			continue
		}
		for _, a := range r.attempts[:r.n] {
			if last == never || a.intended > last {
				last = a.intended
			}
		}
	}
	return last
}
