package main

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/submission"
)

// TestUntold: status tells the operator who has not been told for an hour, and
// says nothing of what is on its way.
func TestUntold(t *testing.T) {
	for name, c := range map[string]struct {
		ago  time.Duration
		exit exit
	}{"for three hours": {3 * time.Hour, exitPerson}, "for a minute": {time.Minute, exitDone}} {
		t.Run(name, func(t *testing.T) {
			w := keeps(t, newBooks(t))
			settings, err := w.app.settings()
			if err != nil {
				t.Fatal(err)
			}
			if err := settings.MakeFolders(); err != nil {
				t.Fatal(err)
			}
			e, err := sqlite.Open(t.Context(), settings.Ledger())
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Enrol(t.Context(), "books"); err != nil {
				t.Fatal(err)
			}
			key := submission.Key{Account: "firm-harbor", LawFirmID: "12-345", ClientID: "C1", Number: "INV-1"}
			at := time.Now().Add(-c.ago)
			s := submission.Submission{ID: key.ID(), Key: key, Carrier: "harbor", Version: 1, Seq: 1, CreatedAt: at, UpdatedAt: at,
				Revisions: []submission.Revision{{Number: 1, State: submission.Accepted}}}
			entry := submission.Entry{Seq: 1, To: submission.Accepted, Event: submission.Event{Kind: submission.Arrived, At: at}}
			if err := e.Store(t.Context(), s, []submission.Entry{entry}); err != nil {
				t.Fatal(err)
			}
			out := w.must(c.exit, "status")
			if c.exit == exitPerson {
				said(t, out, "but who is to be told of them cannot be", "SENDING BACK: books has not been told of 1 invoice since", "outbox test books")
			}
			l, err := w.ledger(t.Context(), settings)
			if err != nil {
				t.Fatal(err)
			}
			items, err := (&works{app: w.app, config: settings, ledger: l, tellers: &tellers{}}).needs(t.Context(), round{})
			if err = errors.Join(err, l.Close()); err != nil {
				t.Fatal(err)
			}
			told := slices.ContainsFunc(items, func(i notify.Item) bool {
				return i.What == notify.Untold && i.Who == carriers.Operator && i.Destination == "books" && i.Waiting == 1 && !i.Since.IsZero()
			})
			if told != (c.exit == exitPerson) {
				t.Errorf("people are told of %+v", items)
			}
			if err := e.Delivered(t.Context(), "books", s.ID, 1); err != nil {
				t.Fatal(err)
			}
			said(t, w.must(exitDone, "status"), "Nothing needs anybody.")
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
