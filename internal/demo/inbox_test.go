package demo

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/ledes"
)

var day = time.Date(2026, 11, 22, 15, 4, 5, 0, time.UTC)

// Twenty-three files are what a carrier's checks expect; one is malformed in the
// way that is most common.
func TestInbox(t *testing.T) {
	files, err := Inbox(day)
	if err != nil || len(files) != Size {
		t.Fatalf("%d files, %v", len(files), err)
	}
	numbers := map[string]bool{}
	for i, f := range files {
		read, err := ledes.Read(bytes.NewReader(f.Bytes), ledes.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if i == malformed {
			if read.Verdict() != ledes.Rejected || read.Findings[0].Code != ledes.CodeFieldCount || read.Findings[0].Line == 0 {
				t.Errorf("%s: %v, %+v; want a line with the wrong number of fields", f.Name, read.Verdict(), read.Findings)
			}
			continue
		}
		if read.Verdict() != ledes.Accepted || len(read.Invoices) != 1 {
			t.Errorf("%s: %v: %+v", f.Name, read.Verdict(), read.Findings)
			continue
		}
		inv := read.Invoices[0]
		if numbers[inv.Number] || inv.Number+".txt" != f.Name {
			t.Errorf("%s holds invoice %q, which is not its own alone", f.Name, inv.Number)
		}
		numbers[inv.Number] = true
		if inv.Date.After(day) || day.Sub(inv.Date) > 120*24*time.Hour {
			t.Errorf("%s is of %s", f.Name, inv.Date)
		}
	}
}

func TestInboxIsTheSameForAMonth(t *testing.T) {
	a, _ := Inbox(day)
	b, _ := Inbox(day.AddDate(0, 0, -20))
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	c, _ := Inbox(day.AddDate(0, 1, 0))
	if cmp.Equal(a, c) {
		t.Error("the invoices never grow younger: one day the portal refuses them as late")
	}
}

func TestWhatIsWrong(t *testing.T) {
	list := invoices(day)
	if got := list[closedMatter].ClientMatter; got != "4711" {
		t.Errorf("closed matter is %q", got)
	}
	files, _ := Inbox(day)
	for _, want := range []struct {
		i    int
		text string
	}{{closedMatter, "|4711[]"}, {unapproved, "|TK-404|"}} {
		if !strings.Contains(string(files[want.i].Bytes), want.text) {
			t.Errorf("%s has no %s", files[want.i].Name, want.text)
		}
	}
	if ByHand(day).Number != "MQ-10418" {
		t.Errorf("by hand: %s", ByHand(day).Number)
	}
}
