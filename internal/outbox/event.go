package outbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// An Event is what a receiver is told of one entry of a submission's history, in
// the shape that Standard Webhooks recommends. The same entry gives the same
// event each time.
type Event struct {
	ID        string    `json:"-"`         // the webhook-id
	Type      string    `json:"type"`      // one of [Types]
	Timestamp time.Time `json:"timestamp"` // when it happened, on the ledger's clock
	Data      Data      `json:"data"`
}

// Data are the facts of an [Event]. There is no field for what an invoice says
// in words, nor for what Lodge says about it, which may quote the invoice.
type Data struct {
	Invoice
	Seq          int64              `json:"seq"`            // of the entry within the submission; grows
	From         submission.State   `json:"from,omitempty"` // "": this revision came
	To           submission.State   `json:"to,omitempty"`   // From again where nothing moved
	By           submission.Actor   `json:"by"`             // what caused it; "person": the carrier's word is as a person told it
	Found        bool               `json:"found,omitempty"`
	Confirmation string             `json:"confirmation,omitempty"` // the carrier's number
	Text         string             `json:"text,omitempty"`         // the carrier's own words with which it refused or confirmed
	Needs        carriers.Person    `json:"needs,omitempty"`        // who acts next: biller, operator, author
	Evidence     []submission.Proof `json:"evidence,omitempty"`     // names and hashes
}

// Invoice is what an invoice is known by.
type Invoice struct {
	Submission string `json:"submission"` // Lodge's id: the same for ever
	Account    string `json:"account"`
	Carrier    string `json:"carrier"`
	Number     string `json:"invoice,omitempty"`
	ClientID   string `json:"client_id,omitempty"`
	Matter     string `json:"matter,omitempty"` // the firm's
	Revision   int    `json:"revision"`
}

// A Type is one type of event and what it means.
type Type struct {
	Name  string
	kind  submission.Kind  // of an entry that moved nothing; "": of any that moved
	to    submission.State // that the revision came into
	Means string
}

// Types returns the types of events. Entries that none of them fits are kept in
// the history and told to nobody.
func Types() []Type {
	return []Type{
		{"invoice.ready", "", submission.Ready, "it is to be filed"},
		{"invoice.quarantined", "", submission.Quarantined, "its file is not fit to be filed: the biller mends it"},
		{"invoice.submitting", "", submission.Submitting, "it is being sent"},
		{"invoice.submitted", "", submission.Submitted, "the carrier's site took it in; its checks still run"},
		{"invoice.accepted", "", submission.Accepted, "the carrier's site holds it and its checks passed"},
		{"invoice.rejected", "", submission.Rejected, "the carrier refused it; text has the reason"},
		{"invoice.uncertain", "", submission.Uncertain, "it may have been filed: Lodge looks it up"},
		{"invoice.needs_person", "", submission.NeedsPerson, "Lodge may not decide: a person does"},
		{"invoice.superseded", "", submission.Superseded, "another version of its file took its place"},
		{"invoice.cancelled", "", submission.Cancelled, "a person ended the duty"},
		{"invoice.held", submission.Held, submission.None, "a person holds it back"},
		{"invoice.released", submission.Released, submission.None, "what held it back has ended"},
	}
}

// eventOf is the event of an entry of s; false: nobody is told of it.
func eventOf(s submission.Submission, e submission.Entry) (Event, bool) {
	moved := e.From != e.To
	types := Types()
	i := slices.IndexFunc(types, func(t Type) bool {
		return moved && t.kind == "" && t.to == e.To || !moved && t.kind == e.Kind
	})
	if i < 0 {
		return Event{}, false
	}
	data := Data{
		Invoice: invoiceOf(s, e.Revision, e.From, e.To), Seq: e.Seq, From: e.From, To: e.To, By: e.Actor,
		Found: e.Kind == submission.FoundOnSite, Evidence: e.Evidence,
	}
	if moved {
		data.Needs = needs(e)
		data.Confirmation, data.Text = said(e.To, e.Receipt)
	}
	if e.Attempt != nil {
		data.Evidence = slices.Concat(e.Evidence, e.Attempt.Evidence)
	}
	return Event{ID: idOf(s.ID, e), Type: types[i].Name, Timestamp: e.At.UTC(), Data: data}, true
}

// needs is who acts after an entry that moved a revision.
func needs(e submission.Entry) carriers.Person {
	who := e.Needs
	if e.From == submission.None && e.Arrival != nil {
		who = cmp.Or(who, e.Arrival.Needs)
	}
	return cmp.Or(who, e.To.Acts())
}

// said is the carrier's number and words as far as a revision's state rests on
// them. Its words on a draft, or on what does not fit, are not passed on.
func said(state submission.State, r *carriers.Receipt) (confirmation, text string) {
	if r == nil {
		return "", ""
	}
	fits := map[submission.State][]carriers.ReceiptState{
		submission.Submitted: {carriers.StateReceived, carriers.StateAccepted},
		submission.Accepted:  {carriers.StateAccepted},
		submission.Rejected:  {carriers.StateRejected},
	}
	if !slices.Contains(fits[state], r.State) {
		return "", ""
	}
	return r.Number, cmp.Or(r.Text, r.Status)
}

// plain is what numbers and ids look like, as opposed to a sentence.
var plain = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_/#-]|\.[0-9]){0,23}$`)

// invoiceOf is what a revision of s is known by. What stands in the fields of a
// file that is not fit to be filed may be anything, a narrative that slipped into
// another column for one: it is passed on only if it looks like a number. A file's
// name never is.
func invoiceOf(s submission.Submission, revision int, states ...submission.State) Invoice {
	inv := Invoice{
		Submission: s.ID, Account: s.Key.Account, Carrier: s.Carrier, Number: s.Key.Number, ClientID: s.Key.ClientID, Revision: revision,
	}
	unfit := slices.Contains(states, submission.Quarantined)
	for _, r := range s.Revisions {
		if r.Number == revision {
			inv.Matter = r.Matter
			unfit = unfit || slices.ContainsFunc(r.Findings, func(f ledes.Finding) bool { return f.Severity == ledes.Reject })
		}
	}
	if !unfit {
		return inv
	}
	for _, text := range []*string{&inv.Number, &inv.ClientID, &inv.Matter} {
		if !plain.MatchString(*text) {
			*text = ""
		}
	}
	return inv
}

// idOf names an entry: the same for the same entry on every delivery, and another
// for another entry that has its number, which a ledger that was restored from a
// backup may give again.
func idOf(id string, e submission.Entry) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %d %d %s %q %q %s",
		id, e.Seq, e.At.UnixNano(), e.Row, e.Revision, e.Kind, e.From, e.To, e.Actor))
	return fmt.Sprintf("evt_%s_%d_%s", id, e.Seq, hex.EncodeToString(sum[:6]))
}
