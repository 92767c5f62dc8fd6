package ledes_test

import (
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

// marked is what is meant in an excerpt.
func marked(t *testing.T, e *ledes.Excerpt) string {
	t.Helper()
	if e == nil || len(e.Mark()) != e.To || strings.Trim(e.Mark(), " ") != strings.Repeat("^", e.To-e.From) {
		t.Fatalf("excerpt %+v", e)
	}
	return (e.Text + " ")[e.From:min(e.To, len(e.Text)+1)]
}

// In a long text it is the odd character that somebody looks for, and in a header the
// first name that is not where it should be.
func TestExcerptsShowWhatIsMeant(t *testing.T) {
	long := strings.Repeat("a", 500) + "  "
	for _, c := range []struct {
		name         string
		edit         edit
		marked, text string
	}{
		{"field", set(3, "LINE_ITEM_TOTAL", "$500.00"), "$500.00", "|-25.00|$500.00|20260112|"},
		{"blanks before a field", set(3, "LINE_ITEM_TASK_CODE", "  X999 "), "X999", "|  X999 |"},
		{"beyond ASCII", set(3, "LINE_ITEM_DESCRIPTION", long+"it\u2019s so"), "?", "aa  it?s so|12-3456789|"},
		{"Windows", set(3, "LINE_ITEM_DESCRIPTION", long+"it\x92s so"), "?", "aa  it?s so|12-3456789|"},
		{"control", set(3, "LINE_ITEM_DESCRIPTION", long+"a\tb"), "?", "aa  a?b|12-3456789|"},
		{"control beyond ASCII", set(3, "LINE_ITEM_DESCRIPTION", "x"+long+"a\u009bb"), "?", "aa  a?b|12-3456789|"},
		{"brackets", set(3, "LINE_ITEM_DESCRIPTION", long+"a [] b"), "[]", "aa  a [] b|12-3456789|"},
		{"end of a line", replace("CLM-1[]\n", "CLM-1\n"), " ", "|CLM-1"},
		{"line ends of old Macs", func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }, "?", "LEDES1998B[]?INVOICE_DATE|"},
		{"dropped name", replace("LINE_ITEM_NUMBER_OF_UNITS|", ""), "LINE_ITEM_ADJUSTMENT_AMOUNT", "INV_ADJ_TYPE|LINE_ITEM_ADJ"},
		{"last name dropped", replace("|CLIENT_MATTER_ID[]", "[]"), "[", "CLASSIFICATION[]"},
		{"name too many", replace("CLIENT_MATTER_ID[]", "CLIENT_MATTER_ID|MORE[]"), "MORE", "CLIENT_MATTER_ID|MORE[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(t, c.edit(sound), ledes.Profile{}).Findings[0]
			if got := marked(t, f.Excerpt); got != c.marked || !strings.Contains(f.Excerpt.Text, c.text) {
				t.Errorf("%q is marked, want %q of %q:\n%s\n%s", got, c.marked, c.text, f.Excerpt.Text, f.Excerpt.Mark())
			}
		})
	}
}

// A finding that many lines have says where to look next.
func TestFindingTellsTheOtherLines(t *testing.T) {
	file, more := sound, strings.Split(sound, "\n")[2]
	for n := range 30 {
		file += strings.Replace(more, "|1|F|", "|"+strings.Repeat("9", n+1)+"|X|", 1) + "\n"
	}
	var found ledes.Finding
	for _, f := range read(t, file, ledes.Profile{}).Findings {
		if f.Code == ledes.CodeType {
			found = f
		}
	}
	want := []int{7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26}
	if diff := cmp.Diff(want, found.Also); diff != "" || found.Line != 6 || found.Lines != 30 {
		t.Errorf("line %d, %d lines, also (-want +got): %s", found.Line, found.Lines, diff)
	}
}

// Two checks may find the same on one line, which is told once.
func TestALineIsCountedOnce(t *testing.T) {
	f := read(t, set(4, "CLIENT_ID", "OTHER")(sound), ledes.Profile{}).Findings[0]
	if f.Code != ledes.CodeDiffers || f.Lines != 0 || f.Also != nil || strings.Contains(f.Message, "more)") {
		t.Errorf("%+v", f)
	}
}

// What is expected is what helps whoever wrote something else.
func TestExpected(t *testing.T) {
	for _, c := range []struct {
		name     string
		edit     edit
		expected string
	}{
		{"blank text", set(3, "TIMEKEEPER_ID", ""), "1 to 20 characters"},
		{"blank number", set(3, "LINE_ITEM_UNIT_COST", ""), "digits, at most one point, a leading minus if negative: 1234.50"},
		{"many digits", set(3, "LINE_ITEM_UNIT_COST", "12345678901"), "at most 10 digits before the point"},
		{"many digits of the total", setAll("INVOICE_TOTAL", "1234567890123"), "at most 12 digits before the point"},
		{"many decimals", set(3, "LINE_ITEM_UNIT_COST", "1.00001"), "at most 4 digits after the point"},
		{"name in small letters", replace("|CLIENT_ID|", "|client_id|"), "CLIENT_ID"},
		{"sum", setAll("INVOICE_TOTAL", "1.00"), "540.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := read(t, c.edit(sound), ledes.Profile{}).Findings[0].Expected; got != c.expected {
				t.Errorf("%q, want %q", got, c.expected)
			}
		})
	}
}

// A line that the end of the file cuts is not one that a line break has cut.
func TestCutOff(t *testing.T) {
	for file, says := range map[string]string{
		sound[:len(sound)-20]:                      "the file ends here",
		replace("complaint", "com\nplaint")(sound): "perhaps a line break inside a text",
	} {
		if f := read(t, file, ledes.Profile{}).Findings[0]; f.Code != ledes.CodeUnterminated || !strings.Contains(f.Message, says) {
			t.Errorf("%+v does not say %q", f, says)
		}
	}
}

// The totals of LEDES 98BI are shown as well, though the line with them is long gone.
func TestExcerptsOfTotals(t *testing.T) {
	inv := read(t, sound, ledes.Profile{}).Invoices[0]
	inv.International.TaxTotal, inv.International.NetTotal = ledes.Cents(123), ledes.Cents(456)
	var file strings.Builder
	if _, err := (ledes.Encoder{Format: ledes.LEDES98BI}).Write(&file, inv); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ledes.CodeTaxTotal: "1.23", ledes.CodeNetTotal: "4.56"}
	for _, f := range read(t, file.String(), ledes.Profile{}).Findings {
		if meant := want[f.Code]; meant != "" {
			if got := marked(t, f.Excerpt); got != meant {
				t.Errorf("%s: %q is marked, want %q", f.Code, got, meant)
			}
			delete(want, f.Code)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

// A | inside a text is said to be in that text behind which the line goes wrong.
func TestWhereAPipeIs(t *testing.T) {
	for text, field := range map[string]string{"January": "INVOICE_DESCRIPTION", "complaint": "LINE_ITEM_DESCRIPTION"} {
		for _, f := range read(t, replace(text, "a|b")(sound), ledes.Profile{}).Findings {
			if f.Code == ledes.CodeFieldCount && !strings.Contains(f.Message, "perhaps there is a | inside "+field) {
				t.Errorf("a | in %s: %s", field, f.Message)
			}
		}
	}
}

// Characters beyond ASCII are said to be in UTF-8 or not: whoever exports has to know.
func TestWhichEncoding(t *testing.T) {
	for text, says := range map[string]string{"caf\u00e9": "in UTF-8", "caf\xe9": "in a code page of Windows"} {
		found := false
		for _, f := range read(t, replace("complaint", text)(sound), ledes.Profile{}).Findings {
			found = found || f.Code == ledes.CodeNonASCII && strings.Contains(f.Message, says)
		}
		if !found {
			t.Errorf("%q is not said to be %s", text, says)
		}
	}
}
