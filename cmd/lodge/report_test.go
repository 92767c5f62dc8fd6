package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/submission"
)

// reporting gives the world invoices that arrived at these times.
func (w *world) reporting(arrivals ...time.Time) {
	w.t.Helper()
	revs := make([]submission.Revision, len(arrivals))
	for i := range revs {
		revs[i] = accepted()
		revs[i].Attempts = []submission.Attempt{{ID: "1", IntendedAt: arrivals[i].Add(time.Hour)}}
	}
	l := w.filled(revs...)
	for i, at := range arrivals {
		w.change(l, fmt.Sprintf("INV-%04d", i+1), func(s *submission.Submission) { s.CreatedAt = at })
	}
}

// numbersOf are the invoices of a CSV.
func numbersOf(t *testing.T, text string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 || rows[0][2] != "invoice" {
		t.Fatalf("%v: %s", err, text)
	}
	var numbers []string
	for _, row := range rows[1:] {
		numbers = append(numbers, row[2])
	}
	return strings.Join(numbers, " ")
}

// TestReportOfAMonth: a month begins and ends at midnight of the firm's zone,
// its end not included.
func TestReportOfAMonth(t *testing.T) {
	w := newWorld(t)
	at := func(text string) time.Time {
		got, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	w.reporting(at("2026-09-30T23:59:59Z"), at("2026-10-01T00:00:00Z"), at("2026-10-01T03:59:59Z"), at("2026-10-01T04:00:00Z"),
		at("2026-10-31T23:59:59Z"), at("2026-11-01T00:00:00Z"), at("2026-11-01T03:59:59Z"), at("2026-11-01T04:00:00Z"))
	for _, c := range []struct{ args, want string }{
		{"--month 2026-10", "INV-0002 INV-0003 INV-0004 INV-0005"},
		{"", "INV-0002 INV-0003 INV-0004 INV-0005"}, // it is November
		{"--month 2026-10 --zone America/New_York", "INV-0004 INV-0005 INV-0006 INV-0007"},
		{"--month 2026-09 --zone America/New_York", "INV-0001 INV-0002 INV-0003"},
		{"--month 2026-11", "INV-0006 INV-0007 INV-0008"},
		{"--month 2026-11 --account firm-harbor --carrier harbor", "INV-0006 INV-0007 INV-0008"},
	} {
		out := w.must(exitDone, append([]string{"report", "--csv", "-"}, strings.Fields(c.args)...)...)
		if got := numbersOf(t, out); got != c.want {
			t.Errorf("report %s: %s, want %s", c.args, got, c.want)
		}
	}
	out := w.must(exitDone, "report", "--minutes-per-invoice", "6")
	said(t, out, "Invoices that arrived in October 2026 (UTC)", "4 of 4 invoices are with the carriers: 5,002.00 of 5,002.00.", "Harbor Mutual", "firm-harbor",
		"half within 1 h 0 min", "Saved: 0.4 hours of clicking, at 6 minutes for each of 4", "None is late.")
	said(t, w.must(exitDone, "report", "--html", "-"), "<!DOCTYPE html>", "Invoices of October 2026")
}

// TestReportOfNothing says so, and leaves what is there.
func TestReportOfNothing(t *testing.T) {
	w := newWorld(t)
	w.reporting(noon)
	page := filepath.Join(w.dir, "page.html")
	w.write("page.html", "the last one")
	for _, args := range []string{"--month 2020-02", "--month 2026-11 --account other", "--month 2026-11 --carrier other"} {
		out := w.must(exitDone, append([]string{"report", "--html", page, "--csv", page + ".csv"}, strings.Fields(args)...)...)
		said(t, out, "No invoice arrived in ", "Nothing was written.")
	}
	if out := w.must(exitDone, "report", "--month", "2020-02", "--csv", "-"); out != "" {
		t.Errorf("a program would read %q", out)
	}
	said(t, w.err.String(), "No invoice arrived in February 2020 (UTC)")
	if _, err := os.Stat(page + ".csv"); !os.IsNotExist(err) {
		t.Errorf("a file was written: %v", err)
	}
	if got, _ := os.ReadFile(page); string(got) != "the last one" {
		t.Errorf("the page was changed to %q", got)
	}
}

// TestReportFiles: a file is whole or as it was.
func TestReportFiles(t *testing.T) {
	w := newWorld(t)
	w.reporting(noon)
	page, table := filepath.Join(w.dir, "page.html"), filepath.Join(w.dir, "table.csv")
	w.write("page.html", "the last one")
	w.must(exitDone, "report", "--month", "2026-11", "--html", page, "--csv", table)
	said(t, w.err.String(), "page.html: 1 invoice of November 2026.", "table.csv: 1 invoice of November 2026.")
	for name, end := range map[string]string{page: "</html>\n", table: "\r\n"} {
		got, err := os.ReadFile(name)
		if err != nil || !strings.HasSuffix(string(got), end) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if code := w.run("report", "--month", "2026-11", "--html", filepath.Join(w.dir, "none", "page.html")); code != exitFailed {
		t.Errorf("into a folder that is not there: exit %d", code)
	}
	said(t, w.err.String(), "the report on November 2026", "names a folder that is there")
	if code := w.run("report", "--month", "2026-11", "--html", filepath.Join(w.dir, "inbox")); code != exitFailed {
		t.Errorf("in place of a folder: exit %d", code)
	}
	left, err := filepath.Glob(filepath.Join(w.dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
