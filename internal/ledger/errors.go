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
	ErrPaused     = errors.New("the account is paused by a person")
	ErrOnHold     = errors.New("a person holds it back")
	ErrUnanswered = errors.New("it was never learned how an earlier login ended")
)

// A HeldError is an [ErrHeld] that says who has it.
type HeldError struct {
	What    string // the submission or the account, for people
	Lease   submission.Lease
	Unknown error // why it cannot be known whether the holder lives; nil: it does
}

// Error implements error.
func (e *HeldError) Error() string {
	if e.Unknown != nil {
		return fmt.Sprintf("%s: %s has it, and it cannot be known whether that program still runs: %v; the operator acts",
			e.What, e.Lease.Owner, e.Unknown)
	}
	return fmt.Sprintf("%s: %s has it, and still runs; its lease ends at %s",
		e.What, e.Lease.Owner, e.Lease.Until.Format(time.RFC3339))
}

// Unwrap returns why the holder is not known.
func (e *HeldError) Unwrap() error { return e.Unknown }

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

// A PausedError is an [ErrPaused] that says who paused the account, and why.
type PausedError struct {
	Account string
	Pause
}

// Error implements error.
func (e *PausedError) Error() string {
	return fmt.Sprintf("account %s is paused by %s since %s: %s; the operator acts", e.Account, e.Who, e.At.Format(time.RFC3339), e.Why)
}

// Is makes errors.Is find [ErrPaused].
func (e *PausedError) Is(target error) bool { return target == ErrPaused }

// An OnHoldError is an [ErrOnHold] that says who holds the submission back, and
// why.
type OnHoldError struct {
	What string // the submission, for people
	submission.OnHold
}

// Error implements error.
func (e *OnHoldError) Error() string {
	return fmt.Sprintf("%s: %s holds it back since %s: %s", e.What, e.Who, e.At.Format(time.RFC3339), e.Why)
}

// Is makes errors.Is find [ErrOnHold].
func (e *OnHoldError) Is(target error) bool { return target == ErrOnHold }
