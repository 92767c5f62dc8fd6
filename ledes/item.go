package ledes

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// An item is one line item while it is judged. Its arrays are indexed by column; they
// are as wide as the widest layout. Columns that the layout lacks stay zero. One item
// serves all lines of a file: reading a line allocates nothing.
type item struct {
	line   int
	text   []byte // the line as it stands
	odd    bool   // it may hold characters that are to be looked at
	tally  *tally // of its invoice; nil while the number is not known
	kind   Kind
	value  [width98BI][]byte // blanks around dropped once it is read
	amount [width98BI]Amount
	day    [width98BI]day
	has    [width98BI]bool // not blank and readable
	rate   Rate            // LINE_ITEM_TAX_RATE
}

// lineItem judges one line item and adds it to its invoice.
func (r *reader) lineItem(p physical) {
	it := &r.item
	if r.begun(p) || !r.cut(it, p) {
		r.torn = true
		return
	}
	r.assign(it)
	r.readKind(it)
	for i := range r.columns {
		r.readField(it, i)
	}
	for _, check := range r.layout.checks {
		check(r, it)
	}
	if it.tally != nil {
		r.join(it, p.span)
	}
}

// cut splits a line into it.
func (r *reader) cut(it *item, p physical) bool {
	body, ended := cutRecord(p.text)
	if len(body)+len("[]") < len(p.text) && ended {
		r.inLine(CodeTrailingBlanks, p, len(body)+len("[]"), len(p.text), "", "the line has blanks after its end")
	}
	if !ended {
		cause := "perhaps a line break inside a text has cut it"
		if p.end == "" {
			cause = "the file ends here: perhaps it was not written or copied completely"
		}
		r.inLine(CodeUnterminated, p, len(p.text), 0, "[]", "the line does not end with []; "+cause)
		return false
	}
	*it = item{line: p.no, text: p.text, odd: !plain(body)}
	n := len(r.columns)
	if fields, more := cutFields(it.value[:0:n], body); more || len(fields) != n {
		r.shifted(p, body)
		return false
	}
	return true
}

// at is the place of a column of it.
func (r *reader) at(it *item, column int) place {
	from := startOf(it.text, column)
	return place{
		line: it.line, column: column + 1, field: r.columns[column].name, value: it.value[column],
		invoice: it.invoice(), text: it.text, from: from + leading(it.text[from:], it.value[column]),
	}
}

// leading is how many blanks stand before a value that begins a text.
func leading(text, value []byte) int {
	n := 0
	for len(value) > 0 && n < len(text) && text[n] == ' ' && value[0] != ' ' {
		n++
	}
	return n
}

// invoice is the index of its invoice, or whole while that is not known.
func (it *item) invoice() int {
	if it.tally == nil {
		return whole
	}
	return it.tally.index
}

// note adds a finding about a field of it.
func (r *reader) note(code string, it *item, column int, expected, message string, args ...any) {
	r.findings.add(code, r.at(it, column), expected, message, args...)
}

// readKind reads what decides which other fields are needed.
func (r *reader) readKind(it *item) {
	value := it.value[lineKind]
	const expected = "F, E, IF or IE"
	if k := kindIndex(value); k > 0 {
		it.kind = kinds[k]
		return
	}
	var letters [2]byte
	trimmed := trim(value)
	k := kindIndex(capitals(letters[:0], trimmed))
	it.kind = kinds[k]
	switch {
	case k > 0:
		r.note(CodeTypeForm, it, lineKind, expected, "the type %s is not written as the standard has it: %s", value, string(it.kind))
	case len(trimmed) > 0:
		r.note(CodeType, it, lineKind, expected, "%s is not one of F, E, IF, IE", value)
	}
}

// capitals are the letters of a value that is as short as a kind; else nothing.
func capitals(into, value []byte) []byte {
	if len(value) > cap(into) {
		return nil
	}
	for _, c := range value {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		into = append(into, c)
	}
	return into
}

// readField judges one field by itself and reads it.
func (r *reader) readField(it *item, i int) {
	c := &r.columns[i]
	if it.odd {
		r.characters(it, i)
	}
	value := it.value[i]
	trimmed := trim(value)
	it.value[i] = trimmed
	if len(trimmed) == 0 {
		if c.needed[kindIndex([]byte(it.kind))] {
			r.blankField(it, i)
		}
		return
	}
	var err error
	switch c.kind {
	case text:
		r.length(it, i)
	case date:
		it.day[i], err = parseDay(value)
	case rate:
		it.rate.n, err = parseDecimal(value, c.max, ratePlaces)
	default:
		it.amount[i], err = parseAmount(value, c.max)
	}
	it.has[i] = err == nil
	switch {
	case err != nil:
		r.unreadable(it, i, value, err)
	case c.decimals < places:
		r.decimals(it, i)
	}
}

// blankField notes that a field is blank which may not be.
func (r *reader) blankField(it *item, i int) {
	c := &r.columns[i]
	expected := c.kind.expected()
	if c.kind == text {
		expected = "1 to " + count(c.max, "character")
	}
	if c.second {
		r.note(CodeBlank98BI, it, i, expected, "%s is blank; LEDES 98BI is said to want it", c.name)
		return
	}
	r.note(CodeRequired, it, i, expected, "%s is blank", c.name)
}

// length judges how long a text is.
func (r *reader) length(it *item, i int) {
	c, value := &r.columns[i], it.value[i]
	if len(value) <= c.max {
		return
	}
	n := utf8.RuneCount(value)
	if n <= c.max {
		return
	}
	code := CodeTooLong
	if c.second {
		code = CodeLong98BI
	}
	r.note(code, it, i, "at most "+count(c.max, "character"), "%s has %d characters; %d are allowed: %s", c.name, n, c.max, value)
}

// unreadable notes that a field cannot be read. Value is as it stands, with blanks.
func (r *reader) unreadable(it *item, i int, value []byte, err error) {
	it.value[i] = value // so that the blanks are shown
	defer func() { it.value[i] = trim(value) }()
	expected := r.columns[i].kind.expected()
	if r.columns[i].kind == date {
		r.note(CodeDate, it, i, expected, "%s is not a date of the form YYYYMMDD", value)
		return
	}
	code := numberCode(err)
	switch code {
	case CodeDigits:
		expected = "at most " + count(r.columns[i].max, "digit") + " before the point"
	case CodeDecimals:
		expected = "at most " + count(r.columns[i].kind.places(), "digit") + " after the point"
	}
	r.note(code, it, i, expected, "%s: %s", value, err.Error())
}

// decimals judges the digits after the point where the carrier takes fewer than the
// standard.
func (r *reader) decimals(it *item, i int) {
	value := it.value[i]
	point := bytes.IndexByte(value, '.')
	if point < 0 || r.columns[i].kind != units && r.columns[i].kind != money {
		return
	}
	if most := r.columns[i].decimals; len(bytes.TrimRight(value[point+1:], "0")) > most {
		r.note(CodeDecimals, it, i, "at most "+count(most, "digit")+" after the point",
			"%s has more than %d digits after the point, which this carrier refuses", value, most)
	}
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

// trim is value without the blanks around it.
func trim(value []byte) []byte {
	for len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	for len(value) > 0 && value[len(value)-1] == ' ' {
		value = value[:len(value)-1]
	}
	return value
}
