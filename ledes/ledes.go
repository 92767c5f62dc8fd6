// Package ledes reads, checks and writes LEDES files: the invoices that law
// firms send to insurers. It imports the standard library only.
package ledes

import "time"

// A Format is one of the LEDES formats, by the name on a file's first line.
type Format string

// The formats.
const (
	LEDES1998B Format = "LEDES1998B"
	LEDES98BI  Format = "LEDES98BI"
)

// An Amount is a decimal number with four places, as LEDES writes money and
// units. It is exact; there are no floats in this package.
type Amount struct{ n int64 }

// A Profile is what a carrier demands beyond the standard. The zero Profile is
// the standard, read leniently.
type Profile struct{}

// A Severity says what a finding means for the file.
type Severity string

// The severities.
const (
	Warn   Severity = "warn"   // may be sent; shown to the biller
	Reject Severity = "reject" // never sent
)

// A Finding is one thing that is wrong with a file.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`    // stable, for machines
	Line     int      `json:"line"`    // 1-based physical line; 0: the file as a whole
	Field    string   `json:"field"`   // LEDES name of the field; "" if none
	Message  string   `json:"message"` // plain words, values escaped
}

// A File is a LEDES file as read.
type File struct {
	Format   Format
	Invoices []Invoice
	Findings []Finding
}

// An Invoice is one invoice of a file.
type Invoice struct {
	Number, ClientID, Matter, ClientMatter, LawFirmID string
	Description                                       string
	Date, Start, End                                  time.Time
	Total                                             Amount
	Lines                                             []Line
}

// A Line is one line item.
type Line struct{ Physical int }
