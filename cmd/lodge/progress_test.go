package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
)

func watched(p *progress) {
	p.tell(visit.Progress{Account: "firm", Step: visit.StepLogin})
	p.tell(visit.Progress{Account: "firm", ID: "a", Invoice: "INV-1", Step: visit.StepSubmit})
	p.tell(visit.Progress{Account: "firm", ID: "a", Invoice: "INV-1", Step: visit.StepDone, State: submission.Accepted, Text: "730017", Took: 1200 * time.Millisecond})
	p.tell(visit.Progress{Account: "firm", ID: "b", Invoice: "INV-2", Step: visit.StepCommit})
	p.tell(visit.Progress{Account: "firm", ID: "b", Invoice: "INV-2", Step: visit.StepDone, State: submission.Rejected, Text: "closed\x1b[2J", Took: time.Second})
	_, _ = fmt.Fprintln(p, "a line of the log")
	p.close()
}

// A log file gets a line for each invoice, and nothing that moves.
func TestProgressInLines(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, 0, 2)
	watched(p)
	want := "firm: logging in\n1/2  INV-1 accepted: 730017 (1.2 s)\n2/2  INV-2 rejected: closed[2J (1.0 s)\na line of the log\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestProgressBar(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, 80, 2)
	watched(p)
	said(t, b.String(), "INV-2: sending it", "(1/2)", "2/2  INV-2 rejected: closed[2J (1.0 s)\n", "a line of the log\n")
	if strings.Contains(b.String(), "INV-1 accepted") {
		t.Error("what went as it should scrolls by above the bar")
	}
	for _, line := range strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\r' || r == '\n' || r == '\x1b' }) {
		if n := len([]rune(strings.TrimPrefix(line, "[2K"))); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

// A submission that is worked on twice counts in the report once, with its end.
func TestWorked(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b, 0, 2)
	for _, e := range []visit.Progress{
		{ID: "a", Step: visit.StepDone, State: submission.Uncertain},
		{ID: "b", Step: visit.StepDone, State: submission.Accepted},
		{ID: "a", Step: visit.StepDone, State: submission.Accepted},
	} {
		p.tell(e)
	}
	got := p.worked()
	if len(got) != 2 || got[0].ID != "b" || got[1].ID != "a" || got[1].State != submission.Accepted {
		t.Errorf("worked = %+v", got)
	}
	said(t, b.String(), "3/3")
}
