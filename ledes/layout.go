package ledes

import (
	"slices"
	"strings"
)

// A layout is one of the formats that are written as lines of fields.
type layout struct {
	format Format
	first  []string // what its first line may say before the []; what is written comes first
	odd    string   // what it says in files that few systems take
	fields []field
	checks []itemCheck // in which order the fields of a line are held against each other
}

// layouts are the formats of lines. Converters write the later names of
// LEDES 98BI, whose first 24 fields are those of LEDES 1998B.
var layouts = []layout{
	{LEDES1998B, []string{"LEDES1998B"}, "LEDES98B", fields1998B[:], checks1998B},
	{LEDES98BI, []string{"LEDES98BI V2", "LEDES98BI V5", "LEDES1998BI V2"}, "LEDES98BI", fields98BI[:], checks98BI},
}

// layoutNamed finds a layout by what its first line says.
func layoutNamed(name string) (layout, bool) {
	i := slices.IndexFunc(layouts, func(l layout) bool { return name == l.odd || slices.Contains(l.first, name) })
	if i < 0 {
		return layout{}, false
	}
	return layouts[i], true
}

// layoutOf is the layout of a format; false if it is none of lines.
func layoutOf(f Format) (layout, bool) {
	i := slices.IndexFunc(layouts, func(l layout) bool { return l.format == f })
	if i < 0 {
		return layout{}, false
	}
	return layouts[i], true
}

// heading is a layout's first two lines, each with the end given.
func (l layout) heading(end string) string {
	names := make([]string, len(l.fields))
	for i, f := range l.fields {
		names[i] = f.name
	}
	return l.first[0] + "[]" + end + strings.Join(names, "|") + "[]" + end
}

// A field is one column of a layout.
type field struct {
	name string
	kind fieldKind
	max  int // characters of a text, digits before the point of a number
	need need
}

// fieldNamed is a field of any layout.
func fieldNamed(name string) (field, bool) {
	i := slices.IndexFunc(fields98BI[:], func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return fields98BI[i], true
}

// A fieldKind says how a field is written.
type fieldKind int

const (
	text  fieldKind = iota
	date            // YYYYMMDD
	money           // see ParseAmount
	units           // a number that is no money
	rate            // a fraction, see ParseRate
)

// expected is what a field of kind k holds, in words for whoever wrote something else.
func (k fieldKind) expected() string {
	return [...]string{
		text:  "text",
		date:  "a date as YYYYMMDD, such as 20260131",
		money: "digits, at most one point, a leading minus if negative: 1234.50",
		units: "digits, at most one point, a leading minus if negative: 1.5",
		rate:  "a fraction: 0.21 for 21 per cent",
	}[k]
}

// places is how many digits may follow the point of a number of kind k.
func (k fieldKind) places() int {
	if k == rate {
		return ratePlaces
	}
	return places
}

// A need says on which lines a field may not be blank.
type need int

const (
	optional need = iota
	always
	unlessAdjustment // on F and E
	onFees           // on F
	onExpenses       // on E
)

// On reports whether a field of need n may not be blank on a line of kind k.
func (n need) on(k Kind) bool {
	switch n {
	case always:
		return true
	case unlessAdjustment:
		return k == Fee || k == Expense
	case onFees:
		return k == Fee
	case onExpenses:
		return k == Expense
	default:
		return false
	}
}

// A column is a field as a profile has it, ready for judging many lines.
type column struct {
	field
	needed   [len(kinds)]bool // may it not be blank on a line of this kind; by kindIndex
	decimals int              // digits after the point
	second   bool             // what the format says of it is known at second hand only
}

// columns prepares the fields of a layout.
func (l layout) columns(p Profile) []column {
	list := make([]column, len(l.fields))
	for i, f := range l.fields {
		c := column{field: f, decimals: p.decimals(f), second: i >= width1998B}
		for k, kind := range kinds {
			c.needed[k] = f.need.on(kind) && !slices.Contains(p.Optional, f.name)
		}
		if slices.Contains(p.Require, f.name) {
			c.needed, c.second = [len(kinds)]bool{true, true, true, true, true}, false
		}
		if n, ok := p.MaxLength[f.name]; ok {
			c.max, c.second = n, false
		}
		list[i] = c
	}
	return list
}

// kinds are the kinds of line items; first comes what is none of them.
var kinds = [...]Kind{"", Fee, Expense, FeeAdjustment, ExpenseAdjustment}

// kindIndex finds a kind in kinds; 0 if it is none.
func kindIndex(value []byte) int {
	for i, k := range kinds {
		if string(value) == string(k) {
			return i
		}
	}
	return 0
}
