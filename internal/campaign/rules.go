package campaign

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// Rules are the rules that a world does without, to see that the campaign would
// find it. Each is taken away by a double of what Lodge stands on, a ledger or a
// clock that lies, so that a release has nothing that could be switched off.
type Rules struct {
	Intent     bool // the request leaves before its intent is written
	Fence      bool // a holder whose lease was taken over still moves its submission
	Lease      bool // nobody asks whether the lease is over
	LookBefore bool // it is filed without having been looked up
	OneLook    bool // one look that shows nothing is enough
	Settle     bool // what does not show at once is not there
	BlindRetry bool // what may have been sent is sent again
	Rerun      bool // a person's rerun goes past the table
	Login      bool // a refused login is tried again
	Revision   bool // an earlier revision's row counts for this one
	Recovery   bool // an older ledger is believed
}

// A KnockOut is a rule to be taken away, and its name for people.
type KnockOut struct {
	Name  string
	Rules Rules
}

// KnockOuts are the rules that are taken away one at a time.
func KnockOuts() []KnockOut {
	return []KnockOut{
		{"the intent before the request", Rules{Intent: true}},
		{"the fence", Rules{Fence: true}},
		{"the question whether the lease is over", Rules{Lease: true}},
		{"the look-before", Rules{LookBefore: true}},
		{"the second look", Rules{OneLook: true}},
		{"the settle time", Rules{Settle: true}},
		{"no retry of what may have been sent", Rules{BlindRetry: true}},
		{"reruns through the table", Rules{Rerun: true}},
		{"no second try of a refused login", Rules{Login: true}},
		{"telling one revision's row from another's", Rules{Revision: true}},
	}
}

// loaded is s as a program is told of it.
func (r Rules) loaded(p *process, s submission.Submission) submission.Submission {
	if fence := p.fence(s.ID); r.Fence && fence > 0 && fence < s.Fence && s.Lease.Owner != p.id {
		s.Lease.Owner, s.Fence = p.id, fence
	}
	for i := range s.Revisions {
		rev := &s.Revisions[i]
		for j := range rev.Attempts {
			if r.Settle {
				rev.Attempts[j].SettleUntil = rev.Attempts[j].IntendedAt
			}
		}
		if r.OneLook && rev.State == submission.Uncertain && len(rev.Looks) == 0 {
			rev.Looks = []submission.Look{{At: s.SettleUntil(), Visit: "none", Control: true, Mail: true, Trusted: true}}
		}
	}
	return s
}

// stored is s as the ledger keeps it.
func (r Rules) stored(s submission.Submission) submission.Submission {
	if !r.BlindRetry {
		return s
	}
	s.Revisions = slices.Clone(s.Revisions)
	for i := range s.Revisions {
		if s.Revisions[i].State == submission.Uncertain {
			s.Revisions[i].State = submission.Ready
		}
	}
	return s
}

// account is an account as a program is told of it.
func (r Rules) account(a ledger.Account) ledger.Account {
	if r.Login {
		a.Suspended, a.Login = nil, nil
	}
	return a
}

// found are the rows that a look-up for inv brings.
func (r Rules) found(w *World, inv carriers.Invoice, rows []carriers.Found) []carriers.Found {
	if r.LookBefore {
		s, err := w.engine.Load(context.Background(), keyOf(inv.Number).ID())
		if err == nil && s.Current().State == submission.Ready {
			return nil // as if nobody had asked
		}
	}
	if r.Revision { // as if neither time nor number told one revision's row from another's
		for i := range rows {
			rows[i].At, rows[i].HasAmount, rows[i].Receipt.Number = w.wall(), false, fmt.Sprint("N", w.chance.pick("number", 1<<30))
		}
	}
	return rows
}

// reruns are people whose reruns go past the table: what was, or may have been,
// sent is made ready again by a write into the ledger.
func (w *World) reruns(ctx context.Context) {
	for clock.Pause(ctx, w.chance.between("rerun", time.Minute, 15*time.Minute)) && w.storm() {
		for _, id := range w.ids() {
			s, err := w.engine.Load(ctx, id)
			if err != nil {
				continue
			}
			switch n := s.Current().Number; s.Current().State {
			case submission.Uncertain, submission.Submitting, submission.Submitted:
				i := slices.IndexFunc(s.Revisions, func(r submission.Revision) bool { return r.Number == n })
				s.Version++
				s.Revisions[i].State, s.NotBefore, s.Revisions[i].Resumed = submission.Ready, time.Time{}, len(s.Revisions[i].Attempts)
				err := w.engine.Store(ctx, s, nil)
				w.story.tell(w.now(), "PERSON reruns %s past the table: %v", s.Key.Number, err)
			}
		}
	}
}
