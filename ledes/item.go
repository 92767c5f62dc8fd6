package ledes

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// An item is one line item while it is judged. Its arrays are indexed by
// column; they are as wide as the widest layout that is checked.
type item struct {
	line    int
	invoice int // index, or whole while the number is not known
	kind    Kind
	value   [width1998B]string // blanks around dropped once it is read
	amount  [width1998B]Amount
	date    [width1998B]time.Time
	has     [width1998B]bool // not blank and readable
}

// lineItem judges one line item and adds it to its invoice.
func (r *reader) lineItem(p physical) {
	if !r.cut(p) {
		r.torn = true
		return
	}
	it := &r.item
	r.place(it)
	r.readKind(it)
	for column := range r.layout.fields {
		r.readField(it, column)
	}
	for _, check := range itemChecks {
		check(r, it)
	}
	if it.invoice != whole {
		r.join(it, p.span)
	}
}

// cut splits a line into r.item.
func (r *reader) cut(p physical) bool {
	line := string(p.text)
	trimmed := strings.TrimRight(line, blanks)
	if trimmed != line {
		r.warn(CodeTrailingBlanks, p.no, "the line has blanks after its end")
	}
	body, ok := strings.CutSuffix(trimmed, "[]")
	if !ok {
		r.reject(CodeUnterminated, p.no, "the line does not end with []; perhaps a line break inside a text has cut it")
		return false
	}
	if n := strings.Count(body, "|") + 1; n != len(r.layout.fields) {
		r.reject(CodeFieldCount, p.no, "the line has %d fields; %s has %d; "+
			"perhaps there is a | inside a text, or a column too many or too few", n, r.layout.format, len(r.layout.fields))
		return false
	}
	r.item = item{line: p.no, invoice: whole}
	for column := range r.layout.fields {
		value, rest, _ := strings.Cut(body, "|")
		r.item.value[column], body = value, rest
	}
	return true
}

// note adds a finding about a field of it.
func (r *reader) note(s Severity, code string, it *item, column int, message string, args ...any) {
	r.findings.add(s, code, it.line, r.layout.fields[column].name, it.invoice, message, args...)
}

// readKind reads what decides which other fields are needed.
func (r *reader) readKind(it *item) {
	value := it.value[lineKind]
	it.kind = Kind(upper(strings.Trim(value, " ")))
	if it.kind == "" || value == string(it.kind) && known(it.kind) {
		return
	}
	r.note(severity(!r.profile.LooseTypes || !known(it.kind)), CodeType, it, lineKind, "%s is not one of F, E, IF, IE", quote(value))
	if !known(it.kind) {
		it.kind = ""
	}
}

// known reports whether k is one of the four kinds.
func known(k Kind) bool {
	return slices.Contains([]Kind{Fee, Expense, FeeAdjustment, ExpenseAdjustment}, k)
}

// readField judges one field by itself and reads it.
func (r *reader) readField(it *item, column int) {
	f := r.layout.fields[column]
	r.characters(it, column)
	value := it.value[column]
	it.value[column] = strings.Trim(value, " ")
	if it.value[column] == "" {
		if r.needed(f, it.kind) {
			r.note(Reject, CodeRequired, it, column, "%s is blank", f.name)
		}
		return
	}
	switch f.kind {
	case text:
		value = it.value[column]
		if n := utf8.RuneCountInString(value); n > f.max {
			r.note(Reject, CodeTooLong, it, column, "%s has %d characters; %d are allowed: %s", f.name, n, f.max, quote(value))
		}
		it.has[column] = true
	case date:
		it.date[column], it.has[column] = readDate(value)
		if !it.has[column] {
			r.note(Reject, CodeDate, it, column, "%s is not a date of the form YYYYMMDD", quote(value))
		}
	case number:
		amount, err := parseAmount(value, f.max)
		it.amount[column], it.has[column] = amount, err == nil
		if err != nil {
			r.note(Reject, numberCode(err), it, column, "%s: %s", quote(value), err)
		}
	}
}

// needed reports whether f may not be blank on a line of this kind.
func (r *reader) needed(f field, k Kind) bool {
	if slices.Contains(r.profile.Require, f.name) {
		return true
	}
	return f.need.on(k) && !slices.Contains(r.profile.Optional, f.name)
}

// numberCode is the code for an error of parseAmount.
func numberCode(err error) string {
	switch {
	case errors.Is(err, errPlaces):
		return CodeDecimals
	case errors.Is(err, errTooLarge):
		return CodeDigits
	default:
		return CodeNumber
	}
}

// readDate reads YYYYMMDD; midnight in UTC.
func readDate(s string) (time.Time, bool) {
	t, err := time.Parse("20060102", s)
	return t, err == nil
}
