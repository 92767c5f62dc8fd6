package ledes

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// Write writes invoices as one LEDES 1998B file with CR LF at the end of each
// line. A line without a matter or a client's matter gets those of its invoice.
//
// Write writes nothing that [Read] would refuse: the error then names the first
// finding. Totals are written as given and must add up.
func Write(w io.Writer, invoices ...Invoice) error {
	var out bytes.Buffer
	out.WriteString(string(LEDES1998B) + "[]\r\n")
	var names [width1998B]string
	for i, f := range fields1998B {
		names[i] = f.name
	}
	writeLine(&out, names)
	for _, inv := range invoices {
		for _, line := range inv.Lines {
			values := render(inv, line)
			if err := writable(values); err != nil {
				return fmt.Errorf("invoice %s, line item %s: %w", quote(inv.Number), quote(line.Number), err)
			}
			writeLine(&out, values)
		}
	}
	if err := refused(out.Bytes()); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

func writeLine(out *bytes.Buffer, values [width1998B]string) {
	out.WriteString(strings.Join(values[:], "|"))
	out.WriteString("[]\r\n")
}

// writable refuses what would not stay inside its field.
func writable(values [width1998B]string) error {
	for i, value := range values {
		if strings.Contains(value, "|") || strings.ContainsFunc(value, unicode.IsControl) {
			return fmt.Errorf("%s cannot hold %s: LEDES has no way to write | or a control character", fields1998B[i].name, quote(value))
		}
	}
	return nil
}

// refused is the first finding for which Read refuses a file.
func refused(data []byte) error {
	f, err := Read(bytes.NewReader(data), Profile{})
	if err != nil {
		return err
	}
	for _, finding := range f.Findings {
		if finding.Severity == Reject {
			return fmt.Errorf("the file would be refused: line %d, %s: %s", finding.Line, finding.Field, finding.Message)
		}
	}
	return nil
}

// render writes a line item as fields.
func render(inv Invoice, line Line) [width1998B]string {
	return [width1998B]string{
		invoiceDate:    day(inv.Date),
		invoiceNumber:  inv.Number,
		clientID:       inv.ClientID,
		matterID:       orElse(line.Matter, inv.Matter),
		invoiceTotal:   inv.Total.String(),
		billingStart:   day(inv.Start),
		billingEnd:     day(inv.End),
		invoiceText:    inv.Description,
		lineNumber:     line.Number,
		lineKind:       string(line.Kind),
		lineUnits:      line.Units.String(),
		lineAdjustment: line.Adjustment.String(),
		lineTotal:      line.Total.String(),
		lineDate:       day(line.Date),
		lineTask:       line.Task,
		lineExpense:    line.Expense,
		lineActivity:   line.Activity,
		keeperID:       line.Timekeeper.ID,
		lineText:       line.Description,
		lawFirmID:      inv.LawFirmID,
		lineCost:       line.UnitCost.String(),
		keeperName:     line.Timekeeper.Name,
		keeperClass:    line.Timekeeper.Class,
		clientMatterID: orElse(line.ClientMatter, inv.ClientMatter),
	}
}

// day writes a date; the zero time is a blank field.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("20060102")
}

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}
