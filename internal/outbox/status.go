package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/ledger"
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

// StatusFiles is a [Receiver] that keeps one file for each submission below
// Folder: ACCOUNT/ID.json, a [Status]. Whoever reads it gets all of the old one
// or all of the new one. The folder lies outside of every inbox.
type StatusFiles struct{ Folder string }

var _ Receiver = StatusFiles{}

// accountRE is what an account may be called in lodge.yaml; nothing else becomes
// part of a path.
var accountRE = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

var idRE = regexp.MustCompile(`^[0-9a-z]{26}$`)

// Tell implements [Receiver]: one write, however many entries there are.
func (f StatusFiles) Tell(_ context.Context, s submission.Submission, entries []submission.Entry, told func(int64) error) error {
	if !accountRE.MatchString(s.Key.Account) || !idRE.MatchString(s.ID) {
		unnamed := Event{Data: Data{Invoice: Invoice{Submission: s.ID}}}
		return &RefusedError{unnamed, "its account or id can be no file name: the operator looks at it"}
	}
	data, err := json.MarshalIndent(statusOf(s), "", "  ")
	if err != nil {
		return err
	}
	if err := f.write(s.Key.Account, s.ID+".json", append(data, '\n')); err != nil {
		return err
	}
	return told(entries[len(entries)-1].Seq)
}

// Test implements [Receiver]: it writes a file and takes it away.
func (f StatusFiles) Test(context.Context) (string, error) {
	const name = "lodge-test.json"
	if err := f.write(".", name, []byte("{}\n")); err != nil {
		return "", err
	}
	return "files can be written below " + f.Folder, os.Remove(filepath.Join(f.Folder, name))
}

func (f StatusFiles) write(dir, name string, data []byte) (err error) {
	if err := durable.Folder(f.Folder); err != nil {
		return err
	}
	root, err := os.OpenRoot(f.Folder)
	if err != nil {
		return fmt.Errorf("status files: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	if dir != "." {
		if err := durable.MkdirAll(root, dir); err != nil {
			return err
		}
	}
	return durable.Replace(root, path.Join(dir, name), data)
}
