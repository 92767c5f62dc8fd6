package ledes

import (
	"bytes"
	"errors"
	"slices"
	"unicode/utf8"
)

// xmlBlanks are the blanks of XML. They stand around values for the eye alone.
const xmlBlanks = " \t\r\n"

// at is the place of the element in work.
func (x *xmlReader) at(value []byte) place {
	p := place{line: x.line, field: x.name, value: value, invoice: whole}
	if len(value) > 0 {
		p.text, p.from = slices.Concat([]byte("<"+x.name+">"), value, []byte("</"+x.name+">")), len(x.name)+2
	}
	return p
}

// value judges the element in work and keeps what it holds. One that is blank is as one
// that is not there.
func (x *xmlReader) value() {
	f, value := x.field, bytes.Trim(x.text, xmlBlanks)
	if len(value) == 0 {
		return
	}
	rec := x.record(f.within)
	if len(rec.value[f.column]) > 0 {
		if x.rank == rec.rank[f.column] {
			x.findings.add(CodeXML, x.at(value), "once", "%s is given twice: on line %d, and here as %s", x.name, rec.at[f.column], value)
		}
		if x.rank >= rec.rank[f.column] {
			return
		}
	}
	var err error
	switch f.kind {
	case date:
		rec.day[f.column], err = parseXMLDay(value)
	case money:
		rec.amount[f.column], err = parseAmount(value, fields98BI[f.column].max)
	default:
		value = x.words(f, value)
	}
	if err != nil {
		x.findings.add(CodeXML, x.at(value), f.expected(), "%s is %s: %s", x.name, value, err.Error())
	}
	rec.value[f.column], rec.has[f.column] = bytes.Clone(value), err == nil
	rec.rank[f.column], rec.at[f.column] = x.rank, x.line
}

var errXMLDate = errors.New("not a date of the form YYYY-MM-DD")

// parseXMLDay reads a date as XML has it, 2026-01-31, with a time zone or without: the day
// is the same. XML 2000 had 20260131, as some dates of those who write 2.x still are.
func parseXMLDay(value []byte) (day, error) {
	const dashed = len("YYYY-MM-DD")
	if len(value) > dashed && timeZone(value[dashed:]) {
		value = value[:dashed]
	}
	if len(value) == dashed && value[4] == '-' && value[7] == '-' {
		value = slices.Concat(value[:4], value[5:7], value[8:])
	}
	d, err := parseDay(value)
	if err != nil {
		return 0, errXMLDate
	}
	return d, nil
}

// timeZone reports whether s is "Z", or as "-05:00".
func timeZone(s []byte) bool {
	if string(s) == "Z" {
		return true
	}
	return len(s) == len("-05:00") && (s[0] == '+' || s[0] == '-') && s[3] == ':' &&
		allDigits(string(s[1:3])) && allDigits(string(s[4:]))
}

// words judges a text. The line breaks of a description are blanks.
func (x *xmlReader) words(f xmlField, value []byte) []byte {
	if f.column == invoiceText {
		value = bytes.Join(bytes.Fields(value), []byte(" "))
	}
	at := x.at(value)
	control, foreign := scanCharacters(value)
	if control {
		x.findings.add(CodeControl, at, "characters that can be seen", "there is a control character in %s", value)
	}
	if most := f.longest(x.options.Profile); most > 0 && utf8.RuneCount(value) > most {
		x.findings.add(CodeTooLong, at, "at most "+count(most, "character"), "%s has %d characters; %d are allowed: %s",
			x.name, utf8.RuneCount(value), most, value)
	}
	if f.column == invoiceNumber {
		if foreign { // the number becomes part of addresses, which XML does not change
			x.findings.addAs(Reject, CodeNonASCII, at, "ASCII", "%s holds characters beyond ASCII: %s", x.name,
				near(value, foreignIndex(value)))
		}
		x.checkNumber(at, value)
	}
	return value
}
