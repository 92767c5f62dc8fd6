package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/submission"
)

// A Recovered is an attempt as the evidence knows it, with enough to make its
// submission where the ledger has none.
type Recovered struct {
	Key     submission.Key
	Carrier string
	Version submission.Revision // its Number, Object and what a look-up compares
	Attempt submission.Attempt
}

// Lacks says whether the ledger lacks an attempt that may have been sent. Only a
// ledger that is older than the truth does: before anything is sent the attempt
// is written to it, under the fence of a lease that it granted. So an attempt
// that it does not know was never sent if a later lease was granted since, or if
// its own was ended or given back; and while its holder lives, it is only just being made.
//
// since is when a copy was made of the ledger that was restored, zero if that is
// not known. Of a lease that was held then it is open what came of it.
func (l *Ledger) Lacks(ctx context.Context, r Recovered, since time.Time) (bool, error) {
	s, err := l.engine.Load(ctx, r.Key.ID())
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("attempt %s: %w", r.Attempt.ID, err)
	}
	return l.lacks(ctx, s, r.Attempt, since), nil
}

// beforeCopy is how long before the copy was made an attempt may have begun that
// is not in it. It covers the writing of an intent.
const beforeCopy = time.Minute

func (l *Ledger) lacks(ctx context.Context, s submission.Submission, a submission.Attempt, since time.Time) bool {
	switch {
	case s.Made(a.ID), a.Fence < s.Fence:
		return false
	case a.Fence > s.Fence:
		return true
	}
	its := s.Lease.Owner == a.Owner
	if its {
		if dead, err := l.holders.Dead(ctx, a.Owner); !dead && err == nil {
			return false
		}
	}
	return its || !since.IsZero() && a.IntendedAt.After(since.Add(-beforeCopy))
}

// Recover brings an attempt into the ledger that it lacks (rows 40 to 49): what
// may have been sent is looked up before anything else. It says whether there
// was anything to do. who is the program that recovers; since is as in
// [Ledger.Lacks]. It fails with [ErrHeld] while somebody alive works on the
// submission.
func (l *Ledger) Recover(ctx context.Context, who string, r Recovered, since time.Time) (bool, error) {
	written := false
	load := func() (submission.Submission, error) { return l.loadOrNew(ctx, r.Key, r.Carrier) }
	_, err := l.writeFrom(ctx, load, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		if written = s.Version == 0 || l.lacks(ctx, *s, r.Attempt, since); !written {
			return nil, errNothing
		}
		if err := l.mayTake(ctx, *s, "", now); err != nil {
			return nil, err
		}
		freed, err := l.reclaim(s, who, now)
		if err != nil {
			return nil, err
		}
		s.Fence = max(s.Fence, r.Attempt.Fence) // fences only grow, those of the lost ledger included
		entries, err := l.apply(s, r.event(*s, who, now))
		return append(freed, entries...), err
	})
	if err != nil {
		return false, fmt.Errorf("recover attempt %s: %w", r.Attempt.ID, err)
	}
	return written, nil
}

// event is r as it concerns s: with the revision that was sent, or with a
// version that is not there.
func (r Recovered) event(s submission.Submission, who string, now time.Time) submission.Event {
	e := submission.Event{
		Kind: submission.Recovered, Actor: submission.ByRestore, Who: who, At: now,
		Attempt: &r.Attempt, Revision: s.Sent(r.Version.Number, r.Version.Object),
	}
	if e.Revision == 0 {
		e.Arrival = &r.Version
	}
	return e
}

// NoteOnce is [Ledger.Note] for what may have been noted, or have happened,
// already. It says whether the history is longer now.
func (l *Ledger) NoteOnce(ctx context.Context, id string, e submission.Event) (bool, error) {
	history, err := l.engine.History(ctx, id)
	if err != nil {
		return false, fmt.Errorf("note: %w", err)
	}
	s, err := l.engine.Load(ctx, id)
	if err != nil {
		return false, fmt.Errorf("note: %w", err)
	}
	_, note := s.Note(e)
	for _, entry := range history {
		if entry.Kind == note.Kind && entry.Why == note.Why && attemptOf(entry) == attemptOf(note) {
			return false, nil
		}
	}
	return true, l.Note(ctx, id, e)
}

func attemptOf(e submission.Entry) string {
	if e.Attempt == nil {
		return ""
	}
	return e.Attempt.ID
}
