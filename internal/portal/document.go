package portal

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Document is what a portal reads of a LEDES 1998B file.
type Document struct {
	Invoice, Firm, Client, Matter string // Matter: see matter
	Date                          time.Time
	Total                         Money
	Sum                           Money // of its lines
	Lines                         []Item
	Invoices, Matters             int // how many different ones the file holds
}

// An Item is one line of a [Document].
type Item struct {
	Physical         int // 1-based line of the file
	Timekeeper, Task string
}

// Columns of LEDES 1998B, counted from zero (LEDES.org, LEDES 1998B format).
const (
	colDate, colNumber, colClient, colFirmMatter, colTotal = 0, 1, 2, 3, 4
	colLineTotal, colTask, colTimekeeper                   = 12, 14, 17
	colFirm, colMatter, columns                            = 19, 23, 24
)

// ReadDocument reads a LEDES 1998B file as a portal does that cares for what it
// needs: it wants 24 columns, one number, one total.
func ReadDocument(text string) (Document, error) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if strings.TrimSpace(lines[0]) != "LEDES1998B[]" {
		return Document{}, errors.New("the first line is not LEDES1998B[]")
	}
	var d Document
	numbers, matters := map[string]bool{}, map[string]bool{}
	for i, line := range lines {
		if i < 2 || strings.TrimSpace(line) == "" {
			continue
		}
		f, err := fields(line)
		if err == nil {
			err = d.add(f, i+1)
		}
		if err != nil {
			return Document{}, fmt.Errorf("line %d: %w", i+1, err)
		}
		numbers[f[colNumber]], matters[matter(f)] = true, true
	}
	if len(d.Lines) == 0 {
		return Document{}, errors.New("it has no line items")
	}
	d.Invoices, d.Matters = len(numbers), len(matters)
	return d, nil
}

func fields(line string) ([]string, error) {
	line, ended := strings.CutSuffix(strings.TrimSpace(line), "[]")
	f := strings.Split(line, "|")
	if !ended || len(f) != columns {
		return nil, fmt.Errorf("it has %d columns and should have %d and end in []", len(f), columns)
	}
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	return f, nil
}

// add takes one line item in. What holds for the whole invoice is read from the
// first.
func (d *Document) add(f []string, physical int) (err error) {
	if len(d.Lines) == 0 {
		d.Invoice, d.Firm, d.Client, d.Matter = f[colNumber], f[colFirm], f[colClient], matter(f)
		if d.Invoice == "" {
			return errors.New("INVOICE_NUMBER is blank")
		}
		if d.Date, err = time.Parse("20060102", f[colDate]); err != nil {
			return errors.New("INVOICE_DATE is not a date")
		}
		if d.Total, err = ParseMoney(f[colTotal]); err != nil {
			return fmt.Errorf("INVOICE_TOTAL: %w", err)
		}
	}
	total, err := ParseMoney(f[colLineTotal])
	if err != nil {
		return fmt.Errorf("LINE_ITEM_TOTAL: %w", err)
	}
	d.Sum += total
	d.Lines = append(d.Lines, Item{Physical: physical, Timekeeper: f[colTimekeeper], Task: f[colTask]})
	return nil
}

// matter is the matter that an invoice is posted to: the client's own id of it,
// or the law firm's where the client gave none.
func matter(f []string) string {
	if f[colMatter] != "" {
		return f[colMatter]
	}
	return f[colFirmMatter]
}
