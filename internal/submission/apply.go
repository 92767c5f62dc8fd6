package submission

import (
	"cmp"
	"slices"
	"time"

	"example.com/lodge/carriers"
)

// keptLooks is how many look-ups a revision remembers.
const keptLooks = 4

// keptCopies is how many other names of the same bytes a revision remembers.
const keptCopies = 8

// A change is one event on its way through the table.
type change struct {
	s      *Submission
	i      int // of the revision that the event is about; -1: there is none
	e      Event
	limits Limits
}

// rev is the revision that the event is about; of the rows from None, where
// there is none, no guard asks for it.
func (c change) rev() *Revision { return &c.s.Revisions[c.i] }

func (c change) state() State {
	if c.i < 0 {
		return None
	}
	return c.rev().State
}

// New returns the submission of key before its first file came.
func New(key Key, carrier string) Submission {
	return Submission{ID: key.ID(), Key: key, Carrier: carrier}
}

// Apply returns s after e, and what to add to its history. It changes nothing
// of s itself. What the table does not allow is a [*Refusal]. Version, fence and
// lease are the ledger's and stay as they are.
func (s Submission) Apply(e Event, limits Limits) (Submission, []Entry, error) {
	e = e.trimmed()
	if e.Kind == Noted {
		after, entry := s.Note(e)
		return after, []Entry{entry}, nil
	}
	before := s.Revisions
	s = s.clone()
	c := change{s: &s, i: s.target(e), e: e, limits: limits}
	row, err := c.pick()
	if err != nil {
		return Submission{}, nil, err
	}
	entries := c.take(row)
	s.moved(before, e.At)
	return s, entries, nil
}

// moved dates the revisions that are in another state than before, or are new.
// Postponing, looking in vain and further copies of a file leave the date.
func (s Submission) moved(before []Revision, at time.Time) {
	for i := range s.Revisions {
		if i >= len(before) || s.Revisions[i].State != before[i].State {
			s.Revisions[i].Since = at
		}
	}
}

// Note returns s with e in its history and nothing moved. The kind of e is kept:
// this is how the late result of a stale holder is remembered.
func (s Submission) Note(e Event) (Submission, Entry) {
	e = e.trimmed()
	s = s.clone()
	c := change{s: &s, i: s.target(e), e: e}
	return s, c.entry(0, 0, c.i, c.state())
}

// target is the index of the revision that e is about.
func (s Submission) target(e Event) int {
	switch {
	case e.Arrival != nil && s.live() >= 0:
		return s.live()
	case e.Arrival != nil:
		return len(s.Revisions) - 1
	case e.Revision != 0:
		return slices.IndexFunc(s.Revisions, func(r Revision) bool { return r.Number == e.Revision })
	case e.Kind != Decided && e.Kind != Held && e.Kind != Released && s.live() >= 0:
		return s.live()
	}
	return s.current()
}

// take makes the move of row and returns its entries: the revision that the
// event is about first, then the one it adds, then those that this one replaces.
func (c change) take(row Row) []Entry {
	first, before := c.i, c.state()
	c.schedule(row)
	if c.i >= 0 {
		c.settle(row)
	}
	var entries []Entry
	if c.i >= 0 {
		entries = append(entries, c.entry(row.Number, 0, first, before))
	}
	if row.Next != None {
		waiting := c.replaced()
		c.add(row)
		entries = append(entries, c.entry(row.Number, len(entries), len(c.s.Revisions)-1, None))
		for _, i := range waiting {
			was := c.s.Revisions[i].State
			c.s.Revisions[i].becomes(Superseded, row.Text, carriers.Nobody)
			entries = append(entries, c.entry(row.Number, len(entries), i, was))
		}
	}
	for _, i := range c.stopped() {
		c.s.Revisions[i].becomes(NeedsPerson, row.Text, carriers.Nobody)
		entries = append(entries, c.entry(row.Number, len(entries), i, Ready))
	}
	if c.s.CreatedAt.IsZero() {
		c.s.CreatedAt = c.e.At
	}
	c.s.UpdatedAt = c.e.At
	return entries
}

// schedule sets when Lodge goes on. An event about a revision that Lodge does
// not work on leaves the one that it does work on alone.
func (c change) schedule(row Row) {
	if c.holds() {
		return
	}
	stays := row.Kind == Arrived && row.To == None
	touches := !stays && (c.state().Live() || row.To.Live())
	if touches || row.Next.Live() {
		c.s.NotBefore, c.s.Hold = c.e.NotBefore, ""
	}
	if c.e.Kind == Postponed {
		c.s.Hold = c.e.Hold
	}
}

// settle writes into the revision what the event tells of it.
func (c change) settle(row Row) {
	rev := c.rev()
	c.learn(rev)
	if row.To == None && (row.Kind == Held || row.Kind == Reviewed || row.Kind == Released && c.e.Hold == HoldPerson) {
		return // why the revision stands where it stands has not changed
	}
	if row.To == None && (row.Next != None || row.Kind == Arrived) {
		return // the event is about the file, not about what became of this revision
	}
	rev.becomes(cmp.Or(row.To, rev.State), cmp.Or(c.e.Why, row.Text), c.e.Needs)
	if row.Kind == Decided && row.To == Ready {
		rev.Resumed = len(rev.Attempts)
	}
}

// learn takes over the facts that came with the event.
func (c change) learn(rev *Revision) {
	e := c.e
	switch e.Kind {
	case Arrived:
		c.s.copied(*e.Arrival)
	case Intended:
		rev.Attempts = append(rev.Attempts, *e.Attempt)
		rev.Looks = nil
	case Recovered:
		if e.Arrival == nil {
			rev.recover(*e.Attempt)
		}
	case NotSent, Lost:
		rev.report(e)
	case Answered:
		rev.report(e)
		rev.receive(e)
	case FoundOnSite, LookedUp:
		rev.Found = rev.Found || rev.sends() == 0
		rev.receive(e)
	case Absent, Unsettled, Reviewed:
		c.remember(rev)
	case Decided:
		rev.decide(e)
	}
}

// remember keeps a look-up that found nothing if it may prove something later.
// One that found what does not fit ends what those before it proved.
func (c change) remember(rev *Revision) {
	look := c.e.Look
	switch {
	case c.e.Receipt != nil && c.e.Receipt.State != carriers.StateDraft:
		rev.Looks = nil
	case look != nil && look.Control && !look.At.Before(c.s.SettleUntil()):
		rev.Looks = lastOf(append(rev.Looks, *look), keptLooks)
	}
}

// add appends the revision that the event brings, or the same file once more.
func (c change) add(row Row) {
	source, why, needs := c.e.Arrival, "", carriers.Nobody
	if source != nil {
		why, needs = cmp.Or(source.Why, source.complaint()), source.Needs
	} else {
		source, why = c.rev(), c.e.Why
	}
	rev := source.again()
	rev.Number = len(c.s.Revisions) + 1
	rev.becomes(row.Next, text(cmp.Or(why, row.Text)), needs)
	if c.e.Kind == Recovered {
		rev.recover(*c.e.Attempt)
	}
	c.s.Revisions = append(c.s.Revisions, rev)
}

// entry numbers a line of the history. i is the revision that it is about.
func (c change) entry(row, part, i int, from State) Entry {
	c.s.Seq++
	e := c.e
	if part > 0 {
		e = Event{Kind: e.Kind, Actor: e.Actor, Who: e.Who, Why: e.Why, At: e.At}
	}
	entry := Entry{Seq: c.s.Seq, Part: part, Row: row, From: from, Fence: c.s.Fence, Event: e}
	if i >= 0 {
		entry.Revision = c.s.Revisions[i].Number
		entry.To = c.s.Revisions[i].State
	}
	return entry
}

// trimmed is e as it may be stored: times in UTC and without a monotonic
// reading, texts of a bounded length and without the signs that hide text.
func (e Event) trimmed() Event {
	e.At, e.NotBefore, e.Filed, e.SettleUntil = utc(e.At), utc(e.NotBefore), utc(e.Filed), utc(e.SettleUntil)
	e.Who, e.Why = text(e.Who), text(e.Why)
	if e.Arrival != nil {
		r := *e.Arrival
		r.Date = utc(r.Date)
		e.Arrival = &r
	}
	if e.Receipt != nil {
		r := *e.Receipt
		r.Number, r.Status, r.Text = text(r.Number), text(r.Status), text(r.Text)
		e.Receipt = &r
	}
	if e.Attempt != nil {
		a := *e.Attempt
		a.IntendedAt, a.SettleUntil = utc(a.IntendedAt), utc(a.SettleUntil)
		a.Request, a.Outcome = text(a.Request), text(a.Outcome)
		e.Attempt = &a
	}
	if e.Look != nil {
		look := *e.Look
		look.At = utc(look.At)
		e.Look = &look
	}
	return e
}

func utc(t time.Time) time.Time { return t.UTC().Round(0) }
