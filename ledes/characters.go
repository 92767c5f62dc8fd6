package ledes

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode"
	"unicode/utf8"
)

// characters judges the characters of a field.
func (r *reader) characters(it *item, column int) {
	value, name := it.value[column], r.columns[column].name
	control, foreign := scanCharacters(value)
	if control {
		i := bytes.IndexFunc(value, unicode.IsControl)
		r.findings.add(CodeControl, r.part(it, column, i), "characters that can be seen", "there is a control character in %s", near(value, i))
	}
	if foreign {
		r.foreign(it, column)
	}
	if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
		r.note(CodeQuoted, it, column, "", "the quotes around %s will be taken as part of it", name)
	}
	if i := bytes.Index(value, []byte("[]")); i >= 0 {
		at := r.part(it, column, i)
		at.mark = len("[]")
		r.findings.add(CodeBrackets, at, "", "%s holds [], which some portals take for the end of the line", name)
	}
}

// part is the place of the character of a field that begins at byte i: it is that which
// somebody looks for in a long text.
func (r *reader) part(it *item, column, i int) place {
	at := r.at(it, column)
	at.from += max(i, 0)
	_, at.mark = utf8.DecodeRune(at.value[max(i, 0):])
	return at
}

// foreign notes characters beyond ASCII. No carrier turns those of what tells one invoice
// from another into others.
func (r *reader) foreign(it *item, column int) {
	name, value := r.columns[column].name, it.value[column]
	severity := r.findings.severity[CodeNonASCII]
	if slices.Contains(identity, name) {
		severity = Reject
	}
	i, written := foreignIndex(value), "in UTF-8"
	if !utf8.Valid(value) {
		written = "in a code page of Windows"
	}
	r.findings.addAs(severity, CodeNonASCII, r.part(it, column, i), "ASCII",
		"%s holds characters beyond ASCII, %s, for instance curly quotes or a long dash: %s", name, written, near(value, i))
}

// plain reports whether a line holds nothing but printable ASCII, and neither " nor [],
// so that no field of it needs to be looked at.
func plain(line []byte) bool {
	const each, high = 0x0101_0101_0101_0101, 0x8080_8080_8080_8080
	b := line
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		// A byte is out if it has the high bit, falls below zero less 0x20, or is 0x7F.
		if (x|(x-each*' ')|(x+each))&high != 0 {
			return false
		}
	}
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return bytes.IndexByte(line, '"') < 0 && bytes.IndexByte(line, '[') < 0
}

// scanCharacters reports whether s holds control characters, and whether it
// holds anything beyond ASCII. The controls between 0x80 and 0x9F count as such
// only in UTF-8: in the code pages of Windows they are letters and quotes.
func scanCharacters(s []byte) (control, foreign bool) {
	for _, c := range s {
		control = control || c < ' ' || c == 0x7F
		foreign = foreign || c >= utf8.RuneSelf
	}
	if foreign && utf8.Valid(s) {
		control = control || bytes.ContainsFunc(s, unicode.IsControl)
	}
	return control, foreign
}

// foreignIndex is where the first character beyond ASCII begins; -1 if there is none.
func foreignIndex(s []byte) int {
	return slices.IndexFunc(s, func(c byte) bool { return c >= utf8.RuneSelf })
}

// near is s from shortly before its byte i on, so that a shortened message shows it.
func near(s []byte, i int) []byte {
	const before = 20
	return s[max(0, i-before):]
}
