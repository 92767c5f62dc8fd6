package outbox

import (
	"context"
	"errors"
	"slices"

	"example.com/lodge/internal/ledger"
)

// ErrPaid says that nothing is owed to a destination for a submission.
var ErrPaid = errors.New("it was told of everything")

// Skip gives up the next event of a submission that a destination is owed, and
// returns it: what a person does about one that the receiver will never take.
// What comes after it is told as usual. Errors: [ErrPaid], or the ledger's.
func Skip(ctx context.Context, l Ledger, destination, id string) (Event, error) {
	// The submissions whose id begins as this one's, which are hardly more than one.
	near, err := l.Owed(ctx, destination, id[:max(len(id)-1, 0)], pageSize)
	if err != nil {
		return Event{}, err
	}
	i := slices.IndexFunc(near, func(o ledger.Owed) bool { return o.ID == id })
	if i < 0 {
		return Event{}, ErrPaid
	}
	history, err := l.History(ctx, id)
	if err != nil {
		return Event{}, err
	}
	s, err := l.Get(ctx, id)
	if err != nil {
		return Event{}, err
	}
	for _, entry := range history {
		if event, ok := eventOf(s, entry); ok && entry.Seq > near[i].Delivered {
			return event, l.Delivered(ctx, destination, id, entry.Seq)
		}
	}
	return Event{}, ErrPaid // what is left is told to nobody
}
