package ledger

import (
	"context"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/submission"
)

// Margin is what a holder's own deadline lies before the end of its lease.
const Margin = 10 * time.Second

// A Claim is a held lease: what a visit shows with each write, and how long it
// may act. Deadline is on [clock.Clock].Boot, counted from before the write that
// took or renewed the lease, less [Margin].
type Claim struct {
	ID       string // of the submission, or the account's name
	Owner    string
	Fence    int64
	Deadline time.Duration
}

// Enough says whether the claim lasts for another need.
func (c Claim) Enough(clk clock.Clock, need time.Duration) bool {
	return clk.Boot()+need < c.Deadline
}

// Claim takes the lease on a submission for owner, for ttl, which must be more
// than twice [Margin]. If it is held the error is [ErrHeld]; of a holder that is
// dead, and of owner itself when its lease has run out, it is taken over: the
// fence grows, and what a dead holder left submitting becomes uncertain in the
// same write.
func (l *Ledger) Claim(ctx context.Context, id, owner string, ttl time.Duration) (submission.Submission, Claim, error) {
	return submission.Submission{}, Claim{}, errLater
}

// Renew makes the lease last ttl from now. If it is another's by now the error
// is [ErrStale].
func (l *Ledger) Renew(ctx context.Context, c Claim, ttl time.Duration) (Claim, error) {
	return Claim{}, errLater
}

// Release gives the lease back. A submission that is still submitting keeps
// its lease: the error says so.
func (l *Ledger) Release(ctx context.Context, c Claim) error { return errLater }

// Move applies e to the submission under c. Who and At are set here. If the
// lease is another's by now nothing moves and the error is [ErrStale]: then
// [Ledger.Note] what is known. What the table refuses is a [*submission.Refusal].
func (l *Ledger) Move(ctx context.Context, c Claim, e submission.Event) (submission.Submission, error) {
	return submission.Submission{}, errLater
}

// Note adds e to the history and moves nothing: for the late results of holders
// whose lease was taken over. Its kind is kept.
func (l *Ledger) Note(ctx context.Context, id string, e submission.Event) error { return errLater }

// Takeover frees every lease of a dead holder, and of who itself those that ran
// out; what a dead holder left submitting becomes uncertain. It returns what it
// touched. A holder of whom it cannot be known is left alone; the error then
// tells of it after everything else was done.
func (l *Ledger) Takeover(ctx context.Context, who string) ([]Summary, error) { return nil, errLater }
