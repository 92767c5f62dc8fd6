package ledes

import (
	"strconv"
	"unicode/utf8"
)

// shown is how many characters of a file's value a message repeats.
const shown = 40

// quote makes a value of a file safe to show: in quotes, nothing but printable
// ASCII, and short. A terminal, a log and a page may print it.
func quote(s string) string {
	short, n := s, 0
	for i := range s {
		if n == shown {
			short = s[:i]
			break
		}
		n++
	}
	if len(short) == len(s) {
		return strconv.QuoteToASCII(s)
	}
	more := utf8.RuneCountInString(s[len(short):])
	return strconv.QuoteToASCII(short) + " and " + strconv.Itoa(more) + " more"
}

// count is "1 field", "24 fields".
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}
