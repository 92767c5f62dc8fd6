package backup

import (
	"fmt"
	"time"

	"example.com/lodge/internal/ledger/sqlite"
)

// A NewerError refuses a restore: the present ledger has what the backup lacks.
type NewerError struct {
	sqlite.Difference
	Manifest   Manifest
	Unreadable error // the present ledger cannot be compared
}

// Error implements error.
func (e *NewerError) Error() string {
	if e.Unreadable != nil {
		return fmt.Sprintf("the present ledger cannot be compared with the backup, so it cannot be told what would be lost: %v", e.Unreadable)
	}
	return fmt.Sprintf("the present ledger is newer than the backup of %s: changed since: submissions %d, accounts %d, the last at %s",
		e.Manifest.MadeAt.Format(time.RFC3339), e.Submissions, e.Accounts, e.Latest.Format(time.RFC3339))
}

// Unwrap returns why the present ledger could not be read.
func (e *NewerError) Unwrap() error { return e.Unreadable }
