package portal

import (
	"strings"
	"time"
)

// A Status is how far an invoice has come at the portal.
type Status string

// The statuses. A site shows them in words of its own.
const (
	Processing Status = "processing"
	Accepted   Status = "accepted"
	Rejected   Status = "rejected"
	Duplicate  Status = "duplicate" // refused at once: the portal holds the invoice already
)

// A Record is one invoice that the portal took in, or refused as a duplicate.
type Record struct {
	ID           string    `json:"id"` // the portal's own: U-000017
	Firm         string    `json:"firm"`
	Number       string    `json:"number"`
	Client       string    `json:"client"`
	Matter       string    `json:"matter"`
	Amount       Money     `json:"amount"`
	By           string    `json:"by"` // the person's name
	Hand         bool      `json:"hand,omitempty"`
	TakenAt      time.Time `json:"taken_at"`
	DueAt        time.Time `json:"due_at"`  // until then it is being processed
	Verdict      Status    `json:"verdict"` // what shows from then on
	Reasons      []string  `json:"reasons,omitempty"`
	Confirmation string    `json:"confirmation,omitempty"`
	Earlier      string    `json:"earlier,omitempty"` // the record that this one is a duplicate of
	Again        bool      `json:"again,omitempty"`   // it came through the form while an earlier upload was alive

	ListedAt    time.Time `json:"listed_at"`              // the history shows it from then on
	GoneAt      time.Time `json:"gone_at,omitzero"`       // and from then on no more; zero: it stays
	Unconfirmed bool      `json:"unconfirmed,omitempty"`  // the history leaves out its confirmation number
	TurnsAt     time.Time `json:"turns_at,omitzero"`      // an accepted invoice is rejected then
	TurnsReason string    `json:"turns_reason,omitempty"` //
}

// Status is how far the invoice has come at t.
func (r Record) Status(t time.Time) Status {
	switch {
	case r.Verdict == Duplicate:
		return Duplicate
	case t.Before(r.DueAt):
		return Processing
	case r.turned(t):
		return Rejected
	default:
		return r.Verdict
	}
}

// Why are the reasons of a rejection at t, in one sentence or several.
func (r Record) Why(t time.Time) string {
	if r.turned(t) {
		return r.TurnsReason
	}
	return strings.Join(r.Reasons, " ")
}

func (r Record) turned(t time.Time) bool {
	return r.Verdict == Accepted && !r.TurnsAt.IsZero() && !t.Before(r.TurnsAt)
}

// alive says whether the portal holds the invoice at t, so that another with
// its number is a duplicate. A rejected invoice may be sent again.
func (r Record) alive(t time.Time) bool {
	s := r.Status(t)
	return s == Processing || s == Accepted
}
