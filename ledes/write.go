package ledes

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Write writes invoices as one LEDES 1998B file with CR LF at the end of each
// line. A line without a matter or a client's matter gets those of its invoice.
//
// Write writes nothing that [Read] would refuse: the error then names the first
// finding. Totals are written as given and must add up; see [Invoice.Complete].
func Write(w io.Writer, invoices ...Invoice) error {
	_, err := Encoder{}.Write(w, invoices...)
	return err
}

// An Encoder writes files otherwise than [Write] does. The zero Encoder writes as Write.
type Encoder struct {
	// Format is LEDES1998B, which is meant by "", or LEDES98BI. What LEDES 1998B has no
	// field for (addresses, the currency) is left out of it; an invoice with taxes is refused
	// there, since its totals have them.
	Format Format
	// Transliterate replaces what LEDES cannot hold: characters beyond ASCII by those that
	// stand for them, | by /, and line breaks by blanks. Otherwise they are errors. What tells
	// one invoice from another is never touched.
	Transliterate bool
	// UnixLines ends lines with LF alone.
	UnixLines bool
}

// A Change is a text that an [Encoder] did not write as it was given.
type Change struct {
	Invoice  string // its number
	Line     string // number of the line item
	Field    string // LEDES name
	From, To string
}

// Write writes invoices as one file, and says what it changed to be able to. The error is
// as that of [Write]; nothing is written then.
func (e Encoder) Write(w io.Writer, invoices ...Invoice) ([]Change, error) {
	format := e.Format
	if format == "" {
		format = LEDES1998B
	}
	l, ok := layoutOf(format)
	if !ok {
		return nil, fmt.Errorf("%s cannot be written, only %s and %s", format, LEDES1998B, LEDES98BI)
	}
	end := "\r\n"
	if e.UnixLines {
		end = "\n"
	}
	out := bytes.NewBufferString(l.heading(end))
	var changes []Change
	for _, inv := range invoices {
		for _, line := range inv.Lines {
			values := render(inv, line)
			changed, err := e.writable(l, values[:])
			if err != nil {
				return nil, fmt.Errorf("invoice %s, line item %s: %w", quote(inv.Number), quote(line.Number), err)
			}
			for _, c := range changed {
				c.Invoice, c.Line = inv.Number, line.Number
				changes = append(changes, c)
			}
			out.WriteString(strings.Join(values[:len(l.fields)], "|"))
			out.WriteString("[]" + end)
		}
	}
	if err := refused(out.Bytes()); err != nil {
		return nil, err
	}
	_, err := w.Write(out.Bytes())
	return changes, err
}

// writable refuses a | inside a value: it would make two fields of one, or with
// a line break two whole lines, which Read could not tell from the writer's own.
// All else is left to Read. Where e may, it replaces instead.
func (e Encoder) writable(l layout, values []string) (changes []Change, err error) {
	for i, f := range l.fields {
		if e.Transliterate && !slices.Contains(identity, f.name) {
			if to := transliterate(values[i]); to != values[i] {
				changes = append(changes, Change{Field: f.name, From: values[i], To: to})
				values[i] = to
			}
		}
		if strings.Contains(values[i], "|") {
			return nil, fmt.Errorf("%s cannot hold %s: LEDES has no way to write a |", f.name, quote(values[i]))
		}
	}
	return changes, nil
}

// refused is the first finding for which Read refuses a file.
func refused(data []byte) error {
	report, err := Check(bytes.NewReader(data), Options{Limits: unbounded(len(data))})
	if err != nil {
		return err
	}
	for _, finding := range report.Findings {
		if finding.Severity == Reject {
			return fmt.Errorf("the file would be refused: line %d, %s: %s", finding.Line, finding.Field, finding.Message)
		}
	}
	return nil
}

// unbounded are limits that a file of so many bytes that is in memory anyhow cannot reach.
func unbounded(size int) Limits {
	l := DefaultLimits()
	l.Size, l.Lines, l.Invoices, l.Numbers = max(l.Size, int64(size)), max(l.Lines, size), max(l.Invoices, size), max(l.Numbers, size)
	return l
}

// render writes a line item as fields, those of LEDES 98BI included.
func render(inv Invoice, line Line) [width98BI]string {
	values := [width98BI]string{
		invoiceDate:    dayOf(inv.Date),
		invoiceNumber:  inv.Number,
		clientID:       inv.ClientID,
		matterID:       cmp.Or(line.Matter, inv.Matter),
		invoiceTotal:   inv.Total.String(),
		billingStart:   dayOf(inv.Start),
		billingEnd:     dayOf(inv.End),
		invoiceText:    inv.Description,
		lineNumber:     line.Number,
		lineKind:       string(line.Kind),
		lineUnits:      line.Units.String(),
		lineAdjustment: line.Adjustment.String(),
		lineTotal:      line.Total.String(),
		lineDate:       dayOf(line.Date),
		lineTask:       line.Task,
		lineExpense:    line.Expense,
		lineActivity:   line.Activity,
		keeperID:       line.Timekeeper.ID,
		lineText:       line.Description,
		lawFirmID:      inv.LawFirmID,
		lineCost:       line.UnitCost.String(),
		keeperName:     line.Timekeeper.Name,
		keeperClass:    line.Timekeeper.Class,
		clientMatterID: cmp.Or(line.ClientMatter, inv.ClientMatter),
	}
	renderInternational(&values, inv.International, line)
	return values
}

// dayOf writes a date; the zero time is a blank field.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("20060102")
}
