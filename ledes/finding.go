package ledes

import (
	"cmp"
	"fmt"
	"slices"
)

// maxFindings is how many findings of each severity a file may have; more are
// only counted, so that a hostile file cannot make a report of its own size.
const maxFindings = 100

// A problem is what is reported once: the same code at the same field of the
// same invoice.
type problem struct {
	code, field string
	invoice     int
}

// A found is a finding with where it belongs and how often it was met.
type found struct {
	Finding
	invoice int
	lines   int
}

// Findings collects what is wrong with a file: the first finding of each
// problem, and how many lines have it.
type findings struct {
	list    []found
	known   map[problem]int // index in list
	count   map[Severity]int
	skipped map[Severity]int
}

func newFindings() *findings {
	return &findings{known: map[problem]int{}, count: map[Severity]int{}, skipped: map[Severity]int{}}
}

// add notes a finding. Message is formatted only when it is kept: values in
// args must have gone through quote.
func (f *findings) add(severity Severity, code string, line int, field string, invoice int, message string, args ...any) {
	p := problem{code, field, invoice}
	if i, ok := f.known[p]; ok {
		f.list[i].lines++
		return
	}
	if f.count[severity] == maxFindings {
		f.skipped[severity]++
		return
	}
	f.count[severity]++
	f.known[p] = len(f.list)
	f.list = append(f.list, found{Finding{severity, code, line, field, fmt.Sprintf(message, args...)}, invoice, 1})
}

// rejected reports whether a finding refuses the file.
func (f *findings) rejected() bool { return f.count[Reject] > 0 }

// sorted returns the findings in the order of their lines, and for each the
// index of its invoice.
func (f *findings) sorted() (list []Finding, owners []int) {
	for _, severity := range []Severity{Reject, Warn} {
		if n := f.skipped[severity]; n > 0 {
			message := fmt.Sprintf("%d more findings of this severity are not listed", n)
			f.list = append(f.list, found{Finding{severity, CodeMore, 0, "", message}, whole, 1})
		}
	}
	slices.SortStableFunc(f.list, func(a, b found) int { return cmp.Compare(a.Line, b.Line) })
	for _, item := range f.list {
		if item.lines > 1 {
			item.Message += fmt.Sprintf(" (and %d more)", item.lines-1)
		}
		list = append(list, item.Finding)
		owners = append(owners, item.invoice)
	}
	return list, owners
}
