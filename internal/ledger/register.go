package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/submission"
)

// Registered says what an arrival became.
type Registered struct {
	Submission submission.Submission
	Row        int  // of the table
	Known      bool // the same bytes were here before: nothing moved
	Late       bool // a newer file of the same submission is registered already: nothing moved
}

// Register takes in one revision: rows 1 to 5 and 19 to 23. rev.State is Ready
// or Quarantined, as intake found, with Findings or Why; its number is given
// here. The same bytes again are noted once for each name and move nothing. who
// is the program that took it in. When a file that could not be read can be
// read now, the submission under its object's name is superseded. A file that is
// known to be older than one that is registered moves nothing, in whatever order
// the two arrive and however many programs take them in.
func (l *Ledger) Register(
	ctx context.Context, carrier string, key submission.Key, rev submission.Revision, who string,
) (Registered, error) {
	if err := key.Check(); err != nil {
		return Registered{}, fmt.Errorf("register: %w", err)
	}
	var r Registered
	load := func() (submission.Submission, error) { return l.loadOrNew(ctx, key, carrier) }
	s, err := l.writeFrom(ctx, load, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		if s.Carrier != carrier {
			return nil, fmt.Errorf("%s is filed with carrier %s, not with %s", s.Key, s.Carrier, carrier)
		}
		if s.Knows(rev) {
			r = Registered{Row: 2, Known: true}
			return nil, errNothing
		}
		if s.Outdates(rev) {
			r = Registered{Late: true}
			return nil, errNothing
		}
		entries, err := l.arrive(s, rev, who, now)
		if err == nil {
			r = Registered{Row: entries[0].Row, Known: entries[0].Row == 2}
		}
		return entries, err
	})
	if err != nil {
		return Registered{}, fmt.Errorf("register %s: %w", rev.Object.Name, err)
	}
	r.Submission = s
	if key.Object == "" && rev.Object.Name != "" {
		if err := l.readable(ctx, rev.Object, key, who); err != nil {
			return Registered{}, fmt.Errorf("register %s: %w", rev.Object.Name, err)
		}
	}
	return r, nil
}

func (l *Ledger) loadOrNew(ctx context.Context, key submission.Key, carrier string) (submission.Submission, error) {
	s, err := l.engine.Load(ctx, key.ID())
	if errors.Is(err, ErrNotFound) {
		return submission.New(key, carrier), nil
	}
	return s, err
}

// arrive applies the arrival. When it takes the place of the revision that a
// visit may be working on, the visit's claim ends with it: what the visit knows
// is about other bytes.
func (l *Ledger) arrive(s *submission.Submission, rev submission.Revision, who string, now time.Time) ([]submission.Entry, error) {
	worked := s.Current()
	entries, err := l.apply(s, submission.Event{
		Kind: submission.Arrived, Actor: submission.ByIntake, Who: who, At: now, Arrival: &rev,
	})
	if err != nil {
		return nil, err
	}
	if worked.State == submission.Ready && !s.Revisions[worked.Number-1].State.Live() {
		s.Fence, s.Lease = ended(s.Fence), submission.Lease{}
	}
	return entries, nil
}

// readable supersedes the submission of an unreadable object whose content is
// registered under key now, unless what cannot be read is the newer version of it.
func (l *Ledger) readable(ctx context.Context, object submission.Object, key submission.Key, who string) error {
	unread := submission.Key{Account: key.Account, Object: object.Name}
	_, err := l.write(ctx, unread.ID(), func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		if s.Current().State != submission.Quarantined || s.Current().Object.After(object) {
			return nil, errNothing
		}
		return l.apply(s, submission.Event{
			Kind: submission.Replaced, Actor: submission.ByIntake, Who: who, At: now,
			Why: fmt.Sprintf("the file can be read now: it is filed as %s", key),
		})
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
