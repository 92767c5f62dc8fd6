package ledes

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
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
	long bool   // over MaxLine; text is "" then
}

// A scanner reads a file line by line, hashes what it reads, and keeps the
// bytes for as long as keep is true. It holds at most one line besides.
type scanner struct {
	in        *bufio.Reader
	limit     int64
	size      int64
	line      int
	sha       hash.Hash
	canon     canonical
	raw       []byte
	keep      bool
	truncated bool // the file is larger than limit
}

func newScanner(r io.Reader, limit int64) *scanner {
	sha := sha256.New()
	in := io.TeeReader(io.LimitReader(r, limit+1), sha)
	return &scanner{in: bufio.NewReaderSize(in, MaxLine), limit: limit, sha: sha, canon: newCanonical(), keep: true}
}

// head returns the first bytes of the file without consuming them.
func (s *scanner) head() ([]byte, error) {
	head, err := s.in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return head, nil
}

// next returns the next line; ok is false at the end of the file or of what may
// be read of it.
func (s *scanner) next() (p physical, ok bool, err error) {
	from := s.size
	chunk, err := s.in.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) && !s.truncated {
		p.long = true
		s.canon.write(chunk)
		s.take(chunk)
		chunk, err = s.in.ReadSlice('\n')
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return physical{}, false, fmt.Errorf("line %d: %w", s.line+1, err)
	}
	s.take(chunk)
	if s.size == from || s.truncated {
		return physical{}, false, nil
	}
	s.line++
	p.no, p.span = s.line, span{int(from), int(s.size)}
	p.text, p.end = cutEnd(chunk)
	s.canon.line(p.text)
	if p.long {
		p.text = nil
	}
	return p, true, nil
}

// take counts and keeps bytes that were read.
func (s *scanner) take(chunk []byte) {
	s.size += int64(len(chunk))
	s.truncated = s.size > s.limit
	if s.keep {
		s.raw = append(s.raw, chunk...)
	}
}

// drop forgets the bytes: the file will not be cut into invoices.
func (s *scanner) drop() { s.keep, s.raw = false, nil }

// cutEnd takes the line end off.
func cutEnd(line []byte) (text []byte, end string) {
	if text, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
		return text, "\r\n"
	}
	if text, ok := bytes.CutSuffix(line, []byte("\n")); ok {
		return text, "\n"
	}
	return line, ""
}

// A canonical hashes a file without what says nothing: a byte order mark, line
// ends, blanks at the end of lines, blank lines. Two files with the same hash
// are the same invoice sent twice.
type canonical struct {
	sha   hash.Hash
	begun bool
}

func newCanonical() canonical { return canonical{sha: sha256.New()} }

// line adds one line, given without its end.
func (c *canonical) line(text []byte) {
	if !c.begun {
		text = bytes.TrimPrefix(text, []byte(bom))
		c.begun = true
	}
	if text = bytes.TrimRight(text, blanks); len(text) == 0 {
		return
	}
	c.sha.Write(text)
	c.sha.Write([]byte{'\n'})
}

// write adds a part of a line that is too long to be read, as it is.
func (c *canonical) write(part []byte) {
	c.begun = true
	c.sha.Write(part)
}

// sum is the hash in hex.
func (c *canonical) sum() string { return hexSum(c.sha) }

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
