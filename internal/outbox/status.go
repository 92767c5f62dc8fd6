package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/submission"
)

// A Status is where a submission stands: what a status file holds.
type Status struct {
	Invoice
	Seq          int64             `json:"seq"` // of the last entry of its history; a file with a greater one is newer
	State        submission.State  `json:"state"`
	Since        time.Time         `json:"since,omitzero"`
	Found        bool              `json:"found,omitempty"` // it was on the site before Lodge sent anything
	Confirmation string            `json:"confirmation,omitempty"`
	Text         string            `json:"text,omitempty"` // the carrier's own words with which it refused or confirmed
	Needs        carriers.Person   `json:"needs,omitempty"`
	Hold         submission.Hold   `json:"hold,omitempty"`
	Attempts     int               `json:"attempts"`
	ArrivedAt    time.Time         `json:"arrived_at,omitzero"`
	SentAt       time.Time         `json:"sent_at,omitzero"`
	SaidAt       time.Time         `json:"said_at,omitzero"` // when the carrier's word came
	UpdatedAt    time.Time         `json:"updated_at"`
	Evidence     map[string]string `json:"evidence,omitempty"` // SHA-256 by name, of all attempts of this revision
}

// statusOf is where s stands: its current revision.
func statusOf(s submission.Submission) Status {
	sum, rev := ledger.Summarize(s), s.Current()
	status := Status{
		Invoice: invoiceOf(s, rev.Number, rev.State), Seq: s.Seq, State: rev.State, Since: sum.Since.UTC(), Found: rev.Found,
		Needs: carriers.Person(sum.Needs), Hold: sum.Hold, Attempts: sum.Attempts,
		ArrivedAt: sum.ArrivedAt, SentAt: sum.SentAt, SaidAt: sum.SaidAt, UpdatedAt: sum.UpdatedAt, Evidence: map[string]string{},
	}
	status.Confirmation, status.Text = said(rev.State, &rev.Receipt)
	for _, a := range rev.Attempts {
		for _, proof := range a.Evidence {
			status.Evidence[proof.Name] = proof.SHA
		}
	}
	return status
}

// StatusFiles is a [Receiver] that keeps one file for each submission:
// ACCOUNT/ID.json, a [Status]. Whoever reads it gets all of the old one or all of the
// new one. It lies outside of every inbox.
type StatusFiles struct {
	// Open opens where the files lie, for one write: a folder that could not be
	// written may be back by the next. What is an io.Closer is closed.
	Open func() (objects.Store, error)
}

// StatusFolder keeps the files in a folder of this machine, and makes the folder if it
// is not there.
func StatusFolder(path string) StatusFiles {
	return StatusFiles{func() (objects.Store, error) { return objects.MakeFolder(path) }}
}

var _ Receiver = StatusFiles{}

// accountRE is what an account may be called in lodge.yaml; nothing else becomes
// part of a path.
var accountRE = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

var idRE = regexp.MustCompile(`^[0-9a-z]{26}$`)

// Tell implements [Receiver]: one write, however many entries there are.
func (f StatusFiles) Tell(ctx context.Context, s submission.Submission, entries []submission.Entry, told func(int64) error) error {
	if !accountRE.MatchString(s.Key.Account) || !idRE.MatchString(s.ID) {
		unnamed := Event{Data: Data{Invoice: Invoice{Submission: s.ID}}}
		return &RefusedError{unnamed, "its account or id can be no file name: the operator looks at it"}
	}
	data, err := json.MarshalIndent(statusOf(s), "", "  ")
	if err != nil {
		return err
	}
	name := s.Key.Account + "/" + s.ID + ".json"
	if err := f.with(func(o objects.Store) error { return o.Put(ctx, name, append(data, '\n')) }); err != nil {
		return err
	}
	return told(entries[len(entries)-1].Seq)
}

// Test implements [Receiver]: it writes a file and takes it away.
func (f StatusFiles) Test(ctx context.Context) (string, error) {
	where := ""
	err := f.with(func(o objects.Store) error {
		where = o.Place("")
		if err := o.Put(ctx, config.StatusTest, []byte("{}\n")); err != nil {
			return err
		}
		return o.Remove(ctx, config.StatusTest)
	})
	return "files can be written below " + where, err
}

// with does one thing where the files lie.
func (f StatusFiles) with(do func(objects.Store) error) error {
	o, err := f.Open()
	if err != nil {
		return fmt.Errorf("status files: %w", err)
	}
	err = do(o)
	if c, ok := o.(io.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	return err
}
