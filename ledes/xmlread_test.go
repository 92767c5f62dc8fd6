package ledes_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

// checkXML holds Read and Check to what they promise about any XML.
func checkXML(t *testing.T, content string, o ledes.Options) {
	t.Helper()
	f, err := ledes.Read(strings.NewReader(content), o)
	if err != nil {
		t.Fatal(err)
	}
	report, err := ledes.Check(iotest.OneByteReader(strings.NewReader(content)), o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f.Report(""), report); diff != "" {
		t.Errorf("Read and Check differ (-read +check):\n%s", diff)
	}
	if sum := sha256.Sum256([]byte(content)); !tooLarge(f) && (f.SHA != hex.EncodeToString(sum[:]) || f.Size != int64(len(content))) {
		t.Errorf("SHA %s and size %d are not those of the whole file", f.SHA, f.Size)
	}
	parts := f.Split()
	if f.Verdict() == ledes.Rejected {
		if parts != nil {
			t.Error("a refused file has parts")
		}
		return
	}
	if f.Format != ledes.LEDESXML {
		return
	}
	if len(f.Invoices) != 1 || f.Invoices[0].Number == "" || f.Invoices[0].Date.IsZero() || f.Invoices[0].LawFirmID == "" {
		t.Fatalf("invoices %+v", f.Invoices)
	}
	if len(parts) != 1 || string(parts[0].Bytes) != content || parts[0].SHA != f.SHA || parts[0].Canon != f.Canon {
		t.Errorf("%d parts, or other bytes", len(parts))
	}
}

func tooLarge(f *ledes.File) bool {
	for _, finding := range f.Findings {
		if finding.Code == ledes.CodeTooLarge {
			return true
		}
	}
	return false
}

// TestXMLSamples reads the files of testdata and compares with the report beside each.
func TestXMLSamples(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(paths) < 3 {
		t.Fatalf("%d files in testdata, %v", len(paths), err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := read(t, string(content), ledes.Profile{})
		checkXML(t, string(content), ledes.Options{})
		golden(t, path, struct {
			Report   ledes.Report
			Invoices []ledes.Invoice
		}{f.Report(filepath.Base(path)), f.Invoices})
	}
}

// TestXMLReadsWhatIsThere has all that is read, and what overrides what.
func TestXMLReadsWhatIsThere(t *testing.T) {
	content := all(
		replace("<lf_vendor_id>", "<lf_id>ours</lf_id><lf_office_id>office</lf_office_id><lf_vendor_id>"),
		replace("</cl_lf_id>", "</cl_lf_id><cl_id>theirs</cl_id>"),
		replace("<inv_desc>", "<inv_currency>USD</inv_currency><inv_total_tax>40.5</inv_total_tax><inv_desc>"),
		fill("inv_desc", "Work\n\tof <![CDATA[<January>]]> &amp; more"),
		twice("<matter>", "</matter>"), replace("M-7", "M-8"), replace("CLM-1", "CLM-8"),
	)(soundXML)
	f := read(t, content, ledes.Profile{})
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	want := []ledes.Invoice{{
		Number: "A-1001", ClientID: "ACME", Matter: "M-8", ClientMatter: "CLM-8", LawFirmID: "12-3456789", Description: "Work of <January> & more",
		Date: day(31), Start: day(1), End: day(31), Total: ledes.Cents(54000),
		International: ledes.International{Currency: "USD", TaxTotal: ledes.Cents(4050)},
	}}
	if diff := cmp.Diff(want, f.Invoices); diff != "" {
		t.Errorf("invoices (-want +got):\n%s", diff)
	}
	summary := f.Report("").Invoices
	if diff := cmp.Diff([]ledes.Summary{{Number: "A-1001", Total: ledes.Cents(54000), Lines: 4}}, summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

// TestXMLSaysWhatWasNotChecked: what a carrier demands of lines is named, and nothing
// else of the file is claimed to be right.
func TestXMLSaysWhatWasNotChecked(t *testing.T) {
	p := ledes.Profile{
		PositiveUnits: true, KnownCodes: true, UnitDecimals: 2, AmountDecimals: 2,
		Require: []string{"PO_NUMBER", "CLIENT_ID"}, MaxLength: map[string]int{"LINE_ITEM_DESCRIPTION": 9, "CLIENT_ID": 20},
	}
	message := read(t, soundXML, p).Findings[0].Message
	for _, part := range []string{
		`2.2`, `"A-1001"`, "2026-01-31", "540.00", `"M-7"`, "2 line items", "were not checked", "units without a minus", "codes of UTBMS",
		"decimals of units", "decimals of amounts", "PO_NUMBER", "the length of LINE_ITEM_DESCRIPTION",
	} {
		if !strings.Contains(message, part) {
			t.Errorf("%q does not say %q", message, part)
		}
	}
	if strings.Contains(message, "CLIENT_ID") {
		t.Errorf("%q says of what was looked at that it was not", message)
	}
	if message := read(t, soundXML, ledes.Profile{}).Findings[0].Message; strings.Contains(message, "carrier") {
		t.Errorf("%q tells of a carrier that demands nothing", message)
	}
}

func TestXMLFindingsShowWhatStandsThere(t *testing.T) {
	got := read(t, fill("inv_date", "31 January")(soundXML), ledes.Profile{}).Findings[0]
	want := ledes.Finding{
		Severity: ledes.Reject, Code: ledes.CodeXML, Line: 9, Field: "inv_date", Value: `"31 January"`,
		Expected: "a date as YYYY-MM-DD, such as 2026-01-31", Message: `inv_date is "31 January": not a date of the form YYYY-MM-DD`,
		Excerpt: &ledes.Excerpt{Text: "<inv_date>31 January</inv_date>", From: 10, To: 20},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
}

// TestXMLSaysWhy: what has one code tells by its words what to do.
func TestXMLSaysWhy(t *testing.T) {
	for content, want := range map[string]string{
		until("January"):                "cut off",
		"<ledesxml>":                    "withdrew on 1 February 2024",
		"<ledesxml3>":                   `root element is "ledesxml3"`,
		"<order>":                       `root element is "order"`,
		replace("</fee>", "")(soundXML): `element <fee> closed by </matter>`,
		all(encoding("us-ascii"), fill("inv_id", "\xfc"))(soundXML):   "is US-ASCII, but",
		encoding("EBCDIC")(soundXML):                                  `encoding is "EBCDIC"`,
		"\uFEFF" + encoding("latin1")(soundXML):                       "byte order mark",
		"<!DOCTYPE x [<!ENTITY a 'ha'>]><ledesxmlebilling2.2>&a;":     "entities of its own",
		replace("<firm>", "<firm>"+nested(65))(soundXML):              "more than 64 deep",
		twice("<invoice>", "</invoice>")(soundXML):                    "2 invoices of 1 client and 1 law firm",
		without("lf_vendor_id")(soundXML):                             "lf_vendor_id or lf_office_id or lf_id is missing",
		fill("inv_date", "soon")(soundXML):                            "not a date of the form YYYY-MM-DD",
		replace("<inv_id>", "<inv_id>B</inv_id>\n<inv_id>")(soundXML): `given twice: on line 8, and here as "A-1001"`,
	} {
		f := read(t, content, ledes.Profile{})
		if len(f.Findings) != 1 || !strings.Contains(f.Findings[0].Message, want) {
			t.Errorf("want %q: %+v", want, f.Findings)
		}
	}
}

// TestXMLNeverWithoutANumber: not even a profile that is wrong takes an invoice without
// what tells it from others.
func TestXMLNeverWithoutANumber(t *testing.T) {
	for element, name := range map[string]string{"inv_id": "INVOICE_NUMBER", "lf_vendor_id": "LAW_FIRM_ID"} {
		f := read(t, without(element)(soundXML), ledes.Profile{Optional: []string{name}})
		if f.Verdict() != ledes.Rejected {
			t.Errorf("%s: %s", element, f.Verdict())
		}
	}
}

// TestXMLOfSeveralTellsOfTheFirst: the report of a refused file is about one invoice.
func TestXMLOfSeveralTellsOfTheFirst(t *testing.T) {
	content := strings.Replace(twice("<invoice>", "</invoice>")(soundXML), "A-1001", "A-1000", 1)
	got := read(t, content, ledes.Profile{}).Report("").Invoices
	if diff := cmp.Diff([]ledes.Summary{{Number: "A-1000", Total: ledes.Cents(54000), Lines: 2}}, got); diff != "" {
		t.Errorf("invoices (-want +got):\n%s", diff)
	}
}

// TestXMLMessagesAreSafe looks for what a file could do to a terminal or a page.
func TestXMLMessagesAreSafe(t *testing.T) {
	for _, evil := range []string{"\u202e\u4e16", strings.Repeat("\u4e16", 5000), "\u009b", "<\u4e16/>", "&\u202e;", "</\u202e>", "\xff", "\x1b[2J"} {
		for _, element := range []string{"lf_vendor_id", "cl_lf_id", "inv_id", "inv_date", "inv_desc", "inv_total_net_due", "lf_matter_id"} {
			safe(t, fill(element, evil)(soundXML))
		}
		safe(t, "<ledes"+evil+">")
		safe(t, "<\u4e16"+evil+">")
		safe(t, encoding(evil)(soundXML))
	}
}

func safe(t *testing.T, content string) {
	t.Helper()
	for _, finding := range read(t, content, ledes.Profile{}).Findings {
		text := finding.Message + finding.Value + finding.Expected + finding.Field
		if finding.Excerpt != nil {
			text += finding.Excerpt.Text
		}
		if len(text) > 1400 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%d bytes: %q", len(text), text)
		}
	}
}

// FuzzXML holds Read and Check to what they promise about any XML.
func FuzzXML(f *testing.F) {
	for _, c := range xmlCases {
		if content := c.edit(""); len(content) < 4096 {
			f.Add(content)
		}
	}
	f.Fuzz(func(t *testing.T, content string) {
		checkXML(t, content, ledes.Options{Limits: ledes.Limits{Size: 1 << 16, Line: 1 << 12, Lines: 100}})
		checkXML(t, "<ledesxmlebilling2.1>"+content, ledes.Options{Profile: ledes.Profile{SingleMatter: true}})
	})
}
