package ledger

import (
	"context"

	"example.com/lodge/internal/submission"
)

// Registered says what an arrival became.
type Registered struct {
	Submission submission.Submission
	Row        int  // of the table
	Known      bool // the same bytes were here before: nothing moved
}

// Register takes in one revision: rows 1 to 5. rev.State is Ready or
// Quarantined, as intake found; its number is given here. Registering the same
// bytes again is noted and moves nothing. who is the program that took it in.
func (l *Ledger) Register(ctx context.Context, carrier string, key submission.Key, rev submission.Revision, who string) (Registered, error) {
	return Registered{}, errLater
}

// Decide applies a person's decision: rows 17, 18 and the later rows of people.
// e names Who, Why and Want. It is refused with [ErrHeld] while somebody alive
// works on the submission.
func (l *Ledger) Decide(ctx context.Context, id string, e submission.Event) (submission.Submission, error) {
	return submission.Submission{}, errLater
}
