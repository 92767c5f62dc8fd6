package ledes

import (
	"strings"
	"unicode/utf8"
)

// An Excerpt is a part of a line with a mark under what is meant, for people.
type Excerpt struct {
	Text string `json:"text"` // printable ASCII, with a ? for any other character, and ... where it is cut
	From int    `json:"from"` // the mark is under Text[From:To]
	To   int    `json:"to"`   // at least From+1
}

// Mark is what goes under Text to show what is meant: blanks, then carets.
func (e Excerpt) Mark() string {
	return strings.Repeat(" ", e.From) + strings.Repeat("^", e.To-e.From)
}

// How many bytes of a line an excerpt shows: of what is meant, and before and behind it.
const (
	excerptOf     = 48
	excerptAround = 26
)

// excerpt shows n bytes of a line from the byte from on, and some around them.
func excerpt(line []byte, from, n int) *Excerpt {
	from = min(max(from, 0), len(line))
	to := min(from+min(max(n, 0), excerptOf), len(line))
	begin, end := max(from-excerptAround, 0), min(to+excerptAround, len(line))
	var b strings.Builder
	ellipsis(&b, begin > 0)
	plainly(&b, line[begin:from])
	e := &Excerpt{From: b.Len()}
	plainly(&b, line[from:to])
	e.To = max(b.Len(), e.From+1)
	plainly(&b, line[to:end])
	ellipsis(&b, end < len(line))
	e.Text = b.String()
	return e
}

func ellipsis(b *strings.Builder, cut bool) {
	if cut {
		b.WriteString("...")
	}
}

// plainly writes text with one ? for each character that is not printable ASCII.
func plainly(b *strings.Builder, text []byte) {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r < ' ' || r > '~' {
			r = '?'
		}
		b.WriteByte(byte(r))
		text = text[n:]
	}
}
