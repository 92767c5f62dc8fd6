package ledger

import (
	"errors"
	"fmt"
	"time"

	"example.com/lodge/carriers"
)

// Errors of the rules, wrapped with what they are about.
var (
	ErrHeld       = errors.New("somebody else is working on it")
	ErrStale      = errors.New("the lease was taken over")
	ErrSuspended  = errors.New("the account is suspended")
	ErrUnanswered = errors.New("an earlier login was never answered")
)

var errLater = errors.New("ledger: being built")

// A SuspendedError is an [ErrSuspended] with its reason.
type SuspendedError struct {
	Account string
	Suspension
}

// Acts says who acts next.
func (e *SuspendedError) Acts() carriers.Person { return carriers.Kind(e.Kind).Acts() }

// Error implements error.
func (e *SuspendedError) Error() string {
	return fmt.Sprintf("account %s: suspended since %s: %s: the %s acts",
		e.Account, e.At.Format(time.RFC3339), e.Why, e.Acts())
}

// Is implements the errors package's protocol.
func (e *SuspendedError) Is(target error) bool { return target == ErrSuspended }
