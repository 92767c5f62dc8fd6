package ledes_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
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
		got, err := json.MarshalIndent(struct {
			Report   ledes.Report
			Invoices []ledes.Invoice
		}{f.Report(filepath.Base(path)), f.Invoices}, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		golden := strings.TrimSuffix(path, ".xml") + ".json"
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
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

// TestXMLTooManyLineItems: one too many is one too many.
func TestXMLTooManyLineItems(t *testing.T) {
	for most, want := range map[int]ledes.Verdict{2: ledes.Warned, 1: ledes.Rejected} {
		report, err := ledes.Check(strings.NewReader(soundXML), ledes.Options{Limits: ledes.Limits{Lines: most}})
		if err != nil || report.Verdict != want {
			t.Errorf("at most %d: %v, %v", most, report, err)
		}
		if first := report.Findings[0].Code; (first == ledes.CodeTooManyLines) != (want == ledes.Rejected) {
			t.Errorf("at most %d: %s", most, first)
		}
	}
}

// TestXMLErrors: an error of the disk is one, wherever it comes, and no finding.
func TestXMLErrors(t *testing.T) {
	for after := range len(soundXML) + 1 {
		f, err := ledes.Read(&failing{bytes.NewReader([]byte(soundXML)[:after])}, ledes.Options{})
		if !errors.Is(err, errDisk) {
			t.Errorf("after %d bytes: %v, %v", after, f, err)
		}
	}
	refused := "<ledesxml>" + strings.Repeat("x", 10_000)
	if _, err := ledes.Read(&failing{bytes.NewReader([]byte(refused))}, ledes.Options{}); !errors.Is(err, errDisk) {
		t.Errorf("after a refusal: %v", err)
	}
}

// TestXMLCanon: the hashes of a refused file do not depend on how it is read.
func TestXMLCanon(t *testing.T) {
	for _, content := range []string{soundXML, without("inv_id")(soundXML), replace("January", "<<  \n\n")(soundXML)} {
		f, err := ledes.Read(iotest.OneByteReader(strings.NewReader(content)), ledes.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if whole := read(t, content, ledes.Profile{}); f.Canon != whole.Canon || f.SHA != whole.SHA {
			t.Errorf("%d bytes read one by one have other hashes", len(content))
		}
	}
}

// TestXMLMemory gives what would fill the memory if it were kept: tokens and files of
// many megabytes that are made while they are read.
func TestXMLMemory(t *testing.T) {
	const size, most = 48 << 20, 4 << 20
	begin := until("January")
	for name, c := range map[string]struct{ begin, again, code string }{
		"text":        {begin, "x", ledes.CodeLineTooLong},
		"parts":       {begin, "x<!-- -->", ledes.CodeLineTooLong},
		"CDATA":       {begin + "<![CDATA[", "x", ledes.CodeLineTooLong},
		"comment":     {begin + "<!-- ", "x", ledes.CodeLineTooLong},
		"instruction": {begin + "<?x ", "x", ledes.CodeLineTooLong},
		"name":        {begin + "</inv_desc><", "x", ledes.CodeLineTooLong},
		"attribute":   {begin + "</inv_desc><a b='", "x", ledes.CodeLineTooLong},
		"attributes":  {begin + "</inv_desc><a ", "b='' ", ledes.CodeLineTooLong},
		"DTD":         {"<!DOCTYPE x [", "<!ELEMENT a ANY>", ledes.CodeLineTooLong},
		"laughs":      {"<!DOCTYPE x [<!ENTITY a 'ha'>]><ledesxmlebilling2.2>", "&a;&a;&a;", ledes.CodeXML},
		"deep":        {begin + "</inv_desc>", "<a>", ledes.CodeXML},
		"blanks":      {"<?xml version='1.0'?>", " ", ledes.CodeLineTooLong},
		"refused":     {"<ledesxml>", "<a>", ledes.CodeUnsupported},
	} {
		r := io.LimitReader(io.MultiReader(strings.NewReader(c.begin), &endless{text: c.again}), size)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report, err := ledes.Check(r, ledes.Options{Limits: ledes.Limits{Size: size}})
		runtime.ReadMemStats(&after)
		if err != nil || len(report.Findings) != 1 || report.Findings[0].Code != c.code {
			t.Errorf("%s: %+v, %v", name, report.Findings, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > most {
			t.Errorf("%s: %d bytes were allocated", name, used)
		}
	}
}

// TestXMLManyElements reads a file that is allowed to be so large: what is kept of it does
// not grow.
func TestXMLManyElements(t *testing.T) {
	const most = 4 << 20
	begin, end, _ := strings.Cut(soundXML, "<fee>")
	item := "<fee><charge_desc>" + strings.Repeat("Draft answer. ", 20) + "</charge_desc><lf_matter_id>X</lf_matter_id></fee>\n"
	matter := "</matter>\n<matter>\n<lf_matter_id>M-8</lf_matter_id>\n<fee/>"
	many := io.LimitReader(&endless{text: item + matter}, 50_000*int64(len(item+matter)))
	watched := &watch{in: io.MultiReader(strings.NewReader(begin), many, strings.NewReader("<fee>"+end))}
	report, err := ledes.Check(watched, ledes.Options{Limits: ledes.Limits{Size: 1 << 30, Lines: 1 << 20}})
	if err != nil || report.Verdict != ledes.Warned || report.Invoices[0].Lines != 100_002 {
		t.Fatalf("%+v, %v", report, err)
	}
	if grown := watched.last - watched.first; grown > most {
		t.Errorf("the memory in use has grown by %d bytes", grown)
	}
}

// A watch looks at the memory in use while it is read: early, and when most was read.
type watch struct {
	in          io.Reader
	read        int64
	first, last int64
}

func (w *watch) Read(b []byte) (int, error) {
	n, err := w.in.Read(b)
	const early, late = 1 << 20, 16 << 20
	for _, look := range []struct {
		at   int64
		into *int64
	}{{early, &w.first}, {late, &w.last}} {
		if w.read < look.at && w.read+int64(n) >= look.at {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			*look.into = int64(m.HeapAlloc)
		}
	}
	w.read += int64(n)
	return n, err
}

// endless gives a text again and again.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = e.text[e.at]
		if e.at++; e.at == len(e.text) {
			e.at = 0
		}
	}
	return len(b), nil
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
