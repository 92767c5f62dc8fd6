package submission

import (
	"time"

	"example.com/lodge/carriers"
)

// An Actor is who may cause a move.
type Actor string

// The actors.
const (
	ByIntake    Actor = "intake"
	ByVisit     Actor = "visit"
	ByGate      Actor = "gate"
	ByTakeover  Actor = "takeover" // of a holder that is known dead
	ByReconcile Actor = "reconcile"
	ByMail      Actor = "mail"
	ByPerson    Actor = "person"
	ByRestore   Actor = "restore" // of a ledger that is older than the evidence
)

// A Kind says what happened.
type Kind string

// The kinds of events; the rows of the table that they can take are beside.
const (
	Arrived      Kind = "arrived"      // a file came: 1-5, 19-23
	FoundOnSite  Kind = "found"        // the look-before found it: 6
	Contradicted Kind = "contradicted" // found with other facts, or attempts spent: 7
	Postponed    Kind = "postponed"    // not now, later: 8, 24
	Intended     Kind = "intended"     // the intent: 9
	NotSent      Kind = "not-sent"     // proven: 10
	Answered     Kind = "answered"     // the carrier's own words for this invoice: 11
	Lost         Kind = "lost"         // anything else after an intent: 12
	LookedUp     Kind = "looked-up"    // a later look-up, or mail, has the carrier's word: 13, 16
	Absent       Kind = "absent"       // a look-up that did not show it: 14, 26
	Unsettled    Kind = "unsettled"    // cannot be settled by Lodge: 15, 51
	Reviewed     Kind = "reviewed"     // accepted, looked at again, and nothing follows: 50
	Decided      Kind = "decided"      // a person decided: 17, 18, 27-29, 31-39
	Held         Kind = "held"         // a person holds it back: 30
	Released     Kind = "released"     // a person ended a hold: 25
	Replaced     Kind = "replaced"     // an unreadable file can be read now, under its own key: 23
	Recovered    Kind = "recovered"    // the evidence has an attempt that the ledger does not know: 40-49
	Noted        Kind = "noted"        // history only; nothing moves: 2, late results
)

// An Event is something that happened to one submission. Which fields count
// depends on the kind; [Submission.Apply] says what is missing.
type Event struct {
	Kind  Kind      `json:"kind"`
	Actor Actor     `json:"actor"`
	Who   string    `json:"who"` // the holder's or the person's name
	Why   string    `json:"why"` // one sentence for people
	At    time.Time `json:"at"`  // on the ledger's clock

	Arrival   *Revision         `json:"arrival,omitempty"`   // Arrived; Recovered: the version that is not there
	Attempt   *Attempt          `json:"attempt,omitempty"`   // Intended, Recovered; Answered, NotSent, Lost: its id with what is now known
	Receipt   *carriers.Receipt `json:"receipt,omitempty"`   // FoundOnSite, Answered, LookedUp; Absent, Unsettled: what is there
	Filed     time.Time         `json:"filed,omitzero"`      // FoundOnSite, LookedUp: when the site says it took it in
	Within    time.Duration     `json:"within,omitempty"`    // how coarse Filed is: a site that shows days has the day's start and 24 h
	Look      *Look             `json:"look,omitempty"`      // Intended: the look-before; Absent, Unsettled, Reviewed: what was looked at
	Witnessed bool              `json:"witnessed,omitempty"` // Answered: a witness besides the result page agrees, or the carrier has none
	Evidence  []Proof           `json:"evidence,omitempty"`  // what was seen, beside that of the attempt
	Needs     carriers.Person   `json:"needs,omitempty"`     // who acts next, where the kind leaves it open
	Hold      Hold              `json:"hold,omitempty"`      // Postponed: what holds it; Released: HoldPerson where that is what ends
	NotBefore time.Time         `json:"not_before,omitzero"` // Postponed, Answered, Lost, LookedUp, Reviewed: when to look again
	Revision  int               `json:"revision,omitempty"`  // Decided, Recovered: which one is meant; 0: the current one
	Want      State             `json:"want,omitempty"`      // Decided: what the person wants
	// Decided with Submitted: what a person filed by hand shows up no later than this.
	SettleUntil time.Time `json:"settle_until,omitzero"`
}

// A Look is one look-up in which the site was asked and did not show the
// invoice as filed. The table decides what it proves.
type Look struct {
	At      time.Time `json:"at"`                // when it began, on the ledger's clock
	Visit   string    `json:"visit"`             // two looks of one visit are one
	Control bool      `json:"control,omitempty"` // the same search showed another invoice that is known to be there
	Mail    bool      `json:"mail,omitempty"`    // the mailbox was searched too, or the carrier sends none
	Trusted bool      `json:"trusted,omitempty"` // the carrier declares TrustAbsence
	Blind   string    `json:"blind,omitempty"`   // why the site cannot be asked; counts as the look-before only
}

// An Entry is one line of a submission's history: what became of one revision.
// The history is only added to, and [Replay] of it gives the submission again.
type Entry struct {
	Seq   int64 `json:"seq"`            // 1, 2, … within the submission
	Part  int   `json:"part,omitempty"` // 1, 2, … for what else one event moved; only part 0 carries all of the event
	Row   int   `json:"row"`            // of the table; 0 for a note
	From  State `json:"from,omitempty"`
	To    State `json:"to,omitempty"` // From again where nothing moved
	Fence int64 `json:"fence"`
	Event       // Revision is the one that this line is about
}
