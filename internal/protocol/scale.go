package protocol

// A scale says what times and fences are called after renumbering.
type scale struct {
	times  [256]tick
	fences [128]int8
}

// settled gives s its one normal shape: of the past only the order of times counts,
// of fences only their order, and which are even: those of leases.
func (c *search) settled(s state) state {
	if !c.Dates {
		for k := range s.rows {
			s.rows[k].at = never
		}
		for k := range s.mails {
			s.mails[k].at = never
		}
		for i := range s.visits {
			if v := &s.visits[i]; v.step == seen || v.step == looked {
				v.at = never
			}
		}
	}
	c.outlived(&s)
	for _, f := range s.forms() {
		c.forget(&s, f)
	}
	var usedTimes [256]bool
	var usedFences [128]bool
	s.stamps(func(t *tick) { usedTimes[int(*t)+128] = true }, func(n *int8) { usedFences[*n] = true })
	for _, f := range s.forms() {
		for _, t := range c.book.facts[*f].times {
			usedTimes[int(t)+128] = true
		}
		for _, n := range c.book.facts[*f].fences {
			usedFences[n] = true
		}
	}
	var k scale
	if same := k.fill(&usedTimes, &usedFences); same {
		return s
	}
	rename := func(t *tick) { *t = k.times[int(*t)+128] }
	refence := func(n *int8) { *n = k.fences[*n] }
	s.stamps(rename, refence)
	for _, f := range s.forms() {
		if *f != 0 {
			form := c.book.forms[*f]
			form.stamps(rename, refence)
			*f = c.book.number(form)
		}
	}
	return s
}

// fill numbers what is used, and says whether nothing changes.
func (k *scale) fill(times *[256]bool, fences *[128]bool) bool {
	same := true
	next := tick(-1)
	for t := tick(-1); t > -128; t-- {
		if t == old {
			next = old
		}
		if times[int(t)+128] {
			k.times[int(t)+128] = next
			same = same && t == next
			next--
		}
	}
	for t := 0; t < 128; t++ {
		k.times[t+128] = tick(t)
	}
	fence := int8(0)
	for n := range fences {
		if n > 0 && fences[n] {
			fence++
			if fence%2 != int8(n)%2 {
				fence++
			}
			k.fences[n] = fence
			same = same && int(fence) == n
		}
	}
	return same
}

// forget drops from a form what no rule can tell any more.
func (c *search) forget(s *state, number *id) {
	if *number == 0 {
		return
	}
	f := c.book.forms[*number]
	before := f
	oldest := tick(0)
	for _, v := range s.visits {
		oldest = min(oldest, v.looked)
	}
	for i := range f.n {
		r := &f.revs[i]
		for _, t := range r.looks {
			oldest = min(oldest, t)
		}
	}
	for i := range f.n {
		r := &f.revs[i]
		c.undate(r)
		if r.settles <= oldest {
			r.settles = never
		}
		for j := range r.n {
			a := &r.attempts[j]
			if a.sent == 2 || a.settles <= oldest {
				a.settles = never
			}
			if j < r.n-1 || !r.underWay() {
				a.fence = 0
				if c.Restores == 0 {
					a.owner = 0
				}
			}
		}
	}
	if f != before {
		*number = c.book.number(f)
	}
}

// undate drops the order of times that no rule compares: where a site shows no
// dates, only what is two days old is told from the rest.
func (c *search) undate(r *revision) {
	const some tick = 1
	if r.byHand != never {
		return
	}
	if (!c.Dates || c.Files == 1 && c.People == 0) && r.received != never && r.received > old {
		r.received = some
	}
	for j := range r.n {
		if a := &r.attempts[j]; !c.Dates && a.intended > old {
			a.intended = some
		}
	}
}

// outlived drops what the evidence and the copy are kept for once the copy cannot
// come back any more, and of the evidence's times what no rule compares.
func (c *search) outlived(s *state) {
	if s.left.restores == 0 && !s.restored {
		s.copy, s.copied = 0, never
		for k := range s.evidence {
			s.evidence[k] = intent{at: never, settles: never}
		}
	}
	for k := range s.evidence {
		e := &s.evidence[k]
		if e.attempt == 0 || c.Dates || e.at <= old {
			continue
		}
		switch {
		case s.copied == never:
			e.at = max(e.at, -1)
		case e.at >= s.copied:
			e.at = s.copied
		default:
			e.at = s.copied - 1
		}
		if e.settles < 0 {
			e.settles = max(e.at, -1)
		}
	}
}

// underWay says whether the last attempt is.
func (v revision) underWay() bool { return v.state == 2 }
