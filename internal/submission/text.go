package submission

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds each text that is kept for people, in bytes. The whole of what
// a site said is in the evidence.
const maxText = 2000

// text makes a site's or a person's words fit for a ledger and a terminal:
// valid UTF-8 without control and format signs (bidi overrides among them),
// blanks run together, at most maxText bytes.
func text(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxText {
		return s
	}
	const more = " …"
	end := maxText - len(more)
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + more
}
