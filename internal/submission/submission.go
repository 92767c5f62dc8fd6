// Package submission holds the states of a submission and the table of moves
// between them. It is pure: no I/O, no clock, no randomness. Nothing else in
// Lodge decides what may follow what; the ledger stores what [Submission.Apply]
// returns. The table is drawn in docs/states.md from this code.
package submission

import (
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// A Key is what makes two files the same duty. It is read from the LEDES
// content, never from the file's name. Object is set instead of the last three
// for a file whose content could not be read.
type Key struct {
	Account   string `json:"account"`
	LawFirmID string `json:"law_firm_id,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	Number    string `json:"number,omitempty"`
	Object    string `json:"object,omitempty"`
}

// State is how far a revision has come.
type State string

// The states. Their drawing with every move is docs/states.md.
const (
	Ready       State = "ready"        // to be filed; nothing was sent, or it is proven that nothing was
	Submitting  State = "submitting"   // the intent is written; the request may leave
	Uncertain   State = "uncertain"    // it may have been filed: only a look-up or a person decides
	Submitted   State = "submitted"    // the carrier's site took it in; its checks still run
	Accepted    State = "accepted"     // the carrier's site holds it as submitted and its checks passed
	Rejected    State = "rejected"     // the carrier refused it, with its reason
	NeedsPerson State = "needs_person" // Lodge may not decide
	Quarantined State = "quarantined"  // the file is not fit to be filed; reasons are kept
	Superseded  State = "superseded"   // another revision took its place before anything was sent
	Cancelled   State = "cancelled"    // a person ended the duty
)

// Hold says why a submission that could be worked on is not.
type Hold string

// The holds; "" is none.
const (
	HoldWindow      Hold = "window"      // outside the carrier's hours
	HoldPaused      Hold = "paused"      // the account or the carrier is paused by a person
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
	Revisions []Revision `json:"revisions"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

// A Revision is one version of a submission's file.
type Revision struct {
	Number       int              `json:"number"` // 1, 2, … in the order of arrival
	State        State            `json:"state"`
	Object       Object           `json:"object"`
	Matter       string           `json:"matter,omitempty"`
	ClientMatter string           `json:"client_matter,omitempty"`
	Date         time.Time        `json:"date,omitzero"`
	Total        ledes.Amount     `json:"total"`
	Format       ledes.Format     `json:"format,omitempty"`
	Findings     []ledes.Finding  `json:"findings,omitempty"` // what intake saw
	Receipt      carriers.Receipt `json:"receipt,omitzero"`   // the carrier's latest word
	Found        bool             `json:"found,omitempty"`    // it was on the site before Lodge sent anything
	Why          string           `json:"why,omitempty"`      // one sentence for people: what happened
	Needs        carriers.Person  `json:"needs,omitempty"`    // who acts next; "" is Lodge itself, or nobody
	Attempts     []Attempt        `json:"attempts,omitempty"`
	Granted      int              `json:"granted,omitempty"` // sends that people allowed beyond the limit
}

// An Object is the file that a revision came from, and the copy that is filed.
type Object struct {
	Name  string `json:"name"`  // as found in the inbox; data, never used as a path again
	Path  string `json:"path"`  // of the staged copy of this one invoice, below the state folder
	SHA   string `json:"sha"`   // of the staged bytes, hex SHA-256; checked again before attaching
	Canon string `json:"canon"` // of the canonical bytes: BOM, line ends and trailing blanks do not count
	Size  int64  `json:"size"`
}

// An Attempt is one try at sending a revision. It is written with the intent,
// before anything leaves.
type Attempt struct {
	ID          string    `json:"id"` // ULID
	Fence       int64     `json:"fence"`
	Owner       string    `json:"owner"`
	Browser     string    `json:"browser"`      // build that held the request
	Request     string    `json:"request"`      // method and address of the held request, without a query
	IntendedAt  time.Time `json:"intended_at"`  // on the ledger's clock
	SettleUntil time.Time `json:"settle_until"` // before this an absence says nothing
	Sent        *bool     `json:"sent,omitempty"`
	Outcome     string    `json:"outcome,omitempty"` // status or network error, for people
	Evidence    []Proof   `json:"evidence,omitempty"`
	Looks       []Look    `json:"looks,omitempty"` // that found nothing, oldest first, the last few
}

// A Proof is one stored piece of evidence.
type Proof struct {
	Name string `json:"name"` // path below the evidence folder
	SHA  string `json:"sha"`  // hex SHA-256
}
