package ledes

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// A Part is a file that holds one invoice.
type Part struct {
	Bytes []byte // the lines are as they came, byte for byte
	SHA   string // hex SHA-256 of Bytes
	Canon string // hex SHA-256 of the canonical bytes, as [File.Canon]
}

// Split returns a file for each of f.Invoices, in their order. A file of a
// single invoice is returned as it came. Of several, each part has the first
// two lines of the file and the invoice's own. A file that was refused has no
// parts: nothing of it may be sent.
func (f *File) Split() []Part {
	switch {
	case f.raw == nil:
		return nil
	case len(f.Invoices) == 1:
		return []Part{{f.raw, f.SHA, f.Canon}}
	}
	parts := make([]Part, len(f.Invoices))
	for i, lines := range f.lines {
		parts[i] = newPart(f.raw, slices.Concat(f.head, lines))
	}
	return parts
}

// newPart puts some lines of raw together.
func newPart(raw []byte, lines []span) Part {
	size := 0
	for _, l := range lines {
		size += l.to - l.from
	}
	out, canon := make([]byte, 0, size), newCanonical()
	for _, l := range lines {
		line := raw[l.from:l.to]
		text, _ := cutEnd(line)
		out = append(out, line...)
		canon.line(text)
	}
	sum := sha256.Sum256(out)
	return Part{out, hex.EncodeToString(sum[:]), canon.sum()}
}
