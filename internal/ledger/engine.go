// Package ledger records what happened, to what, by whom. A [Ledger] keeps the
// rules; an [Engine] below it only stores. Whatever engine is used, the same
// suite proves it: package ledgertest.
package ledger

import (
	"context"
	"errors"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/breaker"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
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
	// CountOf returns how many submissions q chooses, whatever its Limit and After.
	CountOf(ctx context.Context, q Query) (int, error)
	// Counts returns how many submissions are in each account and state.
	Counts(ctx context.Context) ([]Count, error)
	// Groups returns what needs somebody, the alike of an account together, those
	// that have waited longest first.
	Groups(ctx context.Context) ([]Group, error)
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

	// Enrol has Store owe each entry to destination from now on, in the same
	// write. Nothing that is there already is owed. Again: nothing changes.
	Enrol(ctx context.Context, destination string) error
	// Dismiss forgets destination and what is owed to it; one that is not there too.
	Dismiss(ctx context.Context, destination string) error
	// Owed returns the submissions with entries that destination was not told of,
	// at most limit, in the order of ids, those after the id after ("": all). Its
	// cost depends on what is owed and not on how much is stored.
	Owed(ctx context.Context, destination, after string, limit int) ([]Owed, error)
	// Delivered raises the number up to which destination was told of a
	// submission to seq; it never falls. It leaves the submission and its version
	// alone, and an entry after seq stays owed, even one that is stored meanwhile.
	Delivered(ctx context.Context, destination, id string, seq int64) error

	// Name is the ledger's own name, of a-z, 0-9 and -, which no other ledger has.
	// It was given when the ledger was made; a backup keeps it.
	Name(ctx context.Context) (string, error)
	// Now is the ledger's clock.
	Now(ctx context.Context) (time.Time, error)
	Close() error
}

// A Query chooses submissions. Zero fields do not restrict. The order is that of
// DueBy, Unfiled, Needs or NeedsFirst, the first of them that is set; else, with
// From or To, that of arrival; else that of ids.
type Query struct {
	Account, Carrier, Invoice string
	States                    []submission.State
	DueBy                     time.Time         // due no later than this; look-ups first, then ready, then accepted, oldest first
	Unfiled                   bool              // it has a date and the carrier has it not; oldest date first
	DatedFrom, DatedTo        time.Time         // the invoice's date is in [DatedFrom, DatedTo)
	Needs                     []carriers.Person // one of these acts; longest waiting first
	Alike                     string            // of this Summary.Alike
	From, To                  time.Time         // arrived in [From, To); oldest first
	Held                      *bool             // leased by somebody, or by nobody
	After                     string            // the last id of the page before; not with DueBy
	Limit                     int               // 0: 1,000
	NeedsFirst                bool              // what needs somebody comes first, then the newest
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
	Client       string           `json:"client"` // the carrier's id for its line of business, of the LEDES file
	Matter       string           `json:"matter"` // the firm's
	Date         time.Time        `json:"date,omitzero"`
	Total        ledes.Amount     `json:"total"`
	Revision     int              `json:"revision"`
	State        submission.State `json:"state"`
	Since        time.Time        `json:"since,omitzero"` // when it came into that state, or began to need somebody
	Hold         submission.Hold  `json:"hold,omitempty"`
	Confirmation string           `json:"confirmation"`
	Text         string           `json:"text"`            // the carrier's words, or why Lodge stopped
	Alike        string           `json:"alike,omitempty"` // Text without what is the invoice's own, if somebody is needed
	Attempts     int              `json:"attempts"`
	Sends        int              `json:"sends"` // of the attempts, those that left or may have left
	Needs        string           `json:"needs"` // biller, operator, author or ""
	Found        bool             `json:"found,omitempty"`
	Owner        string           `json:"owner,omitempty"`
	Object       string           `json:"object"`
	ArrivedAt    time.Time        `json:"arrived_at,omitzero"` // its first file
	SentAt       time.Time        `json:"sent_at,omitzero"`    // the last intent that left or may have left
	SaidAt       time.Time        `json:"said_at,omitzero"`    // when the carrier's latest word came
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

// A Group is what needs one of the people for the same reason in one account.
type Group struct {
	Needs   carriers.Person
	Account string
	Carrier string
	State   submission.State
	Alike   string
	N       int
	Since   time.Time // of the one that has waited longest
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
	Unknown   int         `json:"unknown,omitempty"`   // logins since the last that succeeded of which it was never learned how they ended
	Suspended *Suspension `json:"suspended,omitempty"` // no login until a person or a new secret lifts it
	Paused    *Pause      `json:"paused,omitempty"`    // by a person; beside a suspension, and never in its place
	LastSent  time.Time   `json:"last_sent,omitzero"`  // for the carrier's pace
	Notes     []Note      `json:"notes,omitempty"`     // the last of them, oldest first

	Turn *submission.Lease `json:"turn,omitempty"` // of the item of a destination's turn, which is no login: [Ledger.TakeTurn]

	Chain    submission.Head `json:"chain,omitzero"`     // of the account's evidence
	PrunedAt time.Time       `json:"pruned_at,omitzero"` // when old evidence was last looked for

	Site   *breaker.State `json:"site,omitempty"`   // of the item of a carrier's site, which is no login: [Ledger.Sites]
	Slots  *Slots         `json:"slots,omitempty"`  // of the item of all slots, which is no login: [Ledger.Slots]
	Strays *Strays        `json:"strays,omitempty"` // of the item of what arrived and belongs to nobody: [Ledger.Strays]
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

// A Pause is a person's word that an account is not to be visited.
type Pause struct {
	At  time.Time `json:"at"`
	Who string    `json:"who"`
	Why string    `json:"why"`
}

// A Suspension stops an account everywhere.
type Suspension struct {
	At            time.Time `json:"at"`
	Kind          string    `json:"kind"` // of carriers.Kind
	Why           string    `json:"why"`
	SecretVersion string    `json:"secret_version"` // another one lifts it; "": only a person does
}
