package ledger

import (
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

// Errors of the rules, wrapped with what they are about.
var (
	ErrHeld       = errors.New("somebody else is working on it")
	ErrStale      = errors.New("the lease was taken over")
	ErrSuspended  = errors.New("the account is suspended")
	ErrUnanswered = errors.New("it was never learned how an earlier login ended")
)

// A HeldError is an [ErrHeld] that says who has it.
type HeldError struct {
	What  string // the submission or the account, for people
	Lease submission.Lease
}

// Error implements error.
func (e *HeldError) Error() string {
	return fmt.Sprintf("%s: %s has it until %s, or until that program is known to have ended",
		e.What, e.Lease.Owner, e.Lease.Until.Format(time.RFC3339))
}

// Is makes errors.Is find [ErrHeld].
func (e *HeldError) Is(target error) bool { return target == ErrHeld }

// A SuspendedError is an [ErrSuspended] that says why, and who acts.
type SuspendedError struct {
	Account string
	Suspension
}

// Acts says who acts next.
func (e *SuspendedError) Acts() carriers.Person { return carriers.Kind(e.Kind).Acts() }

// Error implements error.
func (e *SuspendedError) Error() string {
	return fmt.Sprintf("account %s is suspended since %s: %s; the %s acts",
		e.Account, e.At.Format(time.RFC3339), e.Why, e.Acts())
}

// Is makes errors.Is find [ErrSuspended].
func (e *SuspendedError) Is(target error) bool { return target == ErrSuspended }
