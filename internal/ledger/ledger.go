package ledger

import (
	"context"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/submission"
)

// A Ledger is the one place that moves submissions. Every method is one or more
// conditional writes; a method that fails has changed nothing, or says what.
type Ledger struct {
	engine  Engine
	clock   clock.Clock
	holders Holders
}

// Holders tells whether the holder of a lease still lives. It must never say
// dead of one that might act again.
type Holders interface {
	Dead(ctx context.Context, owner string) (bool, error)
}

// A Claim is a held lease: what a visit shows with each write, and how long it
// may act. Deadline is on [clock.Clock].Boot, counted from before the claim.
type Claim struct {
	ID       string // of the submission, or the account's name
	Owner    string
	Fence    int64
	Deadline time.Duration
}

// New returns a ledger over e.
func New(e Engine, c clock.Clock, h Holders) *Ledger { return &Ledger{e, c, h} }

// Registered says what an arrival became.
type Registered struct {
	Submission submission.Submission
	Row        int  // of the table
	Known      bool // the same bytes were here before: nothing moved
}

var _ = []any{carriers.Nobody, time.Second, context.Background}
