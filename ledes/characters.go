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
		r.note(CodeControl, it, column, "characters that can be seen", "there is a control character in %s", value)
	}
	if foreign {
		r.foreign(it, column)
	}
	if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
		r.note(CodeQuoted, it, column, "", "the quotes around %s will be taken as part of it", name)
	}
	if bytes.Contains(value, []byte("[]")) {
		r.note(CodeBrackets, it, column, "", "%s holds [], which some portals take for the end of the line", name)
	}
}

// foreign notes characters beyond ASCII. No carrier turns those of what tells one invoice
// from another into others.
func (r *reader) foreign(it *item, column int) {
	name, value := r.columns[column].name, fromForeign(it.value[column])
	const message = "%s holds characters beyond ASCII, for instance curly quotes or a long dash: %s"
	if slices.Contains(identity, name) {
		r.refuse(CodeNonASCII, it, column, "ASCII", message, name, value)
		return
	}
	r.note(CodeNonASCII, it, column, "ASCII", message, name, value)
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

// fromForeign is s from shortly before its first character beyond ASCII on, so
// that a shortened message shows it.
func fromForeign(s []byte) []byte {
	const before = 20
	for i, c := range s {
		if c >= utf8.RuneSelf {
			return s[max(0, i-before):]
		}
	}
	return s
}
