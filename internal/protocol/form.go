package protocol

import (
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// Sizes of a small world. What would not fit panics: a world is searched whole, or
// not at all.
const (
	maxRevisions = 3
	maxAttempts  = 6 // of one revision
	maxRows      = 4 // of the portal
	maxIntents   = 4 // that the evidence keeps
)

// A tick is how long a time is at least that the rules can tell from none: longer
// than the 10 min between looks and the 15 min that a look-before may be old.
// Times are in ticks before and after now. Those of the past count by their order
// only; beyond old they are more than two days old.
type tick = int8

const (
	never  tick = 127
	old    tick = -80 // 53 h
	gap         = 40 * time.Minute
	settle tick = 3 // after an intent the site shows all of it: longer than all looks take that come before it is sent again
	lasts       = 60 * gap
)

func now() time.Time { return time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC) }

func at(t tick) time.Time {
	if t == never {
		return time.Time{}
	}
	return now().Add(time.Duration(t) * gap)
}

func ticks(t time.Time) tick {
	if t.IsZero() {
		return never
	}
	return tick(t.Sub(now()) / gap)
}

// A form is a submission with all that the rules look at, and nothing else: texts,
// dates for people and counts of versions are left out. It is a value: equal forms
// are one.
type form struct {
	there   bool
	fence   int8
	owner   int8 // of the lease; 0: nobody
	expired bool // the lease
	held    bool // by a person
	n       int8
	revs    [maxRevisions]revision
}

type revision struct {
	state    int8 // index in submission.States
	bytes    int8
	said     int8 // index in words: the carrier's
	number   int8
	received tick
	told     bool
	byHand   tick // when a person said so
	settles  tick // what the person filed
	resumed  int8
	n        int8
	attempts [maxAttempts]attempt
	looks    [2]tick // the newest
}

type attempt struct {
	id, fence, owner int8
	intended         tick
	settles          tick
	sent             int8 // 0: not known, 1: yes, 2: proven not
}

func words() []carriers.ReceiptState {
	return []carriers.ReceiptState{"", carriers.StateDraft, carriers.StateReceived, carriers.StateAccepted, carriers.StateRejected}
}

// The words' indexes.
const (
	silent int8 = iota
	draft
	received
	accepted
	rejected
)

const names = "0123456789"

func name(n int8) string {
	if n == 0 {
		return ""
	}
	return names[n : n+1]
}

func unname(s string) int8 {
	if s == "" {
		return 0
	}
	return int8(s[0] - '0')
}

func key() submission.Key {
	return submission.Key{Account: "a", LawFirmID: "l", ClientID: "c", Number: "n"}
}

// shape is s as a form.
func shape(s submission.Submission) form {
	f := form{there: true, fence: int8(s.Fence), owner: unname(s.Lease.Owner), held: !s.OnHold.IsZero(), n: int8(len(s.Revisions))}
	f.expired = f.owner != 0 && !now().Before(s.Lease.Until)
	for i, r := range s.Revisions {
		f.revs[i] = shapeRevision(r)
	}
	return f
}

func shapeRevision(r submission.Revision) revision {
	v := revision{
		state: int8(slices.Index(submission.States(), r.State)), bytes: unname(r.Object.SHA),
		said: int8(slices.Index(words(), r.Receipt.State)), number: unname(r.Receipt.Number),
		received: ticks(r.ReceivedAt), told: r.ToldBy != "", byHand: ticks(r.ByHand.At), settles: ticks(r.ByHand.SettleUntil),
		resumed: int8(r.Resumed), n: int8(len(r.Attempts)), looks: [2]tick{never, never},
	}
	for i, a := range r.Attempts {
		sent := int8(0)
		if a.Sent != nil {
			sent = 2
			if *a.Sent {
				sent = 1
			}
		}
		v.attempts[i] = attempt{unname(a.ID), int8(a.Fence), unname(a.Owner), ticks(a.IntendedAt), ticks(a.SettleUntil), sent}
	}
	for _, look := range r.Looks { // oldest first
		if t := ticks(look.At); t != v.looks[0] {
			v.looks[0], v.looks[1] = t, v.looks[0]
		}
	}
	return v
}

// unfold is the submission of f, at a carrier that is trusted or not.
func (f form) unfold(trusted bool) submission.Submission {
	s := submission.New(key(), "carrier")
	s.Version, s.Fence, s.CreatedAt = 1, int64(f.fence), at(old-9)
	if f.owner != 0 {
		s.Lease = submission.Lease{Owner: name(f.owner), Until: now().Add(lasts)}
		if f.expired {
			s.Lease.Until = now()
		}
	}
	if f.held {
		s.OnHold = submission.OnHold{At: now(), Who: "p", Why: "w"}
	}
	for i := range f.n {
		s.Revisions = append(s.Revisions, f.revs[i].unfold(int(i)+1, trusted))
	}
	return s
}

func (v revision) unfold(number int, trusted bool) submission.Revision {
	r := submission.Revision{
		Number: number, State: submission.States()[v.state], Object: object(v.bytes), Resumed: int(v.resumed),
		ReceivedAt: at(v.received), ByHand: submission.ByHand{At: at(v.byHand), SettleUntil: at(v.settles)},
	}
	if v.said != silent {
		r.Receipt = carriers.Receipt{Number: name(v.number), State: words()[v.said], Text: "w"}
	}
	if v.told {
		r.ToldBy = "p"
	}
	for _, a := range v.attempts[:v.n] {
		t := submission.Attempt{ID: name(a.id), Fence: int64(a.fence), Owner: name(a.owner), SHA: r.Object.SHA,
			IntendedAt: at(a.intended), SettleUntil: at(a.settles)}
		if a.sent != 0 {
			t.Sent = new(a.sent == 1)
		}
		r.Attempts = append(r.Attempts, t)
	}
	for _, t := range []tick{v.looks[1], v.looks[0]} {
		if t != never {
			r.Looks = append(r.Looks, look(t, trusted))
		}
	}
	return r
}

func object(bytes int8) submission.Object {
	return submission.Object{Name: "f" + name(bytes), Path: "f", SHA: name(bytes), Canon: name(bytes), Size: 1}
}

// look is a look-up in which the site showed another invoice. Looks at different
// times are of different visits.
func look(t tick, trusted bool) submission.Look {
	return submission.Look{At: at(t), Visit: "v" + at(t).String(), Control: true, Mail: true, Trusted: trusted}
}

func (v revision) is(s submission.State) bool {
	return v.state >= 0 && submission.States()[v.state] == s
}

// intended is when the revision was last about to be sent.
func (v revision) intended() tick {
	if v.n == 0 {
		return never
	}
	return v.attempts[v.n-1].intended
}

// index is a state's number in forms.
func index(s submission.State) int8 { return int8(slices.Index(submission.States(), s)) }
