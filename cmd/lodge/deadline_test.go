package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// TestDeadlines: what the carrier will refuse as late comes first, by its days
// and in its zone.
func TestDeadlines(t *testing.T) {
	w := newWorld(t)
	l := w.filled(ready(), rejected(), accepted(), ready(), undecided())
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().In(zone)
	for number, days := range map[string]int{"INV-0001": 3, "INV-0002": 0, "INV-0003": -9, "INV-0004": 7, "INV-0005": 8} {
		date := time.Date(today.Year(), today.Month(), today.Day()+days-730, 0, 0, 0, 0, time.UTC)
		w.change(l, number, func(s *submission.Submission) { s.Revisions[0].Date = date })
	}
	out := w.must(exitPerson, "status")
	said(t, out, "DEADLINES: 2 invoices will be late within 7 days, 1 late already", "INV-0001", "late in", "status --late")
	if strings.Contains(out, "INV-0004  firm-harbor  late in 7 days") && strings.Index(out, "INV-0004") < strings.Index(out, "INV-0001") {
		t.Errorf("the next deadline does not come first:\n%s", out)
	}
	late := w.must(exitPerson, "status", "--late")
	var order []string
	for l := range strings.Lines(late) {
		if number, _, ok := strings.Cut(l, " "); ok && strings.HasPrefix(number, "INV-") {
			order = append(order, number)
		}
	}
	if diff := cmp.Diff([]string{"INV-0002", "INV-0001", "INV-0004"}, order); diff != "" {
		t.Errorf("--late (-want +got):\n%s\n%s", diff, late)
	}
	said(t, late, "late since")
	if out := w.must(exitDone, "status", "--late", "--account", "other"); !strings.Contains(out, "There is no such invoice") {
		t.Errorf("of another account: %s", out)
	}
}

// TestDues: a carrier is asked for once, unless one of its accounts has a zone of
// its own, in which another day may have begun.
func TestDues(t *testing.T) {
	hours := carriers.Hours{DaysToFile: 10}
	east := time.FixedZone("east", 14*3600)
	deadlines := map[string]deadline{
		"a": {"harbor", hours, time.UTC, false}, "b": {"harbor", hours, time.UTC, false},
		"c": {"keel", hours, time.UTC, false}, "d": {"keel", hours, east, true},
	}
	noonOf := func(day int) time.Time { return time.Date(2026, 10, day, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		filter filter
		want   string
	}{
		{filter{}, "harbor//2026-10-11 keel/c/2026-10-11 keel/d/2026-10-12"},
		{filter{account: "b"}, "harbor/b/2026-10-11"},
		{filter{account: "d"}, "keel/d/2026-10-12"},
		{filter{carrier: "keel"}, "keel/c/2026-10-11 keel/d/2026-10-12"},
		{filter{account: "x"}, ""},
	} {
		v := view{filter: c.filter, deadlines: deadlines, now: noonOf(20)}
		var got []string
		for _, d := range v.dues() {
			q := v.late(d)
			got = append(got, q.Carrier+"/"+q.Account+"/"+q.DatedTo.Format(time.DateOnly))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, want %s", c.filter, got, c.want)
		}
	}
	gone := ledger.Summary{Account: "gone", Carrier: "keel", Date: noonOf(1)}
	if got := refuses(deadlines, gone); !got.Equal(time.Date(2026, 10, 11, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("of an account that is not set up any more: %s", got)
	}
}
