// Package outbox sends back what became of invoices: to a firm's own systems by
// webhooks, and into status files. The outbox itself is the ledger's history,
// which is written together with each move; what is kept beside is how far each
// destination was told of each submission ([ledger.Ledger.Owed]). So nothing that
// happened is left untold, and telling is never in the way of filing.
//
// A receiver is told at least once, of each submission in the order in which it
// happened. It may be told twice, if Lodge ends between the answer and the mark:
// then the event has the id that it had before.
package outbox

import (
	"context"
	"fmt"
	"time"

	"example.com/lodge/internal/submission"
)

// A Receiver is told what becomes of submissions.
type Receiver interface {
	// Tell tells of the entries of s, in order, which are those that the receiver
	// was not told of. s may be newer than the last of them. Tell calls told with
	// the Seq up to which the receiver knows, as soon as it does, and stops at the
	// first error, its own or one of told. What it was not told of comes again.
	// A [*RefusedError] is about one entry, a [*LaterError] says when to come
	// again, and any other error that the receiver cannot be told anything now.
	Tell(ctx context.Context, s submission.Submission, entries []submission.Entry, told func(seq int64) error) error
	// Test sends a sample and returns what became of it, in a few words.
	Test(ctx context.Context) (string, error)
}

// A Destination is a receiver and its name, which is 1 to 40 of a-z, 0-9 and -:
// in the ledger what is owed is owed to the name.
type Destination struct {
	Name string
	To   Receiver
}

// A RefusedError says that a receiver does not take an event and is not down:
// the same event would be refused again, until somebody changes something.
type RefusedError struct {
	Event Event
	Why   string // for people; nothing of what the receiver said in words
}

// Error implements error.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("event %s (%s, submission %s) is refused: %s", e.Event.ID, e.Event.Type, e.Event.Data.Submission, e.Why)
}

// A LaterError says that a receiver asks to be left alone for a while.
type LaterError struct {
	After time.Duration
	Why   string
}

// Error implements error.
func (e *LaterError) Error() string { return e.Why }
