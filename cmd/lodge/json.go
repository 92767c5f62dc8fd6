package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// writeLines writes one JSON object a line. Signs such as & stay readable. What a
// terminal would obey is escaped: texts and file names are other people's, and the
// output may well be looked at.
func writeLines[T any](w io.Writer, list []T) error {
	var line bytes.Buffer
	out, e := bufio.NewWriter(w), json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	for _, v := range list {
		line.Reset()
		if err := e.Encode(v); err != nil {
			return err
		}
		if _, err := out.WriteString(escaped(line.String())); err != nil {
			return err
		}
	}
	return out.Flush()
}

// escaped is JSON in which what is not harmless is written as \u and its number. It can
// stand in strings only, where that means the same.
func escaped(line string) string {
	line, _ = strings.CutSuffix(line, "\n")
	if strings.IndexFunc(line, obeyed) < 0 {
		return line + "\n"
	}
	var b strings.Builder
	for _, r := range line {
		switch {
		case !obeyed(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			_, _ = fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			_, _ = fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String() + "\n"
}

func obeyed(r rune) bool { return harmless(r) < 0 }
