package ledes

import (
	"errors"
	"fmt"
	"io"
)

// Errors of a [Scanner], besides those of what it reads.
var (
	ErrTooLarge = errors.New("the file has more bytes than may be read")
	ErrTooLong  = errors.New("the line has more bytes than may be read")
	ErrTooMany  = errors.New("the file has more lines than may be read")
)

// A Scanner reads the lines of a file and cuts them into fields. It judges nothing: it
// takes any file of lines with | between fields, the two lines at the top of a LEDES
// file included. Loop as with a [bufio.Scanner]; what it gives is valid until the next
// Scan, and must not be changed. It allocates nothing a line.
type Scanner struct {
	lines  *lines
	limits Limits
	line   physical
	fields [][]byte
	ended  bool
	err    error
}

// NewScanner reads r within the limits, of which Size, Line, Lines and Fields count.
func NewScanner(r io.Reader, l Limits) *Scanner {
	l = l.orDefault()
	return &Scanner{lines: newLines(r, l.Size, l.Line, unseen{}), limits: l, fields: make([][]byte, 0, l.Fields)}
}

// Scan goes to the next line that is not blank. It returns false at the end, and where a
// limit is passed: see Err.
func (s *Scanner) Scan() bool {
	if s.err != nil {
		return false
	}
	for {
		p, ok, err := s.lines.next()
		switch {
		case err != nil:
			s.err = err
		case s.lines.truncated:
			s.err = fmt.Errorf("%w: %d", ErrTooLarge, s.limits.Size)
		case !ok:
			return false
		case p.no > s.limits.Lines:
			s.err = fmt.Errorf("%w: %d", ErrTooMany, s.limits.Lines)
		case p.long:
			s.err = fmt.Errorf("line %d: %w: %d", p.no, ErrTooLong, s.limits.Line)
		}
		if s.err != nil {
			return false
		}
		if len(p.text) > 0 && len(trimEnd(p.text)) > 0 {
			s.cut(p)
			return true
		}
	}
}

// cut cuts a line at every |, as far as the limit lets it.
func (s *Scanner) cut(p physical) {
	s.line = p
	body, ended := cutRecord(p.text)
	s.fields, _ = cutFields(s.fields[:0], body)
	s.ended = ended
}

// Line is the 1-based number of the line, blank ones counted.
func (s *Scanner) Line() int { return s.line.no }

// Bytes is the line as it stands, without its line end.
func (s *Scanner) Bytes() []byte { return s.line.text }

// Fields are the line's fields, blanks around them kept. The [] that ends a record is
// taken off, and blanks behind it.
func (s *Scanner) Fields() [][]byte { return s.fields }

// Ended reports whether the line ends with [], as each line of a LEDES file must.
func (s *Scanner) Ended() bool { return s.ended }

// Err is why the last Scan returned false: nil at the end of the file.
func (s *Scanner) Err() error { return s.err }
