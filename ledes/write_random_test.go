package ledes_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawn draws invoices: mostly sound ones, with texts that hold whatever breaks files.
type drawn struct{ t *rapid.T }

// text is short and plain, or anything.
func (d drawn) text(name string) string {
	if rapid.IntRange(0, 19).Draw(d.t, name+" is odd") == 0 {
		return rapid.OneOf(
			rapid.SampledFrom([]string{"", " ", "|", "[]", "a[]\r\nb", "\"q\"", " a ", "caf\u00e9", "\x00", "\x93", "\u2028", "a\tb", "a|b[]"}),
			rapid.String(),
		).Draw(d.t, name)
	}
	return rapid.StringMatching("[A-Z][a-z0-9 ,.]{0,14}[a-z]").Draw(d.t, name)
}

func (d drawn) amount(name string) ledes.Amount {
	a, err := ledes.ParseAmount(rapid.StringMatching(`-?[0-9]{1,5}(\.[0-9]{1,4})?`).Draw(d.t, name))
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

func (d drawn) day(name string) time.Time {
	return time.Date(2026, 1, rapid.IntRange(1, 31).Draw(d.t, name), 0, 0, 0, 0, time.UTC)
}

func (d drawn) line() ledes.Line {
	kind := rapid.SampledFrom([]ledes.Kind{ledes.Fee, ledes.Expense, ledes.FeeAdjustment, ledes.ExpenseAdjustment}).Draw(d.t, "kind")
	rate, err := ledes.ParseRate(rapid.StringMatching(`0(\.[0-9]{1,10})?`).Draw(d.t, "rate"))
	if err != nil {
		d.t.Fatal(err)
	}
	return ledes.Line{
		Kind: kind, Date: d.day("line date"),
		Units: d.amount("units"), UnitCost: d.amount("cost"), Adjustment: d.amount("adjustment"),
		Task: "L110", Activity: "A101", Expense: "E112",
		Timekeeper:  ledes.Timekeeper{ID: d.text("keeper"), Name: "Doe, Jane", Class: "PARTNR", Last: d.text("last"), First: d.text("first")},
		Description: d.text("narrative"), Matter: "M-7", ClientMatter: d.text("claim"), MatterName: "Roe",
		Tax: ledes.Tax{Rate: rate, Type: d.text("tax type")},
	}
}

func (d drawn) invoice() ledes.Invoice {
	inv := ledes.Invoice{
		Number: d.text("number"), ClientID: d.text("client"), Matter: "M-7", LawFirmID: d.text("firm"), Description: d.text("about"),
		Date: d.day("date"), Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC),
		International: ledes.International{
			ClientTaxID: d.text("tax id"), MatterName: "Roe", Currency: "GBP", AccountType: "O",
			LawFirm: ledes.Address{Name: d.text("name"), City: d.text("city"), Country: "GBR"},
		},
	}
	for range rapid.IntRange(1, 4).Draw(d.t, "lines") {
		inv.Lines = append(inv.Lines, d.line())
	}
	inv.ClientMatter = inv.Lines[0].ClientMatter
	inv.Complete()
	return inv
}

// TestWriteOrRefuse: an invoice is written so that it is read as the same, or not at all.
func TestWriteOrRefuse(t *testing.T) {
	written := 0
	rapid.Check(t, func(t *rapid.T) {
		want := drawn{t}.invoice()
		var out bytes.Buffer
		if _, err := (ledes.Encoder{Format: ledes.LEDES98BI}).Write(&out, want); err != nil {
			if out.Len() > 0 {
				t.Fatalf("%v, and %d bytes are written", err, out.Len())
			}
			return
		}
		written++
		f, err := ledes.Read(&out, ledes.Options{})
		if err != nil || f.Verdict() == ledes.Rejected || len(f.Invoices) != 1 {
			t.Fatalf("written, and then %v, %v", f.Findings, err)
		}
		if diff := cmp.Diff(trimmed(want), unplaced(f.Invoices[0])); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
	})
	if written == 0 {
		t.Error("nothing was ever written")
	}
}

// trimmed is inv without blanks around its texts, which say nothing in LEDES.
func trimmed(inv ledes.Invoice) ledes.Invoice {
	trim := func(texts ...*string) {
		for _, s := range texts {
			*s = strings.Trim(*s, " ")
		}
	}
	i := &inv.International
	trim(&inv.Number, &inv.ClientID, &inv.LawFirmID, &inv.Description, &inv.ClientMatter, &i.ClientTaxID, &i.LawFirm.Name, &i.LawFirm.City)
	inv.Lines = slices.Clone(inv.Lines)
	for n := range inv.Lines {
		l := &inv.Lines[n]
		if l.ClientMatter == "" {
			l.ClientMatter = inv.ClientMatter
		}
		trim(&l.Timekeeper.ID, &l.Timekeeper.Last, &l.Timekeeper.First, &l.Description, &l.ClientMatter, &l.Tax.Type)
	}
	return inv
}
