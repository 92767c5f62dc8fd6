// Package ledger records what happened, to what, by whom. A [Ledger] keeps the
// rules; an [Engine] below it only stores. Whatever engine is used, the same
// suite proves it: package ledgertest.
package ledger

import (
	"context"
	"errors"
	"time"

	"example.com/lodge/internal/submission"
)

// Errors that an engine returns, wrapped with what it was about.
var (
	ErrNotFound = errors.New("not in the ledger")
	ErrConflict = errors.New("somebody else changed it first")
	ErrNewer    = errors.New("the ledger was written by a newer Lodge: update this program")
	ErrBusy     = errors.New("the ledger is locked by another program")
	ErrValue    = errors.New("not a value that a ledger can keep")
)

// An Engine stores items durably. Each Store is one atomic conditional write:
// when it has returned without an error, a power cut loses nothing of it. An
// error other than ErrConflict leaves it open whether it was stored; an engine
// whose answers can get lost looks before it says ErrConflict. Items are values;
// an engine neither reads nor changes their meaning. IDs and names that are
// empty, or hold a NUL or invalid UTF-8, are refused with ErrValue; all other
// texts come back byte for byte.
type Engine interface {
	// Load returns a submission, or ErrNotFound.
	Load(ctx context.Context, id string) (submission.Submission, error)
	// Store writes s and appends entries to its history if the stored version is
	// s.Version-1 (for 1: if there is none), else nothing and ErrConflict.
	Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error
	// List returns summaries in the order of Query, at most q.Limit.
	List(ctx context.Context, q Query) ([]Summary, error)
	// Counts returns how many submissions are in each account and state.
	Counts(ctx context.Context) ([]Count, error)
	// History returns a submission's entries, oldest first.
	History(ctx context.Context, id string) ([]submission.Entry, error)

	// NextDue returns, for each account that has any, when the earliest
	// submission that nobody holds is due, in the order of account names.
	NextDue(ctx context.Context) ([]Due, error)

	// Accounts returns every account's item, in the order of names.
	Accounts(ctx context.Context) ([]Account, error)
	// LoadAccount returns an account's item, or a zero one with its name.
	LoadAccount(ctx context.Context, name string) (Account, error)
	// StoreAccount writes a if the stored version is a.Version-1, else ErrConflict.
	StoreAccount(ctx context.Context, a Account) error

	// Now is the ledger's clock.
	Now(ctx context.Context) (time.Time, error)
	Close() error
}

// A Query chooses submissions. Zero fields do not restrict. The order is that of
// DueBy if it is set, else that of NeedsFirst, else by id.
type Query struct {
	Account, Carrier, Invoice string
	States                    []submission.State
	DueBy                     time.Time // due no later than this; look-ups first, then ready, oldest first
	Held                      *bool     // leased by somebody, or by nobody
	After                     string    // the last id of the page before; not with DueBy
	Limit                     int       // 0: 1,000
	NeedsFirst                bool      // what needs somebody comes first, then the newest
}

// Max is how many summaries q asks for at most.
func (q Query) Max() int {
	if q.Limit <= 0 {
		return 1000
	}
	return q.Limit
}

// A Summary is what lists show of a submission: its current revision.
type Summary struct {
	ID           string           `json:"id"`
	Account      string           `json:"account"`
	Carrier      string           `json:"carrier"`
	Invoice      string           `json:"invoice"`
	Revision     int              `json:"revision"`
	State        submission.State `json:"state"`
	Hold         submission.Hold  `json:"hold,omitempty"`
	Confirmation string           `json:"confirmation"`
	Text         string           `json:"text"` // the carrier's words, or why Lodge stopped
	Attempts     int              `json:"attempts"`
	Needs        string           `json:"needs"` // biller, operator, author or ""
	Found        bool             `json:"found,omitempty"`
	Owner        string           `json:"owner,omitempty"`
	Object       string           `json:"object"`
	NotBefore    time.Time        `json:"not_before,omitzero"`
	DueAt        time.Time        `json:"due_at,omitzero"` // zero: nothing for Lodge to do
	UpdatedAt    time.Time        `json:"updated_at"`
}

// A Count is how many submissions of an account are in a state.
type Count struct {
	Account string
	State   submission.State
	N       int
}

// A Due says when an account has work.
type Due struct {
	Account string
	At      time.Time
}

// An Account is the ledger's item for one login: who visits now, and whether
// anybody may.
type Account struct {
	Name      string      `json:"name"`
	Version   int64       `json:"version"`
	Fence     int64       `json:"fence"`
	Visits    []Visiting  `json:"visits,omitempty"`    // those under way
	Login     *Login      `json:"login,omitempty"`     // written before anything is typed
	Suspended *Suspension `json:"suspended,omitempty"` // no login until a person lifts it
	LastSent  time.Time   `json:"last_sent,omitzero"`  // for the carrier's pace
	Notes     []Note      `json:"notes,omitempty"`     // the last of them, oldest first

	Chain    submission.Head `json:"chain,omitzero"`     // of the account's evidence
	PrunedAt time.Time       `json:"pruned_at,omitzero"` // when old evidence was last looked for
}

// A Visiting is the lease of one visit to an account.
type Visiting struct {
	Fence int64 `json:"fence"` // of the account when the visit entered
	submission.Lease
}

// A Note is one line about an account, for people.
type Note struct {
	At  time.Time `json:"at"`
	Who string    `json:"who"`
	Why string    `json:"why"`
}

// A Login is an attempt to log in that has begun and not been answered.
type Login struct {
	Owner string    `json:"owner"`
	Fence int64     `json:"fence"` // of the visit
	At    time.Time `json:"at"`
}

// A Suspension stops an account everywhere.
type Suspension struct {
	At            time.Time `json:"at"`
	Kind          string    `json:"kind"` // of carriers.Kind
	Why           string    `json:"why"`
	SecretVersion string    `json:"secret_version"` // another one lifts it; "": only a person does
}
