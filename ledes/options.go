package ledes

// Options say how a file is read. The zero Options are the standard, read leniently,
// within [DefaultLimits].
type Options struct {
	Profile Profile // what the carrier demands, and what it forgives
	// Strict refuses what a lenient reading forgives: all that is not as the format has
	// it, though files like that are commonly taken ([Rule].Forgiven). What the Profile
	// forgives stays forgiven.
	Strict bool
	Limits Limits // a limit of 0 is that of DefaultLimits
}

// Limits bound what reading a file may cost. What is beyond one is refused before
// memory is spent on it, except where a limit says otherwise.
type Limits struct {
	// Size is how many bytes a file may have.
	Size int64
	// Line is how many bytes a line may have, its end included; in XML, a text or a tag.
	Line int
	// Lines is how many physical lines a file may have, blank ones included.
	Lines int
	// Fields is how many fields a [Scanner] cuts a line into; the last holds the rest.
	// Checking knows from the format how many there are.
	Fields int
	// Invoices is how many invoices of a file are told apart, and how many matters.
	// About 1 KB is kept of each.
	Invoices int
	// Numbers is how many line item numbers of a file are remembered besides those that
	// count up by one in their invoice, which need no memory: 32 to 80 bytes each. Beyond
	// it a finding warns that numbers used twice are not looked for any more.
	Numbers int
	// Findings is how many findings of each severity are listed; more are counted.
	Findings int
}

// The limits of [DefaultLimits] that others rest on.
const (
	// MaxSize is how many bytes a file may have. Portals take 5 to 20 MB.
	MaxSize = 20 << 20
	// MaxLine is how many bytes a line may have, its end included: twice what the
	// longest fields of LEDES 1998B add up to, two of which may have 15 KB.
	MaxLine = 64 << 10
	// MaxLines is how many lines a file may have. So many of the largest line
	// totals ("10.4") still add up to a number that an Amount holds exactly.
	MaxLines = 50_000
)

// DefaultLimits fit what carriers' websites take, with room to spare.
func DefaultLimits() Limits {
	return Limits{
		Size: MaxSize, Line: MaxLine, Lines: MaxLines, Fields: 128,
		Invoices: 10_000, Numbers: MaxLines, Findings: 100,
	}
}

// shortestItem is fewer bytes than any line item has.
const shortestItem = 64

// LimitsFor are those for files of up to size bytes; 0 is the usual size. Never fewer
// lines, invoices and numbers than usual, and of larger files as many lines as fit and
// the rest in proportion. Memory grows with the invoices of a file, up to half its size.
func LimitsFor(size int64) Limits {
	l := DefaultLimits()
	if size <= 0 {
		return l
	}
	times := int(size/l.Size + 1)
	l.Lines = max(l.Lines, int(size/shortestItem))
	l.Invoices *= times
	l.Numbers *= times
	l.Size = size
	return l
}

// orDefault has the default limit wherever l has none.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	return Limits{
		Size:     limit(l.Size, d.Size),
		Line:     limit(l.Line, d.Line),
		Lines:    limit(l.Lines, d.Lines),
		Fields:   limit(l.Fields, d.Fields),
		Invoices: limit(l.Invoices, d.Invoices),
		Numbers:  limit(l.Numbers, d.Numbers),
		Findings: limit(l.Findings, d.Findings),
	}
}

func limit[T int | int64](l, otherwise T) T {
	if l <= 0 {
		return otherwise
	}
	return l
}
