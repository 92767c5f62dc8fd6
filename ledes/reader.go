package ledes

import (
	"hash/maphash"
	"io"
)

// A reader is the work of one Read or Check.
type reader struct {
	options  Options
	limits   Limits
	lines    *lines
	findings *findings
	file     *File  // nil: nothing is kept
	refused  func() // called when the file is refused, perhaps often
	head     []span // the lines with the format and the header

	layout   layout   // by the first line
	columns  []column // of the layout, as the profile has them
	ends     string   // the line end that was seen first
	items    int
	torn     bool // a line could not be cut into fields: sums say nothing
	tallies  []*tally
	byNumber map[string]*tally
	last     *tally            // of the line item before
	clientOf map[string]string // LAW_FIRM_MATTER_ID to its first CLIENT_ID
	numbers  numbers
	seed     maphash.Seed
	item     item // the line item in work
}

func newReader(r io.Reader, o Options, t taken) *reader {
	l := o.Limits.orDefault()
	l.Size = o.Profile.maxSize(l.Size)
	return &reader{
		options:  o,
		limits:   l,
		lines:    newLines(r, l.Size, l.Line, t),
		findings: newFindings(o, l.Findings),
		byNumber: map[string]*tally{},
		clientOf: map[string]string{},
		numbers:  newNumbers(l.Numbers),
		seed:     maphash.MakeSeed(),
	}
}

// whole finds something about the file as such, in one of its lines or in none.
func (r *reader) whole(code string, line int, message string, args ...any) {
	r.findings.add(code, place{line: line, invoice: whole}, "", message, args...)
}

// inLine finds something about a line as such: about n bytes of it from a byte on.
func (r *reader) inLine(code string, p physical, from, n int, expected, message string, args ...any) {
	from = min(from, len(p.text))
	at := place{line: p.no, invoice: whole, text: p.text, from: from, value: p.text[from:min(from+n, len(p.text))]}
	r.findings.add(code, at, expected, message, args...)
}

func (r *reader) read() error {
	head, err := r.lines.head()
	if err != nil {
		return err
	}
	next := r.begins(head)
	for next != nil {
		if next, err = next(); err != nil {
			return err
		}
	}
	r.finish()
	return nil
}

// A step reads on, and says which step is next; none after the last.
type step func() (step, error)

// topLine is the step that gives the next line to judge, and then goes on.
func (r *reader) topLine(judge func(physical) bool, then step) step {
	return func() (step, error) {
		p, ok, err := r.line()
		if err != nil || !ok {
			return nil, err
		}
		if p.long || !judge(p) {
			return r.drain, nil
		}
		return then, nil
	}
}

// body judges the line items.
func (r *reader) body() (step, error) {
	for {
		p, ok, err := r.line()
		if err != nil || !ok {
			return nil, err
		}
		if !p.long {
			r.items++
			r.lineItem(p)
		}
		if r.findings.rejected() {
			r.refused()
		}
	}
}

// line returns the next line that is not blank; of the first even a blank one.
// Of a long one there is only the number.
func (r *reader) line() (p physical, ok bool, err error) {
	for {
		p, ok, err = r.lines.next()
		if err != nil || !ok {
			return physical{}, false, err
		}
		if p.no > r.limits.Lines {
			r.whole(CodeTooManyLines, p.no, "the file has more than %d lines", r.limits.Lines)
			_, err := r.drain()
			return physical{}, false, err
		}
		r.lineEnd(p)
		if p.long {
			r.whole(CodeLineTooLong, p.no, "the line is longer than %d bytes", r.limits.Line)
			r.torn = true
			return p, true, nil
		}
		if p.no == 1 || !r.blank(p) {
			return p, true, nil
		}
	}
}

// drain reads on for the hashes and the size alone.
func (r *reader) drain() (step, error) {
	r.torn = true
	r.refused()
	for {
		if _, ok, err := r.lines.next(); err != nil || !ok {
			return nil, err
		}
	}
}

// blank notes a blank line.
func (r *reader) blank(p physical) bool {
	if len(trimEnd(p.text)) > 0 {
		return false
	}
	r.whole(CodeBlankLine, p.no, "the line is blank")
	return true
}

// lineEnd notes line ends of two kinds in one file.
func (r *reader) lineEnd(p physical) {
	switch {
	case p.end == "":
	case r.ends == "":
		r.ends = p.end
	case r.ends != p.end:
		r.whole(CodeMixedEnds, p.no, "the file mixes the line ends of Windows (CR LF) and of Unix (LF)")
	}
}

// finish judges what only the whole file can tell.
func (r *reader) finish() {
	switch {
	case r.lines.truncated:
		r.torn = true
		r.whole(CodeTooLarge, 0, "the file is larger than %d bytes", r.limits.Size)
	case r.items == 0 && !r.findings.rejected():
		r.whole(CodeNoItems, 0, "the file has no line items")
	}
	if !r.torn {
		r.sums()
	}
	if n := len(r.tallies); n > 1 && r.options.Profile.SingleInvoice {
		r.whole(CodeSeveralInvoices, r.tallies[1].line, "the file holds %d invoices; this carrier takes one in a file", n)
	}
}

// summaries are the invoices in their order.
func (r *reader) summaries() []Summary {
	list := make([]Summary, len(r.tallies))
	for i, t := range r.tallies {
		list[i] = Summary{Number: t.number, Total: t.total, Lines: t.lines}
	}
	return list
}
