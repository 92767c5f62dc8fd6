package ledes

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// bom is the byte order mark of UTF-8, which Windows programs write.
const bom = "\xEF\xBB\xBF"

// blanks are what may stand at the end of a line and not be seen.
const blanks = " \t"

// A physical is one line as it stands in the file.
type physical struct {
	no   int    // 1-based
	text []byte // without its end; only valid until the next line is read
	end  string // "\n", "\r\n", or "" at the end of the file
	span span   // end included
	long bool   // over the limit; text is nil then
}

// lines reads a file line by line within the limits of its size and of a line. It
// holds one line at a time.
type lines struct {
	in        *bufio.Reader
	limit     int64
	size      int64
	line      int
	taken     taken
	truncated bool // the file is larger than limit
}

// A taken is who is shown the bytes that were read, besides the one who reads lines.
type taken interface {
	part(chunk []byte)  // some bytes, in their order: all of them, once
	line(text []byte)   // a line was whole
	piece(chunk []byte) // a part of a line that is too long to be read
}

// unseen is a taken that looks away.
type unseen struct{}

func (unseen) part([]byte)  {}
func (unseen) line([]byte)  {}
func (unseen) piece([]byte) {}

func newLines(r io.Reader, limit int64, longest int, t taken) *lines {
	return &lines{in: bufio.NewReaderSize(io.LimitReader(r, limit+1), max(longest, 512)), limit: limit, taken: t}
}

// head returns the first bytes of the file without consuming them.
func (l *lines) head() ([]byte, error) {
	head, err := l.in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return head, nil
}

// next returns the next line; ok is false at the end of the file or of what may
// be read of it.
func (l *lines) next() (p physical, ok bool, err error) {
	from := l.size
	chunk, err := l.in.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) && !l.truncated {
		p.long = true
		l.taken.piece(chunk)
		l.take(chunk)
		chunk, err = l.in.ReadSlice('\n')
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return physical{}, false, fmt.Errorf("line %d: %w", l.line+1, err)
	}
	l.take(chunk)
	if l.size == from || l.truncated {
		return physical{}, false, nil
	}
	l.line++
	p.no, p.span = l.line, span{int(from), int(l.size)}
	p.text, p.end = cutEnd(chunk)
	l.taken.line(p.text)
	if p.long {
		p.text = nil
	}
	return p, true, nil
}

// take counts bytes that were read.
func (l *lines) take(chunk []byte) {
	l.size += int64(len(chunk))
	l.truncated = l.size > l.limit
	l.taken.part(chunk)
}

// Read reads on without regard to lines.
func (l *lines) Read(b []byte) (int, error) {
	n, err := l.in.Read(b)
	if n > 0 {
		l.taken.piece(b[:n])
		l.take(b[:n])
	}
	if l.truncated {
		return n, io.EOF
	}
	return n, err
}

// cutEnd takes the line end off.
func cutEnd(line []byte) (text []byte, end string) {
	n := len(line)
	switch {
	case n == 0 || line[n-1] != '\n':
		return line, ""
	case n > 1 && line[n-2] == '\r':
		return line[:n-2], "\r\n"
	default:
		return line[:n-1], "\n"
	}
}

// trimEnd is text without the blanks at its end.
func trimEnd(text []byte) []byte {
	n := len(text)
	for n > 0 && (text[n-1] == ' ' || text[n-1] == '\t') {
		n--
	}
	return text[:n]
}

// cutRecord takes off the [] that ends a record, blanks behind it, and says whether it
// was there.
func cutRecord(text []byte) (body []byte, ended bool) {
	return bytes.CutSuffix(trimEnd(text), []byte("[]"))
}
