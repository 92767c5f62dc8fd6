package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/submission"
)

// Decide applies what a person says: a decision (rows 17, 18, 27 to 29 and 31 to
// 39), a hold (row 30), or the end of one (row 25). e has Kind Decided with Want,
// Held or Released, and Who and Why. It fails with [ErrHeld] while somebody alive
// works on the submission, but for holds: those count from the next step of
// whoever works on it, and only what is being sent at this moment is left to
// them.
func (l *Ledger) Decide(ctx context.Context, id string, e submission.Event) (submission.Submission, error) {
	return l.decide(ctx, id, e, true)
}

// Foresee returns what [Ledger.Decide] would make of the submission, or the
// error that it would fail with, and writes nothing.
func (l *Ledger) Foresee(ctx context.Context, id string, e submission.Event) (submission.Submission, error) {
	return l.decide(ctx, id, e, false)
}

func (l *Ledger) decide(ctx context.Context, id string, e submission.Event, write bool) (submission.Submission, error) {
	s, err := l.write(ctx, id, func(s *submission.Submission, now time.Time) ([]submission.Entry, error) {
		freed, err := l.step(ctx, s, e, now)
		if err != nil {
			return nil, err
		}
		e.Actor, e.At = submission.ByPerson, now
		entries, err := l.apply(s, e)
		if err == nil && !write {
			err = errNothing
		}
		return append(freed, entries...), err
	})
	if err != nil {
		return submission.Submission{}, fmt.Errorf("decide: %w", err)
	}
	return s, nil
}

// step frees s of a dead holder. Beside one that lives people may put a hold on
// or take it off, unless an attempt is under way: the intent asks for it.
func (l *Ledger) step(ctx context.Context, s *submission.Submission, e submission.Event, now time.Time) ([]submission.Entry, error) {
	err := l.mayTake(ctx, *s, "", now)
	beside := e.Kind == submission.Held || e.Kind == submission.Released && e.Hold == submission.HoldPerson
	switch {
	case err == nil:
		return l.reclaim(s, e.Who, now)
	case beside && !s.Submitting() && errors.Is(err, ErrHeld):
		return nil, nil
	}
	return nil, err
}

// heldBack names the hold that err, a refused intent on s, is because of.
func heldBack(s submission.Submission, e submission.Event, err error) error {
	if _, refused := errors.AsType[*submission.Refusal](err); refused && e.Kind == submission.Intended && s.HeldBack() {
		return fmt.Errorf("%w: %w", &OnHoldError{s.Key.String(), s.OnHold}, err)
	}
	return err
}
