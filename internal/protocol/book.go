package protocol

import (
	"errors"
	"fmt"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// An act is what the ledger is asked to do.
type act int8

const (
	actClaim act = iota
	actTakeOver
	actRelease
	actMove
	actRegister
	actDecide
	actRecover
)

// An ask is one call of the ledger, as a value: the same ask of the same form has
// always the same answer.
type ask struct {
	form     id
	act      act
	owner    int8 // of the claim, or of the program that asks
	fence    int8
	busy     int8 // the fence of what the asking program goes on working on; 0: nothing
	dead     bool // the lease's holder
	kind     kind
	said     int8 // the carrier's word
	number   int8
	filed    tick
	looked   tick
	attempt  int8
	revision int8
	bytes    int8
	want     int8 // index in submission.States
	intended tick // of an intent: its settle time follows
	settles  tick
	since    tick
	flag     bool // of an answer: witnessed; of a look: without a control
	by       int8 // 1: a look-up, 2: mail
}

// kind is an index in kinds.
type kind int8

const (
	kFound kind = iota
	kContradicted
	kPostponed
	kIntended
	kNotSent
	kAnswered
	kLost
	kLookedUp
	kAbsent
	kUnsettled
	kDecided
	kHeld
	kReleased
)

func kinds() []submission.Kind {
	return []submission.Kind{
		submission.FoundOnSite, submission.Contradicted, submission.Postponed, submission.Intended, submission.NotSent,
		submission.Answered, submission.Lost, submission.LookedUp, submission.Absent, submission.Unsettled,
		submission.Decided, submission.Held, submission.Released,
	}
}

// An end is how an ask ended.
type end int8

const (
	done    end = iota
	refused     // by the table
	stale       // the lease is another's
	busy        // somebody alive has it
	nothing     // there is nothing to do
)

type answer struct {
	form id
	end  end
}

// id is the number of a form in the book; 0 is a submission that is not there.
type id = int32

// A book gives forms numbers and remembers what the ledger answered.
type book struct {
	trusted bool
	forms   []form
	facts   []facts
	ids     map[form]id
	answers map[ask]answer
	asks    int
}

// facts are what is often asked of a form.
type facts struct {
	current int8 // number of the revision that the ledger works on
	due     bool // there is something for a visit to do
	times   []tick
	fences  []int8
}

func newBook(trusted bool) *book {
	b := &book{trusted: trusted, ids: map[form]id{}, answers: map[ask]answer{}}
	b.number(form{})
	return b
}

func (b *book) number(f form) id {
	if n, ok := b.ids[f]; ok {
		return n
	}
	n := id(len(b.forms))
	b.ids[f], b.forms, b.facts = n, append(b.forms, f), append(b.facts, f.facts())
	return n
}

func (f form) facts() facts {
	if !f.there {
		return facts{}
	}
	s := f.unfold(true)
	from, due := s.Due()
	v := facts{current: int8(s.Current().Number), due: due && !from.After(now())}
	f.stamps(func(t *tick) { v.times = append(v.times, *t) }, func(n *int8) { v.fences = append(v.fences, *n) })
	return v
}

// stamps shows all times and fences of f.
func (f *form) stamps(time func(*tick), fence func(*int8)) {
	fence(&f.fence)
	for i := range f.n {
		r := &f.revs[i]
		time(&r.received)
		time(&r.byHand)
		time(&r.settles)
		for j := range r.looks {
			time(&r.looks[j])
		}
		for j := range r.n {
			time(&r.attempts[j].intended)
			time(&r.attempts[j].settles)
			fence(&r.attempts[j].fence)
		}
	}
}

// ask asks the real ledger, or remembers what it said.
func (b *book) ask(a ask) (id, end) {
	b.asks++
	if known, ok := b.answers[a]; ok {
		return known.form, known.end
	}
	f := b.forms[a.form]
	s, there := submission.Submission{}, f.there
	if there {
		s = f.unfold(b.trusted)
	}
	l, e := open(s, there, a.dead, a.busy, a.owner)
	err := b.call(l, a)
	got := answer{a.form, ended(err)}
	if err == nil && e.there {
		got.form = b.number(shape(e.s))
	}
	if got.end == done && a.act == actRecover && got.form == a.form {
		got.end = nothing
	}
	b.answers[a] = got
	return got.form, got.end
}

func ended(err error) end {
	_, no := errors.AsType[*submission.Refusal](err)
	switch {
	case err == nil:
		return done
	case errors.Is(err, ledger.ErrStale):
		return stale
	case errors.Is(err, ledger.ErrHeld), errors.Is(err, ledger.ErrOnHold):
		return busy
	case no:
		return refused
	}
	panic(fmt.Sprintf("the model asks for what cannot be: %v", err))
}
