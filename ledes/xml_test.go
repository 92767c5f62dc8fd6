package ledes_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

// soundXML is a file of LEDES XML with nothing to say but that it was not checked.
const soundXML = `<?xml version="1.0" encoding="UTF-8"?>
<ledesxmlebilling2.2 xmlns="http://www.ledes.org/LEDES22.xsd">
<firm>
<lf_vendor_id>12-3456789</lf_vendor_id>
<client>
<cl_lf_id>ACME</cl_lf_id>
<invoice>
<inv_id>A-1001</inv_id>
<inv_date>2026-01-31</inv_date>
<inv_start_date>2026-01-01</inv_start_date>
<inv_end_date>2026-01-31</inv_end_date>
<inv_desc>January</inv_desc>
<inv_total_net_due>540.00</inv_total_net_due>
<matter>
<cl_matter_id>CLM-1</cl_matter_id>
<lf_matter_id>M-7</lf_matter_id>
<fee><total_amount>500</total_amount></fee>
<expense><total_amount>40</total_amount></expense>
</matter>
</invoice>
</client>
</firm>
</ledesxmlebilling2.2>
`

// fill puts another value into an element of soundXML.
func fill(element, value string) edit {
	return func(file string) string {
		before, rest, ok := strings.Cut(file, "<"+element+">")
		_, after, closed := strings.Cut(rest, "</"+element+">")
		if !ok || !closed {
			panic("no element " + element)
		}
		return before + "<" + element + ">" + value + "</" + element + ">" + after
	}
}

// without takes an element out.
func without(element string) edit {
	return func(file string) string {
		return replace("<"+element+"></"+element+">\n", "")(fill(element, "")(file))
	}
}

// twice repeats what stands from one tag to another, and what follows on its line.
func twice(from, to string) edit {
	return func(file string) string {
		i := strings.Index(file, from)
		j := i + strings.Index(file[i:], to) + len(to) + 1
		return file[:j] + file[i:]
	}
}

// until is soundXML up to a mark.
func until(mark string) string {
	before, _, ok := strings.Cut(soundXML, mark)
	if !ok {
		panic("not in the file: " + mark)
	}
	return before
}

// fromXML begins with soundXML instead of what an edit is given.
func fromXML(edits ...edit) edit {
	return func(string) string { return all(edits...)(soundXML) }
}

// xmlBrief is a finding without its message, as brief has it, on any line.
func xmlBrief(f ledes.Finding) string {
	return strings.TrimSpace(fmt.Sprint(f.Severity, " ", f.Code, " ", f.Line, " ", f.Field))
}

const notChecked = "warn not-checked 0"

// xmlCases are those of LEDES XML, each with its neighbours on the other side of a border.
var xmlCases = []verdictCase{
	// Read.
	{name: "XML", edit: fromXML(), want: []string{notChecked}},
	{name: "XML with a byte order mark", edit: fromXML(func(s string) string { return "\uFEFF" + s }), want: []string{notChecked}},
	{name: "XML of 2.0", edit: fromXML(version("2.0")), want: []string{notChecked}},
	{name: "XML of 2.1", edit: fromXML(version("2.1")), want: []string{notChecked}},
	{name: "revision of 2.2", edit: fromXML(version("2.2.1")), want: []string{notChecked}},
	{name: "version by its name space", edit: fromXML(replaceAll("ledesxmlebilling2.2", "ledesxml"), replace("LEDES22.", "LEDES221.")), want: []string{notChecked}},
	{name: "no declaration", edit: fromXML(replace(`<?xml version="1.0" encoding="UTF-8"?>`+"\n", "")), want: []string{notChecked}},
	{name: "comment first", edit: fromXML(replace(`<?xml version="1.0" encoding="UTF-8"?>`, "<!-- of January -->")), want: []string{notChecked}},
	{name: "document type", edit: fromXML(replace("\n", "\n<!DOCTYPE x SYSTEM 'x.dtd'>\n")), want: []string{notChecked}},
	{name: "stylesheet", edit: fromXML(replace("\n", "\n<?xml-stylesheet href='x'?>\n")), want: []string{notChecked}},
	{name: "one line", edit: fromXML(replaceAll("\n", "")), want: []string{notChecked}},
	{name: "blanks around values", edit: fromXML(fill("inv_id", "\n\tA-1001 "), fill("inv_date", " 2026-01-31\n")), want: []string{notChecked}},
	{name: "no client", edit: fromXML(without("cl_lf_id")), want: []string{notChecked}},
	{name: "extension", edit: fromXML(replace("<inv_id>", "<extend_data><inv_id>X</inv_id></extend_data><inv_id>")), want: []string{notChecked}},
	{name: "letters beyond ASCII", edit: fromXML(fill("inv_desc", "Jänner"), fill("cl_lf_id", "Österreich")), want: []string{notChecked}},
	{name: "two parts of a number", edit: fromXML(fill("inv_id", "A<!-- -->-<![CDATA[1001]]>")), want: []string{notChecked}},

	// Not LEDES XML, or not one that is read.
	{name: "XML of 2000", edit: whole("<?xml version='1.0'?>\n<!DOCTYPE ledesxml SYSTEM 'x'>\n<ledesxml><firm>"), want: []string{"reject format-unsupported 3"}},
	{name: "unknown version", edit: fromXML(version("2.3")), want: []string{"reject format-unsupported 2"}},
	{name: "version that only begins as one", edit: fromXML(version("2.20")), want: []string{"reject format-unsupported 2"}},
	{name: "revision that is none", edit: fromXML(version("2.2.x")), want: []string{"reject format-unsupported 2"}},
	{name: "root in capitals", edit: whole(`<LEDESBillingData version="2.1">`), want: []string{"reject format-unsupported 1"}},
	{name: "another name space", edit: fromXML(replaceAll("ledesxmlebilling2.2", "ledesxml"), replace("LEDES22", "LEDES23")), want: []string{"reject format-unsupported 2"}},
	{name: "another kind of XML", edit: whole(`<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>`), want: []string{"reject file-not-ledes 1"}},
	{name: "another root in the name space", edit: whole(`<invoice xmlns="http://www.ledes.org/LEDES22.xsd"/>`), want: []string{"reject file-not-ledes 1"}},
	{name: "name space of no revision", edit: fromXML(replaceAll("ledesxmlebilling2.2", "ledesxml"), replace("LEDES22.", "LEDES22x.")), want: []string{"reject format-unsupported 2"}},
	{name: "web page in XML", edit: whole("<?xml version='1.0'?>\n<!DOCTYPE html>\n<html>"), want: []string{"reject file-not-ledes 3"}},

	// Not XML.
	{name: "XML cut off in a tag", edit: whole(until("nv_total")), want: []string{"reject xml 13"}},
	{name: "XML cut off in a text", edit: whole(until("-1001")), want: []string{"reject xml 8"}},
	{name: "XML cut off before its root", edit: whole("<?xml version='1.0'?>\n"), want: []string{"reject xml 2"}},
	{name: "last tag missing", edit: fromXML(replace("</ledesxmlebilling2.2>\n", "")), want: []string{"reject xml 23"}},
	{name: "tag not closed", edit: fromXML(replace("</fee>", "")), want: []string{"reject xml 19"}},
	{name: "garbage", edit: fromXML(replace("January", "<<>>")), want: []string{"reject xml 12"}},
	{name: "control character in XML", edit: fromXML(fill("inv_desc", "\x01")), want: []string{"reject xml 12"}},
	{name: "ampersand", edit: fromXML(fill("inv_desc", "R&D")), want: []string{"reject xml 12"}},
	{name: "unknown entity", edit: fromXML(fill("inv_desc", "caf&eacute;")), want: []string{"reject xml 12"}},
	{name: "declared entity", edit: fromXML(replace("\n", "\n<!DOCTYPE x [<!entity e \"x\">]>\n"), fill("inv_desc", "&e;")), want: []string{"reject xml 2"}},
	{name: "two roots", edit: fromXML(func(s string) string { return s + "<more/>" }), want: []string{"reject xml 24"}},
	{name: "text behind the root", edit: fromXML(func(s string) string { return s + "more" }), want: []string{"reject xml 24"}},
	{name: "blank line before XML", edit: fromXML(func(s string) string { return "\n" + s }), want: []string{"reject xml 2"}},
	{name: "declaration in capitals", edit: fromXML(replace("<?xml", "<?XML")), want: []string{"reject xml 1"}},
	{name: "XML 1.1", edit: fromXML(replace(`"1.0"`, `"1.1"`)), want: []string{"reject xml 1"}},

	// Encodings.
	{name: "ASCII", edit: fromXML(encoding("US-ASCII")), want: []string{notChecked}},
	{name: "beyond ASCII", edit: fromXML(encoding("us-ascii"), fill("inv_desc", "M\xfcller")), want: []string{"reject xml 12"}},
	{name: "Latin 1", edit: fromXML(encoding("ISO-8859-1"), fill("inv_desc", "M\xfcller")), want: []string{notChecked}},
	{name: "code page of Windows in XML", edit: fromXML(encoding("Windows-1252"), fill("inv_desc", "\x93M\x94")), want: []string{notChecked}},
	{name: "no UTF-8", edit: fromXML(fill("inv_desc", "M\xfcller")), want: []string{"reject xml 12"}},
	{name: "says UTF-16", edit: fromXML(encoding("utf-16")), want: []string{"reject xml 1"}},
	{name: "says what nobody knows", edit: fromXML(encoding("x-nothing")), want: []string{"reject xml 1"}},
	{name: "mark and encoding differ", edit: fromXML(encoding("ISO-8859-1"), func(s string) string { return "\uFEFF" + s }), want: []string{"reject xml 1"}},

	// Several.
	{name: "two invoices in XML", edit: fromXML(twice("<invoice>", "</invoice>")), want: []string{"reject xml 21"}},
	{name: "two clients", edit: fromXML(twice("<client>", "</client>")), want: []string{"reject xml 24"}},
	{name: "second client without an invoice", edit: fromXML(replace("</client>", "</client><client/>")), want: []string{"reject xml 7"}},
	{name: "invoice of the second client", edit: fromXML(replace("<client>", "<client><cl_id>X</cl_id></client><client>")), want: []string{"reject xml 7"}},
	{name: "two law firms", edit: fromXML(twice("<firm>", "</firm>")), want: []string{"reject xml 27"}},
	{name: "hidden invoice", edit: fromXML(replace("<matter>", "<extend><invoice/></extend><matter>")), want: []string{"reject xml 14"}},
	{name: "hidden invoice of another name space", edit: fromXML(replace("<matter>", "<x:invoice xmlns:x='urn:x'/><matter>")), want: []string{"reject xml 14"}},
	{name: "two matters in XML", edit: fromXML(twice("<matter>", "</matter>"), replace("M-7", "M-8")), want: []string{notChecked, "warn several-matters 22 lf_matter_id"}},
	{name: "two matters in XML, refused", edit: fromXML(twice("<matter>", "</matter>"), replace("M-7", "M-8")), profile: ledes.Profile{SingleMatter: true}, want: []string{"reject several-matters 22 lf_matter_id"}},
	{name: "a matter twice", edit: fromXML(twice("<matter>", "</matter>")), profile: ledes.Profile{SingleMatter: true}, want: []string{notChecked}},

	// What filing needs.
	{name: "no number", edit: fromXML(without("inv_id")), want: []string{"reject xml 7 inv_id"}},
	{name: "number of blanks", edit: fromXML(fill("inv_id", " \n")), want: []string{"reject xml 7 inv_id"}},
	{name: "number of another name space", edit: fromXML(replaceAll("inv_id", "x:inv_id")), want: []string{"reject xml 7 inv_id"}},
	{name: "no date", edit: fromXML(without("inv_date")), want: []string{"reject xml 7 inv_date"}},
	{name: "no date and no total", edit: fromXML(without("inv_date"), without("inv_total_net_due")), want: []string{"reject xml 7 inv_date", "reject xml 7 inv_total_net_due"}},
	{name: "no law firm", edit: fromXML(without("lf_vendor_id")), want: []string{"reject xml 3 lf_vendor_id"}},
	{name: "no matter number", edit: fromXML(without("lf_matter_id")), want: []string{"reject xml 14 lf_matter_id"}},
	{name: "no number of the second matter", edit: fromXML(twice("<matter>", "</matter>"), without("lf_matter_id")), want: []string{"reject xml 14 lf_matter_id"}},
	{name: "no number of the last matter", edit: fromXML(replace("</matter>", "</matter><matter></matter>")), want: []string{"reject xml 19 lf_matter_id"}},
	{name: "no matter at all", edit: fromXML(without("matter")), want: []string{"reject xml 0 lf_matter_id"}},
	{name: "no matter number, allowed", edit: fromXML(without("lf_matter_id")), profile: ledes.Profile{Optional: []string{"LAW_FIRM_MATTER_ID"}}, want: []string{notChecked}},
	{name: "no client matter in XML", edit: fromXML(without("cl_matter_id")), want: []string{notChecked}},
	{name: "no client matter in XML, required", edit: fromXML(without("cl_matter_id")), profile: ledes.Profile{Require: []string{"CLIENT_MATTER_ID"}}, want: []string{"reject required 14 cl_matter_id"}},
	{name: "no client, required", edit: fromXML(without("cl_lf_id")), profile: ledes.Profile{Require: []string{"CLIENT_ID"}}, want: []string{"reject required 5 cl_lf_id"}},
	{name: "no line items in XML", edit: fromXML(without("fee"), without("expense")), want: []string{"reject no-line-items 0"}},
	{name: "line items outside a matter", edit: fromXML(without("fee"), without("expense"), replace("</matter>", "</matter><fee/>")), want: []string{"reject no-line-items 0"}},
	{name: "number given twice", edit: fromXML(replace("<inv_id>", "<inv_id>B</inv_id><inv_id>")), want: []string{"reject xml 8 inv_id"}},
	{name: "element in a number", edit: fromXML(fill("inv_id", "A<b>-</b>1")), want: []string{"reject xml 8 inv_id"}},

	// Values.
	{name: "date of XML 2000", edit: fromXML(fill("inv_date", "20260131")), want: []string{notChecked}},
	{name: "date with a time zone", edit: fromXML(fill("inv_date", "2026-01-31-05:00")), want: []string{notChecked}},
	{name: "date with a time", edit: fromXML(fill("inv_date", "2026-01-31T00:00:00")), want: []string{"reject xml 9 inv_date"}},
	{name: "date with half a time zone", edit: fromXML(fill("inv_date", "2026-01-31-0x:00")), want: []string{"reject xml 9 inv_date"}},
	{name: "date of the United States", edit: fromXML(fill("inv_date", "01/31/2026")), want: []string{"reject xml 9 inv_date"}},
	{name: "date not in the calendar", edit: fromXML(fill("inv_date", "2026-02-29")), want: []string{"reject xml 9 inv_date"}},
	{name: "period cannot be read", edit: fromXML(fill("inv_end_date", "January")), want: []string{"reject xml 11 inv_end_date"}},
	{name: "total with a comma", edit: fromXML(fill("inv_total_net_due", "1,540.00")), want: []string{"reject xml 13 inv_total_net_due"}},
	{name: "total of five decimals", edit: fromXML(fill("inv_total_net_due", "540.00001")), want: []string{"reject xml 13 inv_total_net_due"}},
	{name: "total of twelve digits", edit: fromXML(fill("inv_total_net_due", "123456789012.1234")), want: []string{notChecked}},
	{name: "total of thirteen digits", edit: fromXML(fill("inv_total_net_due", "1234567890123")), want: []string{"reject xml 13 inv_total_net_due"}},
	{name: "number in XML climbs", edit: fromXML(fill("inv_id", "a..b")), want: []string{"reject invoice-number-path 8 inv_id"}},
	{name: "number in XML holds a slash", edit: fromXML(fill("inv_id", "2026/01")), want: []string{notChecked, "warn invoice-number-characters 8 inv_id"}},
	{name: "number in XML refused", edit: fromXML(), profile: ledes.Profile{NumberChars: "A01"}, want: []string{"reject invoice-number-characters 8 inv_id"}},
	{name: "number in XML allowed", edit: fromXML(fill("inv_id", "A/1")), profile: ledes.Profile{NumberChars: "A/1"}, want: []string{notChecked}},
	{name: "number beyond ASCII", edit: fromXML(fill("inv_id", "\u0391-1")), profile: ledes.Profile{NumberChars: "\u0391-1"}, want: []string{"reject not-ascii 8 inv_id"}},
	{name: "line break in a client", edit: fromXML(fill("cl_lf_id", "A\nB")), want: []string{"reject control-character 6 cl_lf_id"}},
	{name: "control beyond ASCII in a client", edit: fromXML(fill("cl_lf_id", "A&#x85;B")), want: []string{"reject control-character 6 cl_lf_id"}},
	{name: "line break in a description", edit: fromXML(fill("inv_desc", "A\r\n\tB")), want: []string{notChecked}},
	{name: "client as long as allowed", edit: fromXML(fill("cl_lf_id", strings.Repeat("ü", 255))), want: []string{notChecked}},
	{name: "client too long", edit: fromXML(fill("cl_lf_id", strings.Repeat("x", 256))), want: []string{"reject too-long 6 cl_lf_id"}},
	{name: "client too long for the carrier", edit: fromXML(), profile: ledes.Profile{MaxLength: map[string]int{"CLIENT_ID": 3}}, want: []string{"reject too-long 6 cl_lf_id"}},
	{name: "description too long for the carrier", edit: fromXML(), profile: ledes.Profile{MaxLength: map[string]int{"INVOICE_DESCRIPTION": 6}}, want: []string{"reject too-long 12 inv_desc"}},
	{name: "description as long as allowed", edit: fromXML(), profile: ledes.Profile{MaxLength: map[string]int{"INVOICE_DESCRIPTION": 7}}, want: []string{notChecked}},

	// Limits.
	{name: "XML as large as allowed", edit: fromXML(), profile: ledes.Profile{MaxSize: int64(len(soundXML))}, want: []string{notChecked}},
	{name: "XML too large by its last byte", edit: fromXML(), profile: ledes.Profile{MaxSize: int64(len(soundXML) - 1)}, want: []string{"reject file-too-large 0"}},
	{name: "XML too large", edit: fromXML(), profile: ledes.Profile{MaxSize: 200}, want: []string{"reject file-too-large 0"}},
	{name: "text too long", edit: fromXML(fill("inv_desc", strings.Repeat("x", ledes.MaxLine))), want: []string{"reject line-too-long 12"}},
	{name: "text too long in parts", edit: fromXML(fill("inv_desc", strings.Repeat(strings.Repeat("x", 1<<14)+"<!-- -->", 5))), want: []string{"reject line-too-long 12"}},
	{name: "tag too long", edit: fromXML(replace("<inv_desc>", "<inv_desc x='"+strings.Repeat("x", ledes.MaxLine)+"'>")), want: []string{"reject line-too-long 12"}},
	{name: "as deep as allowed", edit: fromXML(fill("inv_desc", ""), replace("<inv_desc></inv_desc>", nested(60))), want: []string{notChecked}},
	{name: "too deep", edit: fromXML(fill("inv_desc", ""), replace("<inv_desc></inv_desc>", nested(61))), want: []string{"reject xml 12"}},
}

// version makes soundXML one of another version.
func version(v string) edit {
	return all(replaceAll("ledesxmlebilling2.2", "ledesxmlebilling"+v), replace("http://www.ledes.org/LEDES22.xsd", "urn:x"))
}

// encoding says another encoding.
func encoding(name string) edit { return replace("UTF-8", name) }

func replaceAll(from, to string) edit {
	return func(file string) string { return strings.ReplaceAll(file, from, to) }
}

// nested is n elements, one in the other.
func nested(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }

func TestXMLVerdicts(t *testing.T) {
	for _, c := range xmlCases {
		t.Run(c.name, func(t *testing.T) {
			f := read(t, c.edit(""), c.profile)
			var got []string
			for _, finding := range f.Findings {
				got = append(got, xmlBrief(finding))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s%v", diff, f.Findings)
			}
			if got, want := f.Verdict(), verdictOf(c.want); got != want {
				t.Errorf("verdict %s, want %s", got, want)
			}
			if err := c.profile.Validate(); err != nil {
				t.Errorf("profile: %v", err)
			}
			checkXML(t, c.edit(""), ledes.Options{Profile: c.profile})
		})
	}
}
