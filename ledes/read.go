package ledes

import (
	"bytes"
	"io"
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

	layout   layout // by the first line
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

// step gives the next line to judge.
func (r *reader) step(judge func(physical) bool) (sound bool, err error) {
	p, ok, err := r.line()
	if err != nil || !ok || p.long {
		return false, err
	}
	return judge(p), nil
}

// body judges the line items.
func (r *reader) body() error {
	for {
		p, ok, err := r.line()
		if err != nil || !ok {
			return err
		}
		if !p.long {
			r.items++
			r.lineItem(p)
		}
		if r.findings.rejected() {
			r.scan.drop()
		}
	}
}

// line returns the next line that is not blank; of the first even a blank one.
// Of a long one there is only the number.
func (r *reader) line() (p physical, ok bool, err error) {
	for {
		p, ok, err = r.scan.next()
		if err != nil || !ok {
			return physical{}, false, err
		}
		if p.no > MaxLines {
			r.reject(CodeTooManyLines, p.no, "the file has more than %d lines", MaxLines)
			return physical{}, false, r.drain()
		}
		r.lineEnd(p)
		if p.long {
			r.reject(CodeLineTooLong, p.no, "the line is longer than %d bytes", MaxLine)
			r.torn = true
			return p, true, nil
		}
		if p.no == 1 || !r.blank(p) {
			return p, true, nil
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
