package ledes

import (
	"cmp"
	"fmt"
	"slices"
)

// A Finding is one thing that is wrong with a file. All texts in it are printable
// ASCII and short, whatever the file holds.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`               // stable, for machines: one of the Code constants
	Line     int      `json:"line"`               // 1-based physical line; 0: the file as a whole
	Column   int      `json:"column,omitempty"`   // 1-based field of that line; 0 if none
	Field    string   `json:"field"`              // LEDES name of the field; "" if none
	Value    string   `json:"value,omitempty"`    // what stands there, in quotes, shortened
	Expected string   `json:"expected,omitempty"` // what should stand there
	Message  string   `json:"message"`            // plain words
	Lines    int      `json:"lines,omitempty"`    // how many lines have it, if several
	Also     []int    `json:"also,omitempty"`     // the next of these lines, at most twenty
	Forgiven bool     `json:"forgiven,omitempty"` // a strict reading would refuse it

	Excerpt *Excerpt `json:"excerpt,omitempty"` // where it stands; nil if it is nowhere
}

// A problem is what is reported once: the same code at the same field of the
// same invoice.
type problem struct {
	code, field     string
	column, invoice int
}

// A found is a finding with where it belongs.
type found struct {
	Finding
	invoice int
	last    int // line that it was found on last
}

// Findings collects what is wrong with a file: the first finding of each
// problem, and how many lines have it.
type findings struct {
	most     int // of each severity
	list     []found
	known    map[problem]int // index in list
	count    map[Severity]int
	skipped  map[Severity]int
	severity map[string]Severity // of each code
	forgiven map[string]bool     // of each code
}

func newFindings(o Options, most int) *findings {
	f := &findings{most: most, known: map[problem]int{}, count: map[Severity]int{}, skipped: map[Severity]int{},
		severity: make(map[string]Severity, len(rules)), forgiven: make(map[string]bool, len(rules))}
	for _, r := range rules {
		f.severity[r.Code] = severity(r.Severity == Reject || r.Forgiven && o.Strict)
		f.forgiven[r.Code] = r.Forgiven && !o.Strict
	}
	for _, c := range choices {
		if refuse := c.refuse(o.Profile); refuse != (ruleOf(c.code).Severity == Reject) {
			f.severity[c.code] = severity(refuse)
		}
	}
	return f
}

// A place is where in a file something is found.
type place struct {
	line    int
	column  int // 1-based; 0: none
	field   string
	value   []byte
	invoice int      // index, or whole
	text    []byte   // the line; nil: not at hand
	from    int      // where in text the value stands, or what is meant of it
	mark    int      // bytes that are meant; 0: the value
	shown   *Excerpt // where text is not at hand any more
}

// excerpt shows the place; nil if it is nowhere.
func (p place) excerpt() *Excerpt {
	if p.text == nil {
		return p.shown
	}
	return excerpt(p.text, p.from, cmp.Or(p.mark, len(p.value)))
}

// add notes a finding with the severity that the options give its code. Values of the
// file among args are []byte and are quoted; nothing else of the file may be among them.
func (f *findings) add(code string, at place, expected, message string, args ...any) {
	f.addAs(f.severity[code], code, at, expected, message, args...)
}

// addAs is add with another severity.
func (f *findings) addAs(s Severity, code string, at place, expected, message string, args ...any) {
	p := problem{code, at.field, at.column, at.invoice}
	if i, ok := f.known[p]; ok {
		f.list[i].again(at.line)
		return
	}
	if f.count[s] == f.most {
		f.skipped[s]++
		return
	}
	f.count[s]++
	f.known[p] = len(f.list)
	finding := Finding{
		Severity: s, Code: code, Line: at.line, Column: at.column, Field: at.field, Expected: expected,
		Message: fmt.Sprintf(message, quoted(args)...), Lines: 1, Forgiven: f.forgiven[code] && s == Warn,
	}
	if len(at.value) > 0 {
		finding.Value = quote(string(at.value))
	}
	finding.Excerpt = at.excerpt()
	f.list = append(f.list, found{finding, at.invoice, at.line})
}

// also is how many further lines of a finding are listed.
const also = 20

// again notes another line that has the finding; once, though two checks may find it.
func (f *found) again(line int) {
	if line == f.last {
		return
	}
	f.last = line
	f.Lines++
	if len(f.Also) < also {
		f.Also = append(f.Also, line)
	}
}

// quoted are args with the values of the file made safe to show.
func quoted(args []any) []any {
	for i, a := range args {
		if b, ok := a.([]byte); ok {
			args[i] = quote(string(b))
		}
	}
	return args
}

// rejected reports whether a finding refuses the file.
func (f *findings) rejected() bool { return f.count[Reject] > 0 }

// sorted returns the findings in the order of their lines and fields, and for each the
// index of its invoice.
func (f *findings) sorted() (list []Finding, owners []int) {
	for _, severity := range []Severity{Reject, Warn} {
		if n := f.skipped[severity]; n > 0 {
			message := fmt.Sprintf("%d more findings of this severity are not listed", n)
			f.list = append(f.list, found{Finding: Finding{Severity: severity, Code: CodeMore, Message: message}, invoice: whole})
		}
	}
	slices.SortStableFunc(f.list, func(a, b found) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	for _, item := range f.list {
		if item.Lines > 1 {
			item.Message += fmt.Sprintf(" (and %d more)", item.Lines-1)
		} else {
			item.Lines = 0
		}
		list = append(list, item.Finding)
		owners = append(owners, item.invoice)
	}
	return list, owners
}
