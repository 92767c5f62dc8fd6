package ledes

import (
	"encoding/xml"
	"slices"
	"strings"
)

// A segment is an element of LEDES XML that holds what is read, or that is a line item.
type segment int

const (
	inRoot segment = iota
	inFirm
	inClient
	inInvoice
	inMatter
	inItem
	elsewhere // any other element; also how many segments there are
)

// xmlSegments are the segments, each inside another: as the writer of XML 2.2 in TOTVS
// Protheus nests them, and as Mitratech describes XML 2.0 and 2.1.
var xmlSegments = []struct {
	within segment
	name   string
	opens  segment
}{
	{inRoot, "firm", inFirm},
	{inFirm, "client", inClient},
	{inClient, "invoice", inInvoice},
	{inInvoice, "matter", inMatter},
	{inMatter, "fee", inItem},
	{inMatter, "expense", inItem},
}

// An xmlField is what fills a field of an invoice. Column is that of LEDES 98BI with the
// same meaning, by whose name a [Profile] knows it.
type xmlField struct {
	column int
	within segment
	names  []string // of the element; of several that are filled the first counts
	kind   fieldKind
	needed bool // without it nothing can be filed
}

// xmlFields are the elements that are read, under the names of all versions: the writer
// of TOTVS Protheus (2.2) and the comparison of versions by LEDES.org have lf_vendor_id
// where Mitratech's pages on 2.0 and 2.1 have lf_office_id; both were lf_tax_id in XML
// 2000. A client's own number is optional there. The total is with taxes, although its
// name has "net" in it (LEDES.org, "Naming inconsistency noted"); no element has the total
// without them.
var xmlFields = []xmlField{
	{lawFirmID, inFirm, []string{"lf_vendor_id", "lf_office_id", "lf_id"}, text, true},
	{clientID, inClient, []string{"cl_lf_id", "cl_id"}, text, false},
	{invoiceNumber, inInvoice, []string{"inv_id"}, text, true},
	{invoiceDate, inInvoice, []string{"inv_date"}, date, true},
	{invoiceTotal, inInvoice, []string{"inv_total_net_due"}, money, true},
	{billingStart, inInvoice, []string{"inv_start_date"}, date, false},
	{billingEnd, inInvoice, []string{"inv_end_date"}, date, false},
	{invoiceText, inInvoice, []string{"inv_desc"}, text, false},
	{currencyCode, inInvoice, []string{"inv_currency"}, text, false},
	{taxTotal, inInvoice, []string{"inv_total_tax"}, money, false},
	{matterID, inMatter, []string{"lf_matter_id"}, text, true},
	{clientMatterID, inMatter, []string{"cl_matter_id"}, text, false},
}

// ledesName is what LEDES 98BI calls the field.
func (f xmlField) ledesName() string { return fields98BI[f.column].name }

// expected is what the element holds, in words for whoever wrote something else.
func (f xmlField) expected() string {
	if f.kind == date {
		return "a date as YYYY-MM-DD, such as 2026-01-31"
	}
	return f.kind.expected()
}

// xmlLongest is how many characters an element may have that names something. Sizes are
// not the same in all versions; this is more than any of them, and what can be kept.
const xmlLongest = 255

// longest is how many characters the element may have for p; 0 if any number.
func (f xmlField) longest(p Profile) int {
	if n, ok := p.MaxLength[f.ledesName()]; ok {
		return n
	}
	if f.column == invoiceText {
		return 0
	}
	return xmlLongest
}

// xmlVersions are those that are read.
var xmlVersions = []string{"2.0", "2.1", "2.2"}

// xmlVersion is the version that a root element names; "" if it is none that is read.
// Protheus writes 2.2 as <ledesxmlebilling2.2 xmlns='http://www.ledes.org/LEDES22.xsd'>;
// its revision 2.2.1 may add ".1" to the one, and "1" to the other.
func xmlVersion(root xml.Name) string {
	for _, v := range xmlVersions {
		if rest, ok := strings.CutPrefix(root.Local, "ledesxmlebilling"+v); ok && revision(rest) {
			return v
		}
		space := "http://www.ledes.org/LEDES" + strings.ReplaceAll(v, ".", "")
		if rest, ok := strings.CutPrefix(root.Space, space); ok && strings.HasPrefix(root.Local, "ledesxml") {
			if digits, ok := strings.CutSuffix(rest, ".xsd"); ok && len(digits) < 2 && allDigits(digits) {
				return v
			}
		}
	}
	return ""
}

// revision reports whether s is "", or as ".1".
func revision(s string) bool {
	digits, ok := strings.CutPrefix(s, ".")
	return s == "" || ok && digits != "" && allDigits(digits)
}

// root judges the root element, which names the version.
func (x *xmlReader) root(name xml.Name) bool {
	local := []byte(name.Local)
	version := xmlVersion(name)
	switch {
	case version != "":
		x.version, x.space, x.layout.format = version, name.Space, LEDESXML
		x.within = append(x.within, inRoot)
		return true
	case name.Local == "ledesxml":
		return x.refuse(CodeUnsupported, "this is LEDES XML 2000, which LEDES.org withdrew on 1 February 2024")
	case strings.HasPrefix(upper(name.Local), "LEDES"):
		return x.refuse(CodeUnsupported, "the root element is %s, which is not that of LEDES XML 2.0, 2.1 or 2.2", local)
	}
	return x.refuse(CodeNotLEDES, "this is not a LEDES file but other XML: its root element is %s", local)
}

// known is the segment that an element opens; elsewhere if none. If it is a field that
// is read, it becomes the one in work.
func (x *xmlReader) known(within segment, name string) segment {
	for _, s := range xmlSegments {
		if s.within == within && s.name == name {
			return s.opens
		}
	}
	for _, f := range xmlFields {
		if f.within != within || x.several() {
			continue
		}
		if rank := slices.Index(f.names, name); rank >= 0 {
			x.reading, x.field, x.rank, x.name, x.text, x.line = true, f, rank, f.names[rank], x.text[:0], x.position()
		}
	}
	return elsewhere
}
