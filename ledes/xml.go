package ledes

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// xmlDepth is how deep elements may be nested. LEDES needs eight.
const xmlDepth = 64

// An xmlReader reads a file of LEDES XML token by token. It keeps the values of one
// invoice and of one matter, whatever the file's size.
type xmlReader struct {
	*reader
	source  *xmlSource
	decoder *xml.Decoder
	err     error // of what is read

	tokens  int
	space   string // the name space of the root
	version string
	within  []segment // of each open element
	count   [elsewhere]int
	opened  [elsewhere]int // the line on which each segment was opened

	reading bool     // the element in work is read
	field   xmlField // what it fills
	name    string   // its name
	rank    int      // which of the field's names that is
	text    []byte   // what it holds so far
	line    int      // where it begins

	one   xmlRecord // the invoice and its first matter
	later xmlRecord // the matter in work, if it is not the first
}

// xml is the step that reads LEDES XML, and the last. Where the file is refused, the rest
// of it is read for the hashes and the size alone.
func (r *reader) xml() (step, error) {
	r.torn = true // nobody adds up its lines
	source := newXMLSource(r.lines)
	x := &xmlReader{reader: r, source: source, decoder: xml.NewDecoder(source), within: make([]segment, 0, xmlDepth)}
	x.decoder.CharsetReader = source.charset
	for x.next() {
		if r.findings.rejected() {
			r.refused()
		}
	}
	if x.err != nil {
		return nil, x.err
	}
	x.tally()
	if r.findings.rejected() {
		r.refused()
	}
	_, err := io.Copy(io.Discard, r.lines)
	return nil, err
}

// next judges the next token; false at the end, and where reading on makes no sense.
func (x *xmlReader) next() bool {
	x.source.left = x.limits.Line
	token, err := x.decoder.Token()
	if err != nil {
		x.stopped(err)
		return false
	}
	x.tokens++
	switch t := token.(type) {
	case xml.StartElement:
		return x.start(t.Name)
	case xml.EndElement:
		x.end()
	case xml.CharData:
		return x.characters(t)
	case xml.ProcInst:
		return x.instruction(t.Target)
	case xml.Directive:
		return x.directive(t)
	}
	return true
}

// position is the line that was read to.
func (x *xmlReader) position() int {
	line, _ := x.decoder.InputPos()
	return line
}

// refuse refuses the file for what it is at the present line. It returns false: nothing
// is read any more.
func (x *xmlReader) refuse(code, message string, args ...any) bool {
	x.whole(code, x.position(), message, args...)
	return false
}

// stopped says why there is no further token.
func (x *xmlReader) stopped(err error) {
	switch {
	case x.source.err != nil:
		x.err = fmt.Errorf("line %d: %w", x.position(), x.source.err)
	case x.lines.truncated: // which the reader says
	case errors.Is(err, io.EOF):
		x.finished()
	case x.source.long:
		x.refuse(CodeLineTooLong, "a text or a tag is longer than %d bytes", x.limits.Line)
	case x.source.encoding != "":
		x.refuse(CodeXML, "the file says that its encoding is %s; what is read is UTF-8, US-ASCII, ISO-8859-1 and windows-1252",
			[]byte(x.source.encoding))
	case x.source.marked != "":
		x.refuse(CodeXML, "the file begins with the byte order mark of UTF-8, but says that its encoding is %s", []byte(x.source.marked))
	case x.source.beyond:
		x.refuse(CodeXML, "the file says that its encoding is US-ASCII, but has a character beyond it")
	case x.source.ended:
		x.refuse(CodeXML, "the file ends before its root element does: perhaps it was cut off")
	default:
		x.refuse(CodeXML, "this is not well-formed XML: %s", cause(err))
	}
}

// cause is what the decoder says, which repeats parts of the file.
func cause(err error) []byte {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return []byte(syntax.Msg)
	}
	return []byte(err.Error())
}

// start judges the begin of an element.
func (x *xmlReader) start(name xml.Name) bool {
	switch depth := len(x.within); {
	case depth == 0 && x.version != "":
		return x.refuse(CodeXML, "there is a second root element, %s", []byte(name.Local))
	case depth == 0:
		return x.root(name)
	case depth == xmlDepth:
		return x.refuse(CodeXML, "elements are nested more than %d deep", xmlDepth)
	}
	if x.reading {
		x.findings.add(CodeXML, x.at(nil), "text", "%s holds the element %s instead of text", x.name, []byte(name.Local))
		x.reading = false
	}
	here := elsewhere
	if name.Space == "" || name.Space == x.space {
		here = x.known(x.within[len(x.within)-1], name.Local)
	}
	x.within = append(x.within, here)
	return x.open(here, name.Local)
}

// end judges the end of an element.
func (x *xmlReader) end() {
	last := len(x.within) - 1
	here := x.within[last]
	x.within = x.within[:last]
	if x.reading {
		x.value()
		x.reading = false
	}
	if here == inMatter && !x.several() {
		x.matterEnds()
	}
}

// characters takes a text, or a part of one.
func (x *xmlReader) characters(text []byte) bool {
	if len(x.within) == 0 && len(bytes.Trim(text, xmlBlanks)) > 0 {
		return x.refuse(CodeXML, "there is text outside the root element")
	}
	if !x.reading {
		return true
	}
	if x.text = append(x.text, text...); len(x.text) > x.limits.Line {
		return x.refuse(CodeLineTooLong, "the text of %s is longer than %d bytes", x.name, x.limits.Line)
	}
	return true
}

// instruction judges a processing instruction. That of XML itself comes first or not at all.
func (x *xmlReader) instruction(target string) bool {
	if strings.EqualFold(target, "xml") && (x.tokens > 1 || target != "xml") {
		return x.refuse(CodeXML, "the declaration of XML is not at the very beginning of the file")
	}
	return true
}

// directive judges a document type. One that declares entities is a trap: what it says
// would have to be put into texts, and may be a gigabyte or somebody's file.
func (x *xmlReader) directive(d []byte) bool {
	if bytes.Contains(bytes.ToUpper(d), []byte("<!ENTITY")) {
		return x.refuse(CodeXML, "the file declares entities of its own, which are not read; export it without a DTD")
	}
	return true
}
