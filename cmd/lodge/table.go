package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// A table is rows of cells under a heading. Its last column is the long one: on
// a terminal it is wrapped into what is left of the line.
type table struct {
	head  []string
	right []bool // columns that are aligned to the right; may be short
	rows  [][]string
	cut   bool // the last cell is cut to one line rather than wrapped
}

const (
	gap      = "  "
	leastEnd = 20 // columns that the last cell has, however narrow the terminal is
)

// add adds a row; what would move a terminal's cursor is taken out of it.
func (t *table) add(cells ...string) {
	for i, c := range cells {
		cells[i] = printable(c)
	}
	t.rows = append(t.rows, cells)
}

// write writes t. columns is the width of the terminal; 0 wraps nothing.
func (t *table) write(w io.Writer, columns int) {
	headed := table{t.head, t.right, append([][]string{t.head}, t.rows...), t.cut}
	headed.writeRows(w, columns)
}

// writeRows writes t without its head.
func (t *table) writeRows(w io.Writer, columns int) {
	widths := t.widths()
	start := 0
	for _, n := range widths[:len(widths)-1] {
		start += n + len(gap)
	}
	rest := 0
	if columns > 0 {
		rest = max(columns-start, leastEnd)
	}
	for _, row := range t.rows {
		last := len(row) - 1
		var line strings.Builder
		for i, cell := range row[:last] {
			line.WriteString(t.pad(i, cell, widths[i]) + gap)
		}
		end := wrap(row[last], rest)
		if t.cut && rest > 0 {
			end = []string{shorten(row[last], rest)}
		}
		for i, part := range end {
			if i > 0 {
				line.WriteString(strings.Repeat(" ", start))
			}
			line.WriteString(part)
			_, _ = fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
			line.Reset()
		}
	}
}

func (t *table) widths() []int {
	widths := make([]int, len(t.head))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	return widths
}

func (t *table) pad(column int, cell string, width int) string {
	blanks := strings.Repeat(" ", width-uniseg.StringWidth(cell))
	if column < len(t.right) && t.right[column] {
		return blanks + cell
	}
	return cell + blanks
}

// wrap breaks s between words into lines of at most width columns; 0 breaks
// nothing. A word that is longer has a line of its own, and stays whole: it may
// be a path that somebody copies.
func wrap(s string, width int) []string {
	if width == 0 || uniseg.StringWidth(s) <= width {
		return []string{s}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		switch {
		case line == "":
			line = word
		case uniseg.StringWidth(line)+1+uniseg.StringWidth(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// writeWrapped writes a paragraph: first stands before its first line, and as
// many blanks before the others. columns is the terminal's width, 0 wraps nothing.
func writeWrapped(w io.Writer, first, text string, columns int) {
	indent := uniseg.StringWidth(first)
	width := 0
	if columns > 0 {
		width = max(columns-indent, leastEnd)
	}
	for _, part := range wrap(printable(text), width) {
		_, _ = fmt.Fprintln(w, first+part)
		first = strings.Repeat(" ", indent)
	}
}

// shorten cuts s to at most width columns and marks the cut.
func shorten(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var short strings.Builder
	left := width - 1
	for g := uniseg.NewGraphemes(s); g.Next() && g.Width() <= left; left -= g.Width() {
		short.WriteString(g.Str())
	}
	return short.String() + "…"
}

// printable makes one line of s without anything that a terminal would obey, or
// that turns the direction of writing and so shows another number than there is:
// carriers' texts and file names are other people's.
func printable(s string) string {
	return strings.Map(harmless, strings.Join(strings.Fields(s), " "))
}

// harmless is r, or -1 if a terminal would obey it.
func harmless(r rune) rune {
	if unicode.In(r, unicode.Cc, unicode.Cf) {
		return -1
	}
	return r
}
