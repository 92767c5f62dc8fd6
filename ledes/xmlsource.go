package ledes

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"unicode/utf8"
)

// errXML stops the decoder; what was wrong stands in the source.
var errXML = errors.New("the XML is not read any further")

// An xmlSource gives a decoder the bytes of a file one by one, and of each token so many
// as the limit lets it have: whatever a file holds, no token of it fills the memory.
type xmlSource struct {
	in    *lines
	left  int // bytes that the token in work may still have
	chunk [4096]byte
	rest  []byte // of chunk, not given yet
	begun bool
	bom   bool // the file begins with the byte order mark of UTF-8

	err      error  // of in
	ended    bool   // all was given
	long     bool   // the token in work has more than it may
	encoding string // what the file says of itself, and cannot be read
	beyond   bool   // it has bytes that its encoding does not have
	marked   string // what it says although its byte order mark says otherwise
}

func newXMLSource(in *lines) *xmlSource { return &xmlSource{in: in} }

// ReadByte gives the next byte.
func (s *xmlSource) ReadByte() (byte, error) {
	if s.left == 0 {
		s.long = true
		return 0, errXML
	}
	if len(s.rest) == 0 {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	b := s.rest[0]
	s.rest = s.rest[1:]
	s.left--
	return b, nil
}

// fill reads on. A byte order mark is dropped: the decoder would take it for text.
func (s *xmlSource) fill() error {
	for len(s.rest) == 0 {
		n, err := s.in.Read(s.chunk[:])
		s.rest = s.chunk[:n]
		if !s.begun && n > 0 {
			s.begun = true
			s.rest, s.bom = bytes.CutPrefix(s.rest, []byte(bom))
		}
		switch {
		case len(s.rest) > 0:
		case errors.Is(err, io.EOF):
			s.ended = true
			return io.EOF
		case err != nil:
			s.err = err
			return err
		}
	}
	return nil
}

// Read gives one byte: the decoder asks for bytes.
func (s *xmlSource) Read(b []byte) (int, error) { return readOne(s, b) }

func readOne(r io.ByteReader, b []byte) (n int, err error) {
	if len(b) == 0 {
		return 0, nil
	}
	if b[0], err = r.ReadByte(); err != nil {
		return 0, err
	}
	return 1, nil
}

// A codePage is an encoding of one byte a character.
type codePage struct {
	names  []string // as IANA has them, in small letters
	decode func(byte) rune
}

// codePages are those that are read. What says ISO-8859-1 and has bytes between 0x80 and
// 0x9F was written by Windows: there these are quotes and dashes, and else nothing.
var codePages = []codePage{
	{[]string{"us-ascii", "ascii", "iso646-us"}, ascii},
	{[]string{"iso-8859-1", "latin1", "windows-1252", "cp1252"}, windows1252},
}

// ascii is the character of a byte; none beyond ASCII.
func ascii(b byte) rune {
	if b >= utf8.RuneSelf {
		return utf8.RuneError
	}
	return rune(b)
}

// charset is what the decoder calls for an encoding that is not UTF-8.
func (s *xmlSource) charset(name string, _ io.Reader) (io.Reader, error) {
	lower := string(bytes.ToLower([]byte(name)))
	i := slices.IndexFunc(codePages, func(p codePage) bool { return slices.Contains(p.names, lower) })
	switch {
	case i < 0:
		s.encoding = name
		return nil, errXML
	case s.bom:
		s.marked = name
		return nil, errXML
	}
	return &xmlDecoded{in: s, decode: codePages[i].decode}, nil
}

// An xmlDecoded gives what its source has in UTF-8.
type xmlDecoded struct {
	in        *xmlSource
	decode    func(byte) rune
	character [utf8.UTFMax]byte // the one in work
	rest      []byte            // of it, not given yet
}

// ReadByte gives the next byte.
func (d *xmlDecoded) ReadByte() (byte, error) {
	if len(d.rest) == 0 {
		b, err := d.in.ReadByte()
		if err != nil || b < utf8.RuneSelf {
			return b, err
		}
		r := d.decode(b)
		if r == utf8.RuneError {
			d.in.beyond = true
			return 0, errXML
		}
		d.rest = utf8.AppendRune(d.character[:0], r)
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b, nil
}

// Read gives one byte: the decoder asks for bytes.
func (d *xmlDecoded) Read(b []byte) (int, error) { return readOne(d, b) }
