// Package submission holds the states of a submission and the table of moves
// between them. It is pure: no I/O, no clock, no randomness. Nothing else in
// Lodge decides what may follow what; the ledger stores what [Submission.Apply]
// returns. The table is drawn in docs/states.md from this code.
//
//go:generate go run ./statesdoc ../../docs/states.md
package submission

import (
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// Hold says why a submission that could be worked on is not.
type Hold string

// The holds; "" is none.
const (
	HoldWindow      Hold = "window"      // outside the carrier's hours
	HoldPaused      Hold = "paused"      // the account or the carrier is paused by a person
	HoldPerson      Hold = "person"      // a person holds this submission back: see OnHold
	HoldCredentials Hold = "credentials" // the account's login was refused
	HoldCode        Hold = "code"        // waits for a one-time code
	HoldRevision    Hold = "revision"    // another revision of the invoice is under way
)

// A Lease is the right to act on a submission or an account. Until is on the
// ledger's clock. A lease that ended by time alone never moves a submission.
type Lease struct {
	Owner string    `json:"owner,omitempty"` // "" is nobody
	Until time.Time `json:"until,omitzero"`
}

// OnHold says who holds a submission back. While it is there nothing is filed;
// what was sent before is still looked up. It stays beside whatever else the
// submission waits for, through new revisions and takeovers, until a person ends
// it. The zero OnHold is none.
type OnHold struct {
	At  time.Time `json:"at"`
	Who string    `json:"who"`
	Why string    `json:"why"`
}

// IsZero says whether nobody holds it back.
func (h OnHold) IsZero() bool { return h.At.IsZero() }

// A Submission is the duty to bring one invoice to one account, with all
// revisions of its file. It is one item of the ledger.
type Submission struct {
	ID        string     `json:"id"`      // from the key
	Key       Key        `json:"key"`     //
	Carrier   string     `json:"carrier"` //
	Version   int64      `json:"version"` // grows by one with every stored change
	Seq       int64      `json:"seq"`     // of the last entry in its history
	Fence     int64      `json:"fence"`   // grows by one with every claim
	Lease     Lease      `json:"lease,omitzero"`
	NotBefore time.Time  `json:"not_before,omitzero"`
	Hold      Hold       `json:"hold,omitempty"`
	OnHold    OnHold     `json:"on_hold,omitzero"`
	Revisions []Revision `json:"revisions"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

// A Revision is one version of a submission's file.
type Revision struct {
	Number       int              `json:"number"` // 1, 2, … in the order of arrival
	State        State            `json:"state"`
	Since        time.Time        `json:"since,omitzero"` // when it came into that state; zero: a Lodge that did not keep it wrote it
	Object       Object           `json:"object"`
	Matter       string           `json:"matter,omitempty"`
	ClientMatter string           `json:"client_matter,omitempty"`
	Date         time.Time        `json:"date,omitzero"`
	Total        ledes.Amount     `json:"total"`
	Format       ledes.Format     `json:"format,omitempty"`
	Findings     []ledes.Finding  `json:"findings,omitempty"`   // what intake saw
	Receipt      carriers.Receipt `json:"receipt,omitzero"`     // the carrier's latest word
	ReceivedAt   time.Time        `json:"received_at,omitzero"` // when Lodge got that word
	ToldBy       string           `json:"told_by,omitempty"`    // the person who told Lodge that word; "": Lodge saw it itself
	ByHand       ByHand           `json:"by_hand,omitzero"`     // a person said that it was filed by hand
	Found        bool             `json:"found,omitempty"`      // it was on the site before Lodge sent anything
	Why          string           `json:"why,omitempty"`        // one sentence for people: what happened
	Needs        carriers.Person  `json:"needs,omitempty"`      // who acts next; "" is Lodge itself, or nobody
	Attempts     []Attempt        `json:"attempts,omitempty"`
	Looks        []Look           `json:"looks,omitempty"`   // since the last attempt or word, that found nothing; the last few
	Resumed      int              `json:"resumed,omitempty"` // attempts made before a person's last go-ahead
	Copies       []string         `json:"copies,omitempty"`  // other names under which the same bytes came; the first few
}

// ByHand is a person's word that a revision was filed at the site without Lodge.
type ByHand struct {
	At          time.Time `json:"at"`           // when the person said so
	SettleUntil time.Time `json:"settle_until"` // before this an absence says nothing
}

// IsZero says whether nobody said so.
func (h ByHand) IsZero() bool { return h.At.IsZero() }

// An Object is the file that a revision came from, and the copy that is filed.
type Object struct {
	Name  string `json:"name"`  // as found in the inbox; data, never used as a path again
	Path  string `json:"path"`  // of the staged copy of this one invoice, below the state folder
	SHA   string `json:"sha"`   // of the staged bytes, hex SHA-256; checked again before attaching
	Canon string `json:"canon"` // of the canonical bytes: BOM, line ends and trailing blanks do not count
	Size  int64  `json:"size"`

	// Of what came from a bucket, which tells what is newer; a folder does not.
	Version string    `json:"version,omitempty"` // the bucket's name for these bytes of the object
	At      time.Time `json:"at,omitzero"`       // when the bucket got them, by its clock, in whole seconds
	Nth     int       `json:"nth,omitempty"`     // of the versions of one object that it got in that second: 0, 1, …
}

// After says whether o is known to be newer than p: both came from a bucket, and o
// came later. Of two objects that came in the same second nobody knows, of two
// versions of one object the bucket does.
func (o Object) After(p Object) bool {
	if o.At.IsZero() || p.At.IsZero() {
		return false
	}
	return o.At.After(p.At) || o.At.Equal(p.At) && o.Name == p.Name && o.Nth > p.Nth
}

// An Attempt is one try at sending a revision. It is written with the intent,
// before anything leaves.
type Attempt struct {
	ID          string    `json:"id"` // ULID
	Fence       int64     `json:"fence"`
	Owner       string    `json:"owner"`
	SHA         string    `json:"sha"`          // of the bytes that were attached: Object.SHA of the revision
	Browser     string    `json:"browser"`      // build that held the request
	Request     string    `json:"request"`      // method and address of the held request, without a query
	IntendedAt  time.Time `json:"intended_at"`  // on the ledger's clock
	SettleUntil time.Time `json:"settle_until"` // before this an absence says nothing
	Sent        *bool     `json:"sent,omitempty"`
	Outcome     string    `json:"outcome,omitempty"` // status or network error, for people
	Evidence    []Proof   `json:"evidence,omitempty"`

	// Before are the refusals of this invoice that the carrier's site showed at the
	// look-before: they answer something else.
	Before []PastRefusal `json:"before,omitempty"`
}

// A PastRefusal is a carrier's refusal that an attempt came after, as far as its
// site tells one refusal from another.
type PastRefusal struct {
	Number string    `json:"number,omitempty"` // the carrier's
	At     time.Time `json:"at,omitzero"`      // when the site took in what it refused
}

// A Proof is one stored piece of evidence.
type Proof struct {
	Name string `json:"name"` // path below the evidence folder
	SHA  string `json:"sha"`  // hex SHA-256
}
