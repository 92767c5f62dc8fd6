package ledes

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// Read reads a file and judges it by the standard and by p. It reads r once,
// line by line, and never beyond the limits of this package. What is wrong with
// the file is in its findings; the error is that of r.
//
// All lines are judged even after one of them has refused the file, unless its
// first two lines already tell that the rest would make no sense.
func Read(r io.Reader, p Profile) (*File, error) {
	rd := &reader{
		profile:  p,
		file:     &File{},
		scan:     newScanner(r, p.maxSize()),
		findings: newFindings(),
		byNumber: map[string]int{},
		clientOf: map[string]string{},
	}
	if err := rd.read(); err != nil {
		return nil, err
	}
	return rd.finish(), nil
}

// A reader is the work of one Read.
type reader struct {
	profile  Profile
	file     *File
	scan     *scanner
	findings *findings

	ends     string // the line end that was seen first
	items    int
	torn     bool              // a line could not be cut into fields: sums say nothing
	tallies  []tally           // beside file.Invoices
	byNumber map[string]int    // INVOICE_NUMBER to index
	clientOf map[string]string // LAW_FIRM_MATTER_ID to its first CLIENT_ID
	item     item              // the line item in work
}

// warn and reject note a finding about the file as a whole.
func (r *reader) warn(code string, line int, message string, args ...any) {
	r.findings.add(Warn, code, line, "", whole, message, args...)
}

func (r *reader) reject(code string, line int, message string, args ...any) {
	r.findings.add(Reject, code, line, "", whole, message, args...)
}

func (r *reader) read() error {
	head, err := r.scan.head()
	if err != nil {
		return err
	}
	sound := r.begins(head)
	for _, step := range []func(physical) bool{r.formatLine, r.header} {
		if sound {
			if sound, err = r.step(step); err != nil {
				return err
			}
		}
	}
	if !sound {
		return r.drain()
	}
	return r.body()
}

// begins judges the first bytes.
func (r *reader) begins(head []byte) bool {
	if len(bytes.TrimSpace(head)) == 0 && len(head) < 512 {
		r.reject(CodeEmpty, 0, "the file is empty")
		return false
	}
	if what := sniff(head); what != "" {
		r.reject(CodeNotLEDES, 0, "this is not a LEDES file but %s", what)
		return false
	}
	if is, named := xml(head); is && named {
		r.file.Format = LEDESXML
		r.reject(CodeUnsupported, 1, "this is LEDES XML, which Lodge cannot check yet; send LEDES 1998B")
		return false
	} else if is {
		r.reject(CodeNotLEDES, 1, "this is an XML file, but not LEDES")
		return false
	}
	return true
}

// step gives the next line that is not blank to judge; of the first line even
// a blank one.
func (r *reader) step(judge func(physical) bool) (sound bool, err error) {
	for {
		p, ok, err := r.scan.next()
		if err != nil || !ok {
			return false, err
		}
		if p.long {
			r.tooLong(p)
			return false, nil
		}
		r.lineEnd(p)
		if p.no == 1 || !r.blank(p) {
			return judge(p), nil
		}
	}
}

// body judges the line items.
func (r *reader) body() error {
	for {
		p, ok, err := r.scan.next()
		if err != nil || !ok {
			return err
		}
		if p.long {
			r.tooLong(p)
			r.torn = true
			continue
		}
		r.lineEnd(p)
		if r.blank(p) {
			continue
		}
		if r.items++; r.items > MaxLines {
			r.reject(CodeTooManyLines, p.no, "more than %d line items", MaxLines)
			return r.drain()
		}
		r.lineItem(p)
		if r.findings.rejected() {
			r.scan.drop()
		}
	}
}

// drain reads on for the hashes and the size alone.
func (r *reader) drain() error {
	r.torn = true
	r.scan.drop()
	for {
		if _, ok, err := r.scan.next(); err != nil || !ok {
			return err
		}
	}
}

func (r *reader) tooLong(p physical) {
	r.reject(CodeLineTooLong, p.no, "the line is longer than %d bytes", MaxLine)
}

// blank notes a blank line.
func (r *reader) blank(p physical) bool {
	if len(bytes.Trim(p.text, blanks)) > 0 {
		return false
	}
	r.warn(CodeBlankLine, p.no, "the line is blank")
	return true
}

// lineEnd notes line ends of two kinds in one file.
func (r *reader) lineEnd(p physical) {
	switch {
	case p.end == "":
	case r.ends == "":
		r.ends = p.end
	case r.ends != p.end:
		r.warn(CodeMixedEnds, p.no, "the file mixes the line ends of Windows (CR LF) and of Unix (LF)")
	}
}

// finish judges what only the whole file can tell, and returns the file.
func (r *reader) finish() *File {
	f := r.file
	switch {
	case r.scan.truncated:
		r.torn = true
		r.reject(CodeTooLarge, 0, "the file is larger than %d bytes", r.profile.maxSize())
	case r.items == 0 && !r.findings.rejected():
		r.reject(CodeNoItems, 0, "the file has no line items")
	}
	if !r.torn {
		r.sums()
	}
	f.Size, f.SHA, f.Canon = r.scan.size, hexSum(r.scan.sha), r.scan.canon.sum()
	f.Findings, f.owners = r.findings.sorted()
	if f.Verdict() != Rejected {
		f.raw = r.scan.raw
	}
	return f
}

// formatLine judges line 1, for instance "LEDES1998B[]".
func (r *reader) formatLine(p physical) bool {
	line, marked := strings.CutPrefix(string(p.text), bom)
	if marked {
		r.warn(CodeBOM, p.no, "the file begins with a byte order mark, which LEDES does not know")
	}
	name := strings.Trim(line, blanks)
	name, _ = strings.CutSuffix(name, "[]")
	name = strings.ToUpper(strings.Trim(name, blanks))
	switch {
	case slices.Contains(names98BI, name):
		r.file.Format = LEDES98BI
		r.reject(CodeUnsupported, p.no, "this is LEDES 98BI, which Lodge cannot check yet; send LEDES 1998B")
	case name == string(LEDES1998B):
		r.file.Format = LEDES1998B
		r.file.head = append(r.file.head, p.span)
		if line != "LEDES1998B[]" {
			r.warn(CodeFormatLine, p.no, "the first line is %s instead of %q", quote(line), "LEDES1998B[]")
		}
		return true
	case name == "":
		r.reject(CodeFormatMissing, p.no, "the first line is blank; it must be %q", "LEDES1998B[]")
	case strings.Contains(name, fields1998B[0].name+"|"):
		r.reject(CodeFormatMissing, p.no, "the file begins with the header; the line %q before it is missing", "LEDES1998B[]")
	case strings.Trim(name, "[]|,;\t \"") == string(LEDES1998B):
		r.reject(CodeFormatPadded, p.no, "the first line is %s: a spreadsheet has padded or quoted it; export the file as plain text", quote(line))
	default:
		r.reject(CodeFormatUnknown, p.no, "the first line is %s, which names no LEDES format", quote(line))
	}
	return false
}

// names98BI are the first lines under which LEDES 98BI is met. The first is
// that of the standard; the others are written by converters.
var names98BI = []string{"LEDES98BI V2", "LEDES98BI V5", "LEDES1998BI V2"}

// header judges the line with the names of the fields.
func (r *reader) header(p physical) bool {
	line := string(p.text)
	trimmed := strings.Trim(line, blanks)
	names := strings.Split(strings.TrimSuffix(trimmed, "[]"), "|")
	if len(names) != width1998B {
		r.reject(CodeHeaderCount, p.no, "the header has %d names; %s has %d", len(names), r.file.Format, width1998B)
		return false
	}
	if !strings.HasSuffix(trimmed, "[]") {
		r.reject(CodeHeaderName, p.no, "the header does not end with []")
		return false
	}
	exact := trimmed == line
	for i, f := range fields1998B {
		if strings.ToUpper(strings.Trim(names[i], " ")) != f.name {
			r.findings.add(Reject, CodeHeaderName, p.no, f.name, whole, "column %d of the header is %s instead of %s", i+1, quote(names[i]), f.name)
			return false
		}
		exact = exact && names[i] == f.name
	}
	if !exact {
		r.warn(CodeHeaderForm, p.no, "the names in the header must be in capitals, without blanks around them")
	}
	r.file.head = append(r.file.head, p.span)
	return true
}
