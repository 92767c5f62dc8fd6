package ledes

import (
	"bytes"
	"strings"
)

// begins judges the first bytes, and says how to read on.
func (r *reader) begins(head []byte) step {
	if len(bytes.TrimSpace(head)) == 0 && len(head) < 512 {
		r.whole(CodeEmpty, 0, "the file is empty")
		return r.drain
	}
	if what := sniff(head); what != "" {
		r.whole(CodeNotLEDES, 0, "this is not a LEDES file but %s", what)
		return r.drain
	}
	if isXML(head) {
		return r.xml
	}
	return r.topLine(r.formatLine, r.topLine(r.header, r.body))
}

// formatLine judges line 1, for instance "LEDES1998B[]".
func (r *reader) formatLine(p physical) bool {
	line, marked := bytes.CutPrefix(p.text, []byte(bom))
	if marked {
		r.whole(CodeBOM, p.no, "the file begins with a byte order mark, which LEDES does not know")
	}
	name := strings.Trim(string(line), blanks)
	name, _ = strings.CutSuffix(name, "[]")
	name = upper(strings.Trim(name, blanks))
	if l, ok := layoutNamed(name); ok {
		r.laidOut(p, l, line, name)
		return true
	}
	const expected = "LEDES1998B[], or LEDES98BI V2[]"
	switch {
	case name == "":
		r.inLine(CodeFormatMissing, p, 0, 0, expected, "the first line is blank; it must be %q", "LEDES1998B[]")
	case strings.Contains(name, "\r"):
		r.inLine(CodeFormatUnknown, p, bytes.IndexByte(p.text, '\r'), 1, expected,
			"the lines of the file end neither as on Windows (CR LF) nor as on Unix (LF): save it with one of these")
	case strings.Contains(name, fields1998B[invoiceDate].name+"|"):
		r.inLine(CodeFormatMissing, p, 0, 0, expected, "the file begins with the header; the line %q before it is missing", "LEDES1998B[]")
	case padded(name):
		r.inLine(CodeFormatPadded, p, 0, len(p.text), expected,
			"the first line is %s: a spreadsheet has padded or quoted it; export the file as plain text", line)
	default:
		r.inLine(CodeFormatUnknown, p, 0, len(p.text), expected, "the first line is %s, which names no LEDES format", line)
	}
	return false
}

// padded reports whether name is that of a layout but for marks around it.
func padded(name string) bool {
	_, ok := layoutNamed(strings.TrimSpace(strings.Trim(name, "[]|,;\t \"")))
	return ok
}

// laidOut takes the layout l, which a first line names.
func (r *reader) laidOut(p physical, l layout, line []byte, name string) {
	r.layout, r.columns = l, l.columns(r.options.Profile)
	r.head = append(r.head, p.span)
	if want := name + "[]"; string(line) != want {
		r.inLine(CodeFormatLine, p, 0, len(p.text), want, "the first line is %s instead of %q", line, want)
	} else if name == l.odd {
		r.inLine(CodeFormatLine, p, 0, len(p.text), l.first[0]+"[]", "the first line is %s; most systems know it as %q", line, l.first[0]+"[]")
	}
}

// header judges the line with the names of the fields.
func (r *reader) header(p physical) bool {
	body, ended := cutRecord(p.text)
	body = bytes.TrimLeft(body, blanks)
	names := strings.Split(string(body), "|")
	if len(names) != len(r.layout.fields) {
		r.wrongCount(p, names)
		return false
	}
	if !ended {
		r.inLine(CodeHeaderName, p, len(p.text), 0, "[]", "the header does not end with []")
		return false
	}
	odd := len(names) // the first that is not exactly as it should be
	for i, f := range r.layout.fields {
		name := upper(strings.Trim(names[i], " "))
		if name != upper(f.name) {
			r.wrongName(p, i, []byte(names[i]))
			return false
		}
		if names[i] != f.name && names[i] != name {
			odd = min(odd, i)
		}
	}
	if odd < len(names) {
		r.inLine(CodeHeaderForm, p, startOf(p.text, odd), len(names[odd]), r.layout.fields[odd].name, headerForm)
	} else if len(p.text) != len(body)+len("[]") {
		r.inLine(CodeHeaderForm, p, 0, len(p.text), "", headerForm)
	}
	r.head = append(r.head, p.span)
	return true
}

// wrongCount notes that the header has too many names, or too few, and points at the
// first that is not where it should be.
func (r *reader) wrongCount(p physical, names []string) {
	fields := r.layout.fields
	column := 0
	for column < min(len(names), len(fields)) && upper(strings.Trim(names[column], " ")) == upper(fields[column].name) {
		column++
	}
	body, _ := cutRecord(p.text)
	from, n, expected := len(body), 0, "[]"
	if column < len(names) {
		from, n = startOf(p.text, column), len(names[column])
	}
	if column < len(fields) {
		expected = fields[column].name
	}
	r.inLine(CodeHeaderCount, p, from, n, expected, "the header has %d names; %s has %d%s",
		len(names), string(r.layout.format), len(fields), otherwise(len(names)))
}

const headerForm = "the names in the header must be in capitals, without blanks around them"

// otherwise tells of which layout a header with so many names could be.
func otherwise(names int) string {
	for _, l := range layouts {
		if len(l.fields) == names {
			return "; it is perhaps that of " + string(l.format)
		}
	}
	return ""
}

func (r *reader) wrongName(p physical, column int, name []byte) {
	f := r.layout.fields[column]
	at := place{line: p.no, column: column + 1, field: f.name, value: name, invoice: whole, text: p.text, from: startOf(p.text, column)}
	r.findings.add(CodeHeaderName, at, f.name, "column %d of the header is %s instead of %s", column+1, name, f.name)
}

// begun notes that another file begins at p, if its first or its second line is there.
func (r *reader) begun(p physical) bool {
	text := bytes.TrimLeft(p.text, " \t\"")
	if len(text) == 0 || text[0] >= '0' && text[0] <= '9' {
		return false // a date, as in nearly every line
	}
	body, _ := cutRecord(bytes.TrimPrefix(text, []byte(bom)))
	first, _, _ := bytes.Cut(body, []byte("|"))
	name := upper(string(trim(first[:min(len(first), longestName)])))
	if _, format := layoutNamed(name); !format && name != fields1998B[invoiceDate].name {
		return false
	}
	r.inLine(CodeSecondFile, p, 0, len(p.text), "a line item", "another file begins here: two or more were put together")
	return true
}

// longestName is more than any first line of a format, or any field's name, has.
const longestName = 40

// startOf is where in a line a column begins.
func startOf(line []byte, column int) int {
	from := 0
	for range column {
		i := bytes.IndexByte(line[from:], '|')
		if i < 0 {
			return len(line)
		}
		from += i + 1
	}
	return from
}

// upper is s with the letters of ASCII in capitals, and no others: in Unicode
// more than one letter has I or S as its capital.
func upper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
