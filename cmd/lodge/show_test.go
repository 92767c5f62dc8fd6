package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

func TestShow(t *testing.T) {
	w := newWorld(t)
	r := rejected()
	sent := true
	r.ReceivedAt = noon
	r.Attempts = []submission.Attempt{{ID: "01A", IntendedAt: noon, Request: "POST https://harbor.example/upload", Sent: &sent, Outcome: "HTTP 303",
		Evidence: []submission.Proof{{Name: "firm-harbor/x/01A/form.jpg"}, {Name: "firm-harbor/x/01A/answer.html"}}}}
	l := w.filled(r, accepted())
	out := w.must(exitDone, "show", "INV-0001")
	w.golden("show.txt", out)
	list, err := l.List(t.Context(), ledger.Query{Invoice: "INV-0001"})
	if err != nil {
		t.Fatal(err)
	}
	if byID := w.must(exitDone, "show", list[0].ID); byID != out {
		t.Errorf("by its id it is shown otherwise:\n%s", cmp.Diff(out, byID))
	}
	if code := w.run("show", "INV-9"); code != exitFailed {
		t.Errorf("show of an invoice that is not there: exit %d", code)
	}
	said(t, w.err.String(), "invoice INV-9: not in the ledger")
	var whole struct {
		Key     submission.Key     `json:"key"`
		History []submission.Entry `json:"history"`
	}
	if err := json.Unmarshal([]byte(w.must(exitDone, "show", "--json", "INV-0001")), &whole); err != nil || whole.Key.Number != "INV-0001" || len(whole.History) != 1 {
		t.Errorf("--json: %+v, %v", whole, err)
	}
}
