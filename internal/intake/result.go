package intake

import (
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// A Status says what a scan did with a file.
type Status string

// The statuses.
const (
	Taken       Status = "taken"       // its invoices are registered
	Quarantined Status = "quarantined" // registered as not fit to be filed, with findings
	Unchanged   Status = "unchanged"   // taken before and not changed since
	Waiting     Status = "waiting"     // somebody may still be writing it; a later scan takes it
	Old         Status = "old"         // from before the watermark: not registered until adopted
	Left        Status = "left"        // could not be taken, see Err; a later scan tries again
	Gone        Status = "gone"        // it was there, and was deleted before it was read: nothing to do
	Overtaken   Status = "overtaken"   // a newer version of it is registered already: nothing moved
)

// A Result tells what a scan did with one file, or with a folder if File is "".
type Result struct {
	Account  string // the folder's name, escaped where it could do harm when shown
	File     string // the file's name, likewise
	Status   Status
	Verdict  ledes.Verdict // of Taken and Quarantined
	Findings []ledes.Finding
	Invoices []Invoice       // of Taken: one for each invoice of the file
	Err      error           // of Left: what happened
	Needs    carriers.Person // who acts next; Nobody: a later scan, or nothing to do
	Until    time.Time       // of Waiting: when a scan may take it
}

// An Invoice tells what one invoice of a file became.
type Invoice struct {
	Number string
	Total  ledes.Amount
	ID     string // of its submission
	Row    int    // of the table in docs/states.md
	Became Became
}

// Became says what an invoice became in the ledger.
type Became string

// What an invoice may become.
const (
	First     Became = "first"        // a submission that was not there before
	Revised   Became = "revised"      // the next revision of a submission; it will be filed
	Known     Became = "known"        // the same bytes were here before: nothing moved
	ForPerson Became = "needs-person" // a person decides, since an earlier revision may be with the carrier
	Late      Became = "late"         // a newer file of the invoice is registered already: nothing moved
)

// became reads from the ledger's answer what an invoice became.
func became(r ledger.Registered) Became {
	revisions := r.Submission.Revisions
	switch {
	case r.Known:
		return Known
	case r.Late:
		return Late
	case len(revisions) > 0 && revisions[len(revisions)-1].State == submission.NeedsPerson:
		return ForPerson
	case len(revisions) > 1:
		return Revised
	default:
		return First
	}
}
