package protocol

import (
	"context"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A store is a ledger's engine with at most one submission, at a moment that does
// not pass. What the ledger asks of it beyond that is not there.
type store struct {
	ledger.Engine
	s     submission.Submission
	there bool
}

func (e *store) Load(_ context.Context, id string) (submission.Submission, error) {
	if !e.there || e.s.ID != id {
		return submission.Submission{}, ledger.ErrNotFound
	}
	return e.s, nil
}

func (e *store) Store(_ context.Context, s submission.Submission, _ []submission.Entry) error {
	if s.ID != key().ID() {
		return ledger.ErrValue
	}
	e.s, e.there = s, true
	return nil
}

func (e *store) List(context.Context, ledger.Query) ([]ledger.Summary, error) {
	if !e.there || e.s.Lease.Owner == "" {
		return nil, nil
	}
	return []ledger.Summary{ledger.Summarize(e.s)}, nil
}

func (e *store) Accounts(context.Context) ([]ledger.Account, error) { return nil, nil }

func (e *store) Now(context.Context) (time.Time, error) { return now(), nil }

// death is whether the holder of the lease is dead.
type death bool

func (d death) Dead(context.Context, string) (bool, error) { return bool(d), nil }

// moment is the clock of a moment.
type moment struct{ clock.Clock }

func (moment) Boot() time.Duration { return 0 }

// limits keep the worlds small: as many sends as by default, and as many tries.
func limits() submission.Limits { return submission.Limits{Sends: 2, Tries: 2} }

// open is the real ledger over one submission. busy is the fence of what the
// program goes on working on, 0 for none: a ledger remembers what it claimed.
func open(s submission.Submission, there bool, dead bool, busy, owner int8) (*ledger.Ledger, *store) {
	e := &store{s: s, there: there}
	l := ledger.New(e, moment{}, death(dead), limits())
	if busy != 0 {
		e.there = true
		e.s = form{there: true, fence: busy - 1, n: 1, revs: [maxRevisions]revision{fresh(1)}}.unfold(true)
		if _, _, err := l.Claim(context.Background(), e.s.ID, name(owner), lasts); err != nil {
			panic(err)
		}
		e.s, e.there = s, there
	}
	return l, e
}

// fresh is a revision as it arrives, ready.
func fresh(bytes int8) revision {
	return revision{state: 1, bytes: bytes, received: never, byHand: never, settles: never, looks: [2]tick{never, never}}
}
