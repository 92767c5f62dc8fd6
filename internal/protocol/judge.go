package protocol

import "example.com/lodge/internal/submission"

// judge holds what Lodge says against what the portal holds.
func (c *search) judge(s *state) Breach {
	bad := c.doubles(s)
	for book := range c.books() {
		f := &c.book.forms[s.ledgers[book]]
		live := 0
		for n := int8(1); n <= f.n; n++ {
			r := &f.revs[n-1]
			if submission.States()[r.state].Live() {
				live++
			}
			bad |= c.words(s, r, n)
			if r.is(submission.NeedsPerson) && c.Calm {
				bad |= Asked
			}
		}
		if live > 1 {
			bad |= TwoLive
		}
	}
	return bad
}

// doubles counts what the portal took in: of one revision once from Lodge, though
// it was rejected, and never two live rows.
func (c *search) doubles(s *state) Breach {
	live := 0
	for k := range s.rows {
		r := &s.rows[k]
		if r.said == received || r.said == accepted {
			live++
		}
		for j := range k {
			q := &s.rows[j]
			same := q.bytes == r.bytes && (c.People == 0 || q.revision == r.revision)
			if same && r.attempt != 0 && q.attempt != 0 && r.said > draft && q.said > draft {
				return Double
			}
		}
	}
	if live > 1 {
		return Double
	}
	return 0
}

// words compares Lodge's word on a revision with the portal's rows. What a person
// said is that person's.
func (c *search) words(s *state, r *revision, n int8) Breach {
	var bad Breach
	taken, live := false, false
	for k := range s.rows {
		if q := &s.rows[k]; c.of(q, s, n) || c.Second && q.bytes == r.bytes {
			taken = taken || q.said > draft
			live = live || q.said == received || q.said == accepted
		}
	}
	switch {
	case r.told:
	case submission.States()[r.state].Filed() && !taken, r.is(submission.Rejected) && live:
		bad |= Wrong
	}
	for _, a := range r.attempts[:r.n] {
		for k := range s.rows {
			if a.sent == 2 && s.rows[k].said != silent && s.rows[k].attempt == a.id {
				bad |= Proof
			}
		}
	}
	return bad
}

// of says whether a row is of the first ledger's revision n. The same bytes may be
// filed again, by a person's decision, once they were rejected.
func (c *search) of(r *row, s *state, n int8) bool {
	if r.said == silent {
		return false
	}
	f := &c.book.forms[s.ledgers[0]]
	return f.n >= n && r.bytes == f.revs[n-1].bytes && (c.People == 0 || r.revision == n)
}

// ended says whether the invoice is at its end, or with a person.
func (c *search) ended(s *state) bool {
	f := &c.book.forms[s.ledgers[0]]
	for _, r := range f.revs[:f.n] {
		heldBack := f.held && r.is(submission.Ready)
		if submission.States()[r.state].Working() && !heldBack {
			return false
		}
	}
	return f.there
}

func states() []string {
	var list []string
	for _, s := range submission.States() {
		list = append(list, string(s))
	}
	return list
}
