package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// pageSize is how much of what is owed is held in memory.
const pageSize = 500

// manyRefused is how many refusals of different submissions in a row, and nothing
// taken between, mean that it is the receiver and not the events.
const manyRefused = 3

// A line is one destination on its way through what is owed to it.
type line struct {
	Options
	Destination

	mu       sync.Mutex
	rest     time.Time          // it is left alone until then
	failures int                // in a row
	refused  map[string]refusal // by submission
	inRow    map[string]bool    // submissions with a refusal since something was taken
	said     string             // the last complaint, so that it is told once
}

// A refusal is a submission's event that the receiver does not take.
type refusal struct {
	tries int
	at    int64 // what was delivered of the submission then; once it is more, somebody skipped the event
	until time.Time
}

// pass tells what is owed, unless the destination rests or is another process's.
func (l *line) pass(ctx context.Context) {
	if l.resting() || ctx.Err() != nil {
		return
	}
	first, err := l.Ledger.Owed(ctx, l.Name, "", 1)
	if err == nil && len(first) == 0 {
		return
	}
	if err == nil {
		err = l.inTurn(ctx)
	}
	if err != nil && ctx.Err() == nil {
		l.down(err)
	}
}

// inTurn tells what is owed while no other process does, and no longer.
func (l *line) inTurn(ctx context.Context) error {
	turn, err := l.Turns.Take(ctx, l.Name)
	if errors.Is(err, ErrBusy) {
		return nil
	}
	if err != nil {
		return err
	}
	defer turn.End(ctx)
	ctx, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	return l.sweep(ctx, turn, func() { lost(ErrLost) })
}

// sweep goes through all that is owed. What is written meanwhile stays owed, and
// the next pass finds it.
func (l *line) sweep(ctx context.Context, turn Turn, lost func()) error {
	for after := ""; ; {
		page, err := l.Ledger.Owed(ctx, l.Name, after, pageSize)
		if err != nil || len(page) == 0 {
			return err
		}
		if !l.several(ctx, turn, lost, page) {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// several tells of submissions side by side, each in the order of its history;
// false: the destination rests, the turn was lost, or ctx has ended.
func (l *line) several(ctx context.Context, turn Turn, lost func(), page []ledger.Owed) bool {
	work := make(chan ledger.Owed)
	var telling sync.WaitGroup
	for range min(l.AtOnce, len(page)) {
		telling.Go(func() {
			for o := range work {
				err := l.tell(ctx, turn, o)
				if errors.Is(err, ErrLost) {
					lost()
				}
				l.settle(ctx, o, err)
			}
		})
	}
	for _, o := range page {
		if ctx.Err() != nil || l.resting() {
			break
		}
		if !l.waits(o) {
			work <- o
		}
	}
	close(work)
	telling.Wait()
	return ctx.Err() == nil && !l.resting()
}

// tell tells of one submission. The history is read before the submission, so
// that the submission is never older than the entries that are told with it; and
// the turn is asked after both, so that what is told is never older than what
// another has told meanwhile.
func (l *line) tell(ctx context.Context, turn Turn, o ledger.Owed) error {
	history, err := l.Ledger.History(ctx, o.ID)
	if err != nil {
		return err
	}
	entries := slices.DeleteFunc(history, func(e submission.Entry) bool { return e.Seq <= o.Delivered })
	if len(entries) == 0 {
		return nil // somebody marked it meanwhile
	}
	s, err := l.Ledger.Get(ctx, o.ID)
	if err != nil {
		return err
	}
	left, err := turn.Keep(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over := time.AfterFunc(left, func() { cancel(ErrLost) })
	defer over.Stop()
	err = l.To.Tell(ctx, s, entries, func(seq int64) error {
		// What was told is marked even if the relay is stopped just now: it saves
		// the receiver a second delivery.
		if err := l.Ledger.Delivered(context.WithoutCancel(ctx), l.Name, o.ID, seq); err != nil {
			return err
		}
		left, err := turn.Keep(ctx)
		over.Reset(left)
		return err
	})
	if err != nil && errors.Is(context.Cause(ctx), ErrLost) {
		return ErrLost
	}
	return err
}

// settle decides what follows from how telling of a submission went.
func (l *line) settle(ctx context.Context, o ledger.Owed, err error) {
	refused, ok := errors.AsType[*RefusedError](err)
	switch {
	case err == nil:
		l.took(o.ID)
	case ctx.Err() != nil:
	case ok:
		l.refusedBy(o, refused)
	default:
		l.down(err)
	}
}

func (l *line) took(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.refused, id)
	clear(l.inRow)
	if !l.Clock.Now().Before(l.rest) {
		l.failures = 0
	}
	if len(l.refused) == 0 && l.failures == 0 {
		l.said = ""
	}
}

// refusedBy lets a submission wait whose event the receiver does not take, with
// all that comes after it: to leave an event out would break the order, and the
// promise that each arrives. Other submissions go on.
func (l *line) refusedBy(o ledger.Owed, err *RefusedError) {
	l.mu.Lock()
	r := l.refused[o.ID]
	r.tries, r.at = r.tries+1, o.Delivered
	r.until = l.Clock.Now().Add(whileRefused.after(r.tries, l.Chance()))
	l.refused[o.ID], l.inRow[o.ID] = r, true
	many := len(l.inRow) >= manyRefused
	l.mu.Unlock()
	if many {
		l.down(fmt.Errorf("it refuses one event after another: %s: the operator looks at the receiver and at lodge.yaml", err.Why))
		return
	}
	l.complain(fmt.Errorf("%w: the operator looks at the receiver, or gives the event up (lodge outbox skip); "+
		"later events of this invoice wait for it, others go on", err))
}

// down lets the destination rest. Of several that failed side by side the first
// counts.
func (l *line) down(err error) {
	l.mu.Lock()
	now := l.Clock.Now()
	if now.Before(l.rest) {
		l.mu.Unlock()
		return
	}
	l.failures++
	wait := whileDown.after(l.failures, l.Chance())
	if later, ok := errors.AsType[*LaterError](err); ok {
		wait = max(wait, later.After)
	}
	l.rest = now.Add(wait)
	l.mu.Unlock()
	l.complain(err)
}

// complain logs err unless it was the last thing that was said.
func (l *line) complain(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text := err.Error(); l.said != text {
		l.said = text
		l.Log.Warn(fmt.Sprintf("destination %s was not told: %s; nothing is lost, Lodge tries again", l.Name, text))
	}
}

func (l *line) resting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Clock.Now().Before(l.rest)
}

// waits says whether a submission waits after a refusal.
func (l *line) waits(o ledger.Owed) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.refused[o.ID]
	return r.at == o.Delivered && l.Clock.Now().Before(r.until)
}
