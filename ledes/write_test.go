package ledes_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

func TestWriteIsReadBack(t *testing.T) {
	want := read(t, again(sound), ledes.Profile{}).Invoices
	var out bytes.Buffer
	if err := ledes.Write(&out, want...); err != nil {
		t.Fatal(err)
	}
	f := read(t, out.String(), ledes.Profile{})
	if f.Verdict() != ledes.Accepted {
		t.Errorf("findings: %v", f.Findings)
	}
	if diff := cmp.Diff(want, f.Invoices); diff != "" {
		t.Errorf("invoices (-written +read):\n%s", diff)
	}
	if lines, ends := strings.Count(out.String(), "\n"), strings.Count(out.String(), "[]\r\n"); lines != 8 || ends != 8 {
		t.Errorf("%d lines, %d of them end in [] CR LF", lines, ends)
	}
}

// TestWriteNormalizes: what was only written oddly is accepted once Write has
// written it.
func TestWriteNormalizes(t *testing.T) {
	content, err := os.ReadFile("testdata/small-letters.txt")
	if err != nil {
		t.Fatal(err)
	}
	odd := read(t, string(content), ledes.Profile{})
	var out bytes.Buffer
	if err := ledes.Write(&out, odd.Invoices...); err != nil {
		t.Fatal(err)
	}
	if got := read(t, out.String(), ledes.Profile{}).Verdict(); odd.Verdict() != ledes.Warned || got != ledes.Accepted {
		t.Errorf("verdict %s, normalized %s", odd.Verdict(), got)
	}
}

func TestWriteFillsMatters(t *testing.T) {
	inv := read(t, sound, ledes.Profile{}).Invoices[0]
	for i := range inv.Lines {
		inv.Lines[i].Matter, inv.Lines[i].ClientMatter = "", ""
	}
	var out bytes.Buffer
	if err := ledes.Write(&out, inv); err != nil {
		t.Fatal(err)
	}
	if line := read(t, out.String(), ledes.Profile{}).Invoices[0].Lines[2]; line.Matter != "M-7" || line.ClientMatter != "CLM-1" {
		t.Errorf("line %+v", line)
	}
}

// TestWriteRefuses tries what would make another file than was meant.
func TestWriteRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*ledes.Invoice){
		"pipe": func(inv *ledes.Invoice) { inv.Lines[0].Description = "a|b" },
		"two whole lines": func(inv *ledes.Invoice) {
			inv.Lines[0].Description = "Read|12-3456789|350.00|Doe, Jane|PARTNR|CLM-1[]\r\n" +
				"20260131|A-1001|ACME|M-7|540.00|20260101|20260131|January|9|E|0|0|0|20260113||E112|||Nothing"
		},
		"line of its own": func(inv *ledes.Invoice) { inv.Lines[0].Description = "a[]\r\nb" },
		"control":         func(inv *ledes.Invoice) { inv.ClientID = "a\x00" },
		"beyond ASCII":    func(inv *ledes.Invoice) { inv.Lines[0].Description = "caf\u00e9" },
		"wrong total":     func(inv *ledes.Invoice) { inv.Total = ledes.Cents(1) },
		"no date":         func(inv *ledes.Invoice) { inv.Date = inv.Lines[0].Date.AddDate(-3000, 0, 0) },
		"no number":       func(inv *ledes.Invoice) { inv.Number = "" },
		"no lines":        func(inv *ledes.Invoice) { inv.Lines = nil },
	} {
		inv := read(t, sound, ledes.Profile{}).Invoices[0]
		spoil(&inv)
		var out bytes.Buffer
		if err := ledes.Write(&out, inv); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", name, err, out.Len())
		}
	}
}

// TestWrite98BI: what was read in one format is read back in it, and in the other but for
// what that has no field for.
func TestWrite98BI(t *testing.T) {
	want := read(t, sound98BI, ledes.Profile{}).Invoices
	for format, content := range map[ledes.Format]string{ledes.LEDES98BI: sound98BI, ledes.LEDES1998B: sound} {
		want := read(t, content, ledes.Profile{}).Invoices
		for _, unix := range []bool{true, false} {
			var out bytes.Buffer
			changes, err := ledes.Encoder{Format: format, UnixLines: unix}.Write(&out, want...)
			if err != nil || len(changes) > 0 {
				t.Fatalf("%s: %v, %v", format, changes, err)
			}
			f := read(t, out.String(), ledes.Profile{})
			if f.Format != format || f.Verdict() != ledes.Accepted {
				t.Errorf("%s reads as %s: %v", format, f.Format, f.Findings)
			}
			if diff := cmp.Diff(want, f.Invoices); diff != "" {
				t.Errorf("%s (-written +read):\n%s", format, diff)
			}
			if strings.Contains(out.String(), "\r") == unix || !strings.HasSuffix(out.String(), "[]\n") && unix {
				t.Errorf("%s: wrong line ends", format)
			}
		}
	}
	if err := ledes.Write(io.Discard, want...); err == nil {
		t.Error("taxes are lost in silence: the totals have them, the fields of LEDES 1998B do not")
	}
	if _, err := (ledes.Encoder{Format: ledes.LEDESXML}).Write(io.Discard, want...); err == nil {
		t.Error("XML is written")
	}
}

// TestTransliterate replaces what LEDES cannot hold, says so, and leaves the rest alone.
func TestTransliterate(t *testing.T) {
	inv := read(t, sound, ledes.Profile{}).Invoices[0]
	inv.Lines[0].Description = "Caf\u00e9 \u201cZ\u00fcrich\u201d \u2013 \u00a7 5|6\r\n\ttwo\u2026"
	inv.Lines[1].Description = "windows \x93quotes\x94 caf\xe9"
	inv.Lines[2].Timekeeper.Name = "Doe, Jane"
	var out bytes.Buffer
	changes, err := ledes.Encoder{Transliterate: true}.Write(&out, inv)
	if err != nil {
		t.Fatal(err)
	}
	lines := read(t, out.String(), ledes.Profile{}).Invoices[0].Lines
	for i, want := range []string{`Cafe "Zuerich" - Sec. 5/6   two...`, `windows "quotes" cafe`} {
		if got := lines[i].Description; got != want {
			t.Errorf("written as %q, want %q", got, want)
		}
		change := ledes.Change{Invoice: "A-1001", Line: inv.Lines[i].Number, Field: "LINE_ITEM_DESCRIPTION", From: inv.Lines[i].Description, To: want}
		if diff := cmp.Diff(change, changes[i]); diff != "" {
			t.Errorf("change (-want +got):\n%s", diff)
		}
	}
	if len(changes) != 2 {
		t.Errorf("changes: %+v", changes)
	}
}

// TestTransliterateNever: what nothing stands for, and what tells invoices apart.
func TestTransliterateNever(t *testing.T) {
	for name, spoil := range map[string]func(*ledes.Invoice){
		"another script": func(inv *ledes.Invoice) { inv.Lines[0].Description = "\u4e16" },
		"number":         func(inv *ledes.Invoice) { inv.Number = "A\u20131" },
		"client":         func(inv *ledes.Invoice) { inv.ClientID = "caf\u00e9" },
		"firm":           func(inv *ledes.Invoice) { inv.LawFirmID = "12|3" },
		"bell":           func(inv *ledes.Invoice) { inv.Description = "a\ab" },
	} {
		inv := read(t, sound, ledes.Profile{}).Invoices[0]
		spoil(&inv)
		if changes, err := (ledes.Encoder{Transliterate: true}).Write(io.Discard, inv); err == nil || changes != nil {
			t.Errorf("%s: %v, %v", name, changes, err)
		}
	}
}

// TestComplete computes all that follows from the rest.
func TestComplete(t *testing.T) {
	for _, content := range []string{sound, sound98BI} {
		want := read(t, content, ledes.Profile{}).Invoices[0]
		got := want
		got.Total, got.International.TaxTotal, got.International.NetTotal = ledes.Cents(1), ledes.Cents(2), ledes.Cents(3)
		got.Lines = append([]ledes.Line(nil), want.Lines...)
		for i := range got.Lines {
			got.Lines[i].Total, got.Lines[i].Number = ledes.Cents(7), ""
			if !got.Lines[i].Tax.Rate.IsZero() {
				got.Lines[i].Tax.Total = ledes.Cents(8)
			}
		}
		got.Complete()
		if content == sound { // which has no field for it
			want.International.NetTotal = want.Total
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestCompleteRounds: totals are exact, taxes have cents.
func TestCompleteRounds(t *testing.T) {
	for rate, want := range map[string]string{"0.5": "16.67", "0.15": "5.00", "0.14999": "5.00", "-0.5": "-16.67", "0.0001501": "0.01", "0.0001499": "0.00"} {
		line := ledes.Line{Kind: ledes.Fee, Units: amount(t, "0.3333"), UnitCost: amount(t, "100")}
		r, err := ledes.ParseRate(rate)
		if err != nil {
			t.Fatal(err)
		}
		line.Tax.Rate = r
		inv := ledes.Invoice{Lines: []ledes.Line{line}}
		inv.Complete()
		if got := inv.Lines[0]; got.Tax.Total.String() != want || got.Total != amount(t, "33.33").Add(amount(t, want)) {
			t.Errorf("a tax of %s: %s in %s; want %s", rate, got.Tax.Total, got.Total, want)
		}
	}
}
