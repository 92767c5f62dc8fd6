package ledes

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// An xmlRecord is what was read of an invoice, by column.
type xmlRecord struct {
	item
	rank [width98BI]int // which of the field's names it had
	at   [width98BI]int // its line
}

// several reports whether the file holds more than one invoice. What comes after the
// first is counted, and not read.
func (x *xmlReader) several() bool {
	return x.count[inFirm] > 1 || x.count[inClient] > 1 || x.count[inInvoice] > 1
}

// open begins a segment. An invoice is counted wherever it stands: a website may read
// one that is not where it should be.
func (x *xmlReader) open(here segment, name string) bool {
	if name == "invoice" {
		x.count[inInvoice]++
		x.opened[inInvoice] = x.position()
	}
	switch here {
	case inInvoice, elsewhere:
		return true
	case inItem:
		return x.openItem()
	}
	x.count[here]++
	x.opened[here] = x.position()
	x.later = xmlRecord{}
	return true
}

// openItem counts a line item.
func (x *xmlReader) openItem() bool {
	if x.several() {
		return true
	}
	if x.items == x.limits.Lines {
		return x.refuse(CodeTooManyLines, "the invoice has more than %d line items", x.limits.Lines)
	}
	x.items++
	return true
}

// record is where the values of a segment go: those of the matters after the first by
// themselves.
func (x *xmlReader) record(s segment) *xmlRecord {
	if s == inMatter && x.count[inMatter] > 1 {
		return &x.later
	}
	return &x.one
}

// need judges what a segment must hold. What only the carrier demands breaks its rule,
// not that of the format.
func (x *xmlReader) need(s segment) {
	p := x.options.Profile
	for _, f := range xmlFields {
		if f.within != s || len(x.record(s).value[f.column]) > 0 {
			continue
		}
		name := f.ledesName()
		at := place{line: x.opened[s], field: f.names[0], invoice: whole}
		names := strings.Join(f.names, " or ")
		switch {
		case f.needed && (slices.Contains(identity, name) || !slices.Contains(p.Optional, name)):
			x.findings.add(CodeXML, at, f.expected(), "%s is missing or blank; without it the invoice cannot be filed", names)
		case slices.Contains(p.Require, name):
			x.findings.add(CodeRequired, at, f.expected(), "%s is missing or blank; this carrier wants it (%s)", names, name)
		}
	}
}

// matterEnds judges a matter when all of it was read.
func (x *xmlReader) matterEnds() {
	x.need(inMatter)
	matter, first := x.record(inMatter).value[matterID], x.one.value[matterID]
	if x.count[inMatter] > 1 && len(matter) > 0 && len(first) > 0 && !bytes.Equal(matter, first) {
		at := place{line: x.later.at[matterID], field: "lf_matter_id", value: matter, invoice: whole}
		x.findings.add(CodeMultiMatter, at, quote(string(first)), "the invoice bills the matters %s and %s", first, matter)
	}
}

// finished judges what only the whole file can tell.
func (x *xmlReader) finished() {
	switch {
	case x.version == "":
		x.refuse(CodeXML, "there is no root element")
	case x.several():
		x.whole(CodeXML, x.opened[inInvoice], "the file holds %s of %s and %s; LEDES XML is not split: export a file for each invoice",
			count(x.count[inInvoice], "invoice"), count(x.count[inClient], "client"), count(x.count[inFirm], "law firm"))
	default:
		x.need(inFirm)
		x.need(inClient)
		x.need(inInvoice)
		if x.count[inMatter] == 0 {
			x.need(inMatter)
		}
		x.notChecked()
	}
}

// tally keeps what was read, if there is a number to know it by.
func (x *xmlReader) tally() {
	rec := &x.one
	if len(rec.value[invoiceNumber]) == 0 {
		return
	}
	t := &tally{
		number: string(rec.value[invoiceNumber]), line: rec.at[invoiceNumber], total: rec.amount[invoiceTotal], lines: x.items, broken: true,
	}
	x.tallies = append(x.tallies, t)
	if x.file != nil {
		inv := Invoice{Number: t.number}
		fillInvoice(&inv, &rec.item)
		x.file.Invoices = append(x.file.Invoices, inv)
		x.file.lines = append(x.file.lines, nil)
	}
}

// notChecked says what was read of a file that is not refused, and what was not checked.
func (x *xmlReader) notChecked() {
	if x.findings.rejected() || x.items == 0 {
		return
	}
	rec := &x.one
	demands := ""
	if list := unlookedFor(x.options.Profile); len(list) > 0 {
		demands = "; nor what this carrier demands: " + strings.Join(list, ", ")
	}
	message := "LEDES XML %s was read as far as filing needs it: number %s, date %s, total %s with taxes, matter %s, %s. " +
		"The lines, and whether they make the total, were not checked%s"
	x.whole(CodeNotChecked, 0, message, x.version, rec.value[invoiceNumber], rec.day[invoiceDate].time().Format("2006-01-02"),
		rec.amount[invoiceTotal], rec.value[matterID], count(x.items, "line item"), demands)
}

// xmlDemands are what a carrier may demand of lines, which are not looked at.
var xmlDemands = []struct {
	what string
	made func(Profile) bool
}{
	{"units without a minus", func(p Profile) bool { return p.PositiveUnits }},
	{"codes of UTBMS", func(p Profile) bool { return p.KnownCodes }},
	{"the decimals of units", func(p Profile) bool { return p.UnitDecimals > 0 }},
	{"the decimals of amounts", func(p Profile) bool { return p.AmountDecimals > 0 }},
}

// unlookedFor is what p demands and is not looked at, in words.
func unlookedFor(p Profile) []string {
	var list []string
	for _, d := range xmlDemands {
		if d.made(p) {
			list = append(list, d.what)
		}
	}
	for _, name := range p.Require {
		if !readInXML(name) {
			list = append(list, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.MaxLength)) {
		if !readInXML(name) {
			list = append(list, "the length of "+name)
		}
	}
	return list
}

// readInXML reports whether a field of LEDES 98BI is one of those that are read.
func readInXML(name string) bool {
	return slices.ContainsFunc(xmlFields, func(f xmlField) bool { return f.ledesName() == name })
}
