package ledes

import (
	"bytes"
	"strings"
)

// begins judges the first bytes.
func (r *reader) begins(head []byte) bool {
	if len(bytes.TrimSpace(head)) == 0 && len(head) < 512 {
		r.reject(CodeEmpty, 0, "the file is empty")
		return false
	}
	if what := sniff(head); what != "" {
		r.reject(CodeNotLEDES, 0, "this is not a LEDES file but %s", what)
		return false
	}
	if is, named := xml(head); is && named {
		r.file.Format = LEDESXML
		r.reject(CodeUnsupported, 1, "this is LEDES XML, which Lodge cannot check yet; send LEDES 1998B")
		return false
	} else if is {
		r.reject(CodeNotLEDES, 1, "this is an XML file, but not LEDES")
		return false
	}
	return true
}

// formatLine judges line 1, for instance "LEDES1998B[]".
func (r *reader) formatLine(p physical) bool {
	line, marked := strings.CutPrefix(string(p.text), bom)
	if marked {
		r.warn(CodeBOM, p.no, "the file begins with a byte order mark, which LEDES does not know")
	}
	name := strings.Trim(line, blanks)
	name, _ = strings.CutSuffix(name, "[]")
	name = upper(strings.Trim(name, blanks))
	if l, ok := layoutNamed(name); ok {
		return r.laidOut(p, l, line)
	}
	switch {
	case name == "":
		r.reject(CodeFormatMissing, p.no, "the first line is blank; it must be %q", "LEDES1998B[]")
	case strings.Contains(name, fields1998B[invoiceDate].name+"|"):
		r.reject(CodeFormatMissing, p.no, "the file begins with the header; the line %q before it is missing", "LEDES1998B[]")
	case strings.Trim(name, "[]|,;\t \"") == string(LEDES1998B):
		r.reject(CodeFormatPadded, p.no, "the first line is %s: a spreadsheet has padded or quoted it; export the file as plain text",
			quote(line))
	default:
		r.reject(CodeFormatUnknown, p.no, "the first line is %s, which names no LEDES format", quote(line))
	}
	return false
}

// laidOut judges a first line that names the layout l.
func (r *reader) laidOut(p physical, l layout, line string) bool {
	r.layout, r.file.Format = l, l.format
	if l.fields == nil {
		r.reject(CodeUnsupported, p.no, "this is %s, which Lodge cannot check yet; send LEDES 1998B", l.format)
		return false
	}
	r.file.head = append(r.file.head, p.span)
	if want := l.first[0] + "[]"; line != want {
		r.warn(CodeFormatLine, p.no, "the first line is %s instead of %q", quote(line), want)
	}
	return true
}

// header judges the line with the names of the fields.
func (r *reader) header(p physical) bool {
	line := string(p.text)
	trimmed := strings.Trim(line, blanks)
	names := strings.Split(strings.TrimSuffix(trimmed, "[]"), "|")
	if len(names) != len(r.layout.fields) {
		r.reject(CodeHeaderCount, p.no, "the header has %d names; %s has %d", len(names), r.layout.format, len(r.layout.fields))
		return false
	}
	if !strings.HasSuffix(trimmed, "[]") {
		r.reject(CodeHeaderName, p.no, "the header does not end with []")
		return false
	}
	exact := trimmed == line
	for i, f := range r.layout.fields {
		if upper(strings.Trim(names[i], " ")) != f.name {
			r.findings.add(Reject, CodeHeaderName, p.no, f.name, whole, "column %d of the header is %s instead of %s", i+1, quote(names[i]), f.name)
			return false
		}
		exact = exact && names[i] == f.name
	}
	if !exact {
		r.warn(CodeHeaderForm, p.no, "the names in the header must be in capitals, without blanks around them")
	}
	r.file.head = append(r.file.head, p.span)
	return true
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
