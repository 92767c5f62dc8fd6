package ledes_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

var (
	errDisk = errors.New("disk on fire")
	update  = flag.Bool("update", false, "write the reports of testdata anew")
)

func TestReadsWhatIsThere(t *testing.T) {
	f := read(t, sound, ledes.Profile{})
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	line := ledes.Line{Matter: "M-7", ClientMatter: "CLM-1"}
	fee, expense, discount := line, line, line
	fee.Physical, fee.Number, fee.Kind, fee.Date = 3, "1", ledes.Fee, day(12)
	fee.Units, fee.UnitCost, fee.Adjustment, fee.Total = ledes.Cents(150), ledes.Cents(35000), ledes.Cents(-2500), ledes.Cents(50000)
	fee.Task, fee.Activity, fee.Description = "L110", "A104", "Read the complaint"
	fee.Timekeeper = ledes.Timekeeper{ID: "JD", Name: "Doe, Jane", Class: "PARTNR"}
	expense.Physical, expense.Number, expense.Kind, expense.Date = 4, "2", ledes.Expense, day(13)
	expense.Units, expense.UnitCost, expense.Total = ledes.Cents(100), ledes.Cents(6000), ledes.Cents(6000)
	expense.Expense, expense.Description = "E112", "Filing fee"
	discount.Physical, discount.Number, discount.Kind, discount.Date = 5, "3", ledes.FeeAdjustment, day(31)
	discount.Adjustment, discount.Total = ledes.Cents(-2000), ledes.Cents(-2000)
	want := []ledes.Invoice{{
		Number: "A-1001", ClientID: "ACME", Matter: "M-7", ClientMatter: "CLM-1", LawFirmID: "12-3456789", Description: "January",
		Date: day(31), Start: day(1), End: day(31), Total: ledes.Cents(54000), Lines: []ledes.Line{fee, expense, discount},
	}}
	if diff := cmp.Diff(want, f.Invoices); diff != "" {
		t.Errorf("invoices (-want +got):\n%s", diff)
	}
	if f.Format != ledes.LEDES1998B || f.Verdict() != ledes.Accepted {
		t.Errorf("format %s, verdict %s", f.Format, f.Verdict())
	}
}

// TestReports reads the files of testdata and compares with the report beside
// each.
func TestReports(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d files in testdata, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, path, read(t, string(content), ledes.Profile{}).Report(filepath.Base(path)))
		})
	}
}

// golden compares what was made of a file with the JSON beside it, or writes that.
func golden(t *testing.T, path string, made any) {
	t.Helper()
	got, err := json.MarshalIndent(made, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	beside := strings.TrimSuffix(path, filepath.Ext(path)) + ".json"
	if *update {
		if err := os.WriteFile(beside, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(beside)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestAReportHasNoNull(t *testing.T) {
	text, err := json.Marshal(read(t, "", ledes.Profile{}).Report("x"))
	if err != nil || strings.Contains(string(text), "null") {
		t.Errorf("%s, %v", text, err)
	}
}

// TestFindingsOf gives each invoice its own findings and those of the file.
func TestFindingsOf(t *testing.T) {
	content := strings.Replace(again(sound), "A-1002|ACME|M-7", "A-1002|ACME|M-8", 1)
	content = strings.ReplaceAll(content, "|A104|", "|A999|") + "\n"
	f := read(t, content, ledes.Profile{})
	for n, want := range [][]string{
		{"warn unknown-code 3 LINE_ITEM_ACTIVITY_CODE", "warn blank-line 9"},
		{"warn unknown-code 6 LINE_ITEM_ACTIVITY_CODE", "warn several-matters 7 LAW_FIRM_MATTER_ID", "warn blank-line 9"},
	} {
		var got []string
		for _, finding := range f.FindingsOf(n) {
			got = append(got, brief(finding))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("invoice %d (-want +got):\n%s", n, diff)
		}
	}
}

// TestMessagesAreSafe looks for what a file could do to a terminal or a page.
func TestMessagesAreSafe(t *testing.T) {
	evil := "\x1b[2J\u202e" + strings.Repeat("A", 5000)
	for _, field := range strings.Split(strings.TrimSuffix(header, "[]"), "|") {
		for _, value := range []string{evil, strings.Repeat("\u4e16", 5000), "\x9b\xff", "<script>\x00"} {
			for _, finding := range read(t, set(3, field, value)(sound), ledes.Profile{}).Findings {
				if len(finding.Message) > 700 {
					t.Errorf("%s: a message of %d bytes", field, len(finding.Message))
				}
				for _, r := range finding.Message {
					if r < ' ' || r > '~' {
						t.Fatalf("%s: message %q holds %q", field, finding.Message, r)
					}
				}
			}
		}
	}
}

// TestFindingsAreFew gives a file with a problem for each of many invoices.
func TestFindingsAreFew(t *testing.T) {
	var b strings.Builder
	lines := strings.SplitAfter(sound, "\n")
	b.WriteString(lines[0] + lines[1])
	for n := range 3000 {
		line := strings.Replace(lines[2], "A-1001", fmt.Sprint("N", n), 1)
		b.WriteString(strings.Replace(line, "|A104|", "|A999|", 1))
		b.WriteString(strings.Replace(line, "|A104|", "|A999|", 1))
	}
	f := read(t, b.String(), ledes.Profile{})
	if f.Verdict() != ledes.Rejected || len(f.Findings) > 202 {
		t.Fatalf("verdict %s, %d findings", f.Verdict(), len(f.Findings))
	}
	if first := f.Findings[0]; first.Code != ledes.CodeMore || !strings.Contains(first.Message, "5900") {
		t.Errorf("first finding: %+v", first)
	}
	repeated := read(t, sound+strings.Repeat(lines[2], 9), ledes.Profile{})
	for _, finding := range repeated.Findings {
		if finding.Code == ledes.CodeLineTwice && !strings.Contains(finding.Message, "and 8 more") {
			t.Errorf("message %q", finding.Message)
		}
	}
}

// TestTooManyLines: one line too many is one too many, be it blank.
func TestTooManyLines(t *testing.T) {
	for _, filler := range []string{"\n", "x\n"} {
		content := sound + strings.Repeat(filler, ledes.MaxLines-5)
		for extra, want := range map[string]bool{"": false, filler: true} {
			got := false
			for _, finding := range read(t, content+extra, ledes.Profile{}).Findings {
				got = got || finding.Code == ledes.CodeTooManyLines && finding.Line == ledes.MaxLines+1
			}
			if got != want {
				t.Errorf("lines of %q and %q more: said to be too many: %v", filler, extra, got)
			}
		}
	}
}
