package ledes

import "time"

// A Format is one of the LEDES formats.
type Format string

// The formats that are told apart. What is none of them is not LEDES.
const (
	LEDES1998B Format = "LEDES1998B" // 24 fields; LEDES.org: not to be changed any more
	LEDES98BI  Format = "LEDES98BI"  // 52 fields, with taxes and a currency
	LEDESXML   Format = "LEDESXML"   // XML 2.0 to 2.2: read as far as filing needs it, not checked
)

// A Severity says what a finding means for the file.
type Severity string

// The severities.
const (
	Warn   Severity = "warn"   // may be sent; shown to the biller
	Reject Severity = "reject" // never sent
)

// A Verdict says what may be done with a file.
type Verdict string

// The verdicts. A file gets that of its worst finding.
const (
	Accepted Verdict = "accept" // nothing to say
	Warned   Verdict = "warn"   // may be sent; a biller should look
	Rejected Verdict = "reject" // never sent
)

// A File is a LEDES file as read. Its invoices are not to be trusted, only
// shown, where the verdict is [Rejected].
type File struct {
	Format   Format    // "" if it is none of the formats
	Invoices []Invoice // those of LEDESXML have no Lines
	Findings []Finding // in the order of the lines; one for each problem of each invoice

	Size int64  // bytes read: all of them, unless a finding says that the file is too large
	SHA  string // hex SHA-256 of the bytes read

	// Canon is the hex SHA-256 of the canonical bytes, for which a byte order
	// mark, line ends, blank lines and blanks at line ends do not count. In XML
	// all bytes count.
	Canon string

	summaries []Summary
	owners    []int    // for each finding the index of its invoice; whole for the file
	lines     [][]span // for each invoice its lines in raw
	head      []span   // the lines with the format and the header
	raw       []byte   // nil once the verdict is Rejected
}

// Whole stands for the file itself where the index of an invoice is meant.
const whole = -1

// A span is a part of a file's raw bytes.
type span struct{ from, to int }

// Verdict is that of the worst finding.
func (f *File) Verdict() Verdict { return verdict(f.Findings) }

func verdict(findings []Finding) Verdict {
	v := Accepted
	for _, finding := range findings {
		if finding.Severity == Reject {
			return Rejected
		}
		v = Warned
	}
	return v
}

// FindingsOf returns the findings that concern f.Invoices[n]: its own and those
// about the file as a whole.
func (f *File) FindingsOf(n int) []Finding {
	var list []Finding
	for i, finding := range f.Findings {
		if f.owners[i] == n || f.owners[i] == whole {
			list = append(list, finding)
		}
	}
	return list
}

// An Invoice is one invoice of a file. Where its lines disagree about a value
// that belongs to the invoice, the first line counts. Blanks around text are
// dropped, so that no blank makes two invoices of one.
type Invoice struct {
	Number       string    // INVOICE_NUMBER, the law firm's
	ClientID     string    // CLIENT_ID, the law firm's
	Matter       string    // LAW_FIRM_MATTER_ID
	ClientMatter string    // CLIENT_MATTER_ID, often the claim number; may be ""
	LawFirmID    string    // LAW_FIRM_ID; in the United States the federal tax id
	Description  string    // INVOICE_DESCRIPTION; may be ""
	Date         time.Time // INVOICE_DATE; dates are midnight in UTC
	Start, End   time.Time // BILLING_START_DATE and BILLING_END_DATE
	Total        Amount    // INVOICE_TOTAL; in LEDES 98BI with taxes
	Lines        []Line

	International International // what LEDES 98BI adds; zero in LEDES 1998B
}

// A Kind is the EXP/FEE/INV_ADJ_TYPE of a line item.
type Kind string

// The kinds of line items.
const (
	Fee               Kind = "F"
	Expense           Kind = "E"
	FeeAdjustment     Kind = "IF" // on the invoice's fees as a whole
	ExpenseAdjustment Kind = "IE" // on the invoice's expenses as a whole
)

// A Line is one line item.
type Line struct {
	Physical     int    // 1-based line of the file it was read from
	Number       string // LINE_ITEM_NUMBER
	Kind         Kind
	Date         time.Time
	Units        Amount // hours of a fee, pieces of an expense
	UnitCost     Amount // rate of a fee, price of a piece
	Adjustment   Amount // premium, or discount if negative
	Total        Amount // units x cost + adjustment; in LEDES 98BI + tax
	Task         string // UTBMS task code
	Activity     string // UTBMS activity code
	Expense      string // UTBMS expense code
	Timekeeper   Timekeeper
	Description  string
	Matter       string // LAW_FIRM_MATTER_ID of this line
	ClientMatter string // CLIENT_MATTER_ID of this line
	MatterName   string // MATTER_NAME of this line; LEDES 98BI only
	Tax          Tax    // LEDES 98BI only
}

// A Timekeeper is who worked.
type Timekeeper struct {
	ID    string // the law firm's
	Name  string // "Last, First"
	Class string // for instance PARTNR, or PT of the older list
	Last  string // TIMEKEEPER_LAST_NAME; LEDES 98BI only
	First string // TIMEKEEPER_FIRST_NAME; LEDES 98BI only
}
