package protocol

// A state is everything of a world at one moment. It is a value: equal states are
// visited once.
type state struct {
	ledgers  [2]id // the second is there only in a world with two
	copy     id    // of the first ledger, which may come back
	copied   tick  // when it was made; never: there is none
	restored bool  // the first ledger is the copy, and the evidence was not looked through yet
	waits    int8  // how many intents of the evidence it was told of
	visits   [2]visit
	requests [2]request // on the wire, of at most two attempts
	rows     [maxRows]row
	mails    [maxMails]mail
	evidence [maxIntents]intent
	arrived  int8 // versions of the file
	left     left
	broken   Breach
}

// left is what may still happen, by kind.
type left struct{ crashes, losses, rejects, lies, people, restores, naps int8 }

const maxMails = 4

// A visit is one program's work on the submission.
type visit struct {
	step     step
	life     int8 // programs that ended before it
	fence    int8
	revision int8
	bytes    int8
	attempt  int8
	looked   tick
	found    found
	at       tick // the row's date
	said     int8 // the row's or the page's word
	number   int8
	recent   bool // since the intent only moments have passed
	late     bool // its lease has run out
	again    bool // the look is the one right after an attempt
	onto     int8 // the draft that the form goes on with, as a row + 1
}

type step int8

const (
	idle     step = iota
	opened        // a ready revision is claimed
	seen          // the look-before is done
	written       // the intent is in the evidence
	intended      // and in the ledger
	cleared       // the last check before the release is passed
	sent          // it waits for an answer
	answered      // it has one
	lost          // it will have none
	unsent        // it is proven that nothing left
	looking       // what was sent is to be looked for
	looked        // it was
	over          // the lease is to be given back
)

type found int8

const (
	absent found = iota
	held
	refusal
	conflict
)

// A request is on its way to the portal.
type request struct {
	attempt  int8 // 0: there is none
	revision int8
	bytes    int8
	onto     int8 // a row + 1: the draft that it sends off
	due      tick // it is taken in and shown by then
}

// A row is what the portal holds.
type row struct {
	said     int8 // index in words; silent: there is no such row
	revision int8
	bytes    int8
	attempt  int8 // 0: a person filed it
	shown    bool
	at       tick
	due      tick // it is shown by then
}

// A mail tells of a row. It can be read at any time, and again.
type mail struct {
	said, number int8
	at           tick
}

// An intent is one that the evidence has.
type intent struct {
	attempt, revision, bytes, fence, owner int8
	at, settles                            tick
}

func (w World) begin() state {
	s := state{copied: never, left: left{int8(w.Crashes), int8(w.Losses), int8(w.Rejects), int8(w.Lies), int8(w.People),
		int8(w.Restores), int8(w.Naps)}}
	for i := range s.visits {
		s.visits[i].rest()
	}
	for i := range s.requests {
		s.requests[i].due = never
	}
	for i := range s.rows {
		s.rows[i].at, s.rows[i].due = never, never
	}
	for i := range s.mails {
		s.mails[i].at = never
	}
	for i := range s.evidence {
		s.evidence[i].at, s.evidence[i].settles = never, never
	}
	return s
}

// rest is a visit that works on nothing.
func (v *visit) rest() { *v = visit{life: v.life, looked: never, at: never} }

// stamps shows all times and fences of s but those of its ledgers.
func (s *state) stamps(time func(*tick), fence func(*int8)) {
	time(&s.copied)
	for i := range s.visits {
		time(&s.visits[i].looked)
		time(&s.visits[i].at)
		fence(&s.visits[i].fence)
	}
	for i := range s.requests {
		time(&s.requests[i].due)
	}
	for i := range s.rows {
		time(&s.rows[i].at)
		time(&s.rows[i].due)
	}
	for i := range s.mails {
		time(&s.mails[i].at)
	}
	for i := range s.evidence {
		time(&s.evidence[i].at)
		time(&s.evidence[i].settles)
		fence(&s.evidence[i].fence)
	}
}

func (s *state) forms() [3]*id { return [3]*id{&s.ledgers[0], &s.ledgers[1], &s.copy} }

// A scale says what times and fences are called after renumbering.
type scale struct {
	times  [256]tick
	fences [128]int8
}

// settled gives s its one normal shape: of the past only the order of times counts,
// of fences only their order.
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
