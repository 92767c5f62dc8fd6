package protocol

// restores are the copies of the ledger: made, put back, brought up to the evidence.
func (c *search) restores(s state, emit emit) {
	quiet := s.visits[0].step == idle && s.visits[1].step == idle
	if s.left.restores > 0 && s.copied == never && s.copy == 0 && !s.restored && (quiet || !c.Offline) {
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
