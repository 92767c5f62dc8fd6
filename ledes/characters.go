package ledes

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// characters judges the characters of a field.
func (r *reader) characters(it *item, column int) {
	value := it.value[column]
	control, foreign := scanCharacters(value)
	if control {
		r.note(Reject, CodeControl, it, column, "there is a control character in %s", quote(value))
	}
	if foreign {
		name := r.layout.fields[column].name
		refuse := !r.profile.Transliterates || slices.Contains(identity, name)
		r.note(severity(refuse), CodeNonASCII, it, column,
			"%s holds characters beyond ASCII, for instance curly quotes or a long dash: %s", name, quote(fromForeign(value)))
	}
	if len(value) > 1 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
		r.note(Warn, CodeQuoted, it, column, "the quotes around %s will be taken as part of it", r.layout.fields[column].name)
	}
	if strings.Contains(value, "[]") {
		r.note(Warn, CodeBrackets, it, column, "%s holds [], which some portals take for the end of the line", r.layout.fields[column].name)
	}
}

// scanCharacters reports whether s holds control characters, and whether it
// holds anything beyond ASCII. The controls between 0x80 and 0x9F count as such
// only in UTF-8: in the code pages of Windows they are letters and quotes.
func scanCharacters(s string) (control, foreign bool) {
	for i := range len(s) {
		control = control || s[i] < ' ' || s[i] == 0x7F
		foreign = foreign || s[i] >= utf8.RuneSelf
	}
	if foreign && utf8.ValidString(s) {
		control = control || strings.ContainsFunc(s, unicode.IsControl)
	}
	return control, foreign
}

// fromForeign is s from shortly before its first character beyond ASCII on, so
// that a shortened message shows it.
func fromForeign(s string) string {
	const before = 20
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return s[max(0, i-before):]
		}
	}
	return s
}
