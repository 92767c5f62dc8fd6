package ledes

import "strings"

// A tally is what a reader keeps of an invoice besides its fields.
type tally struct {
	line    int // the first
	sum     Amount
	broken  bool // a line total or the invoice's total could not be read
	numbers map[string]bool
}

// place finds the invoice of a line item by its number, or begins it.
func (r *reader) place(it *item) {
	written := it.value[invoiceNumber]
	number := strings.Trim(written, " ")
	if number == "" {
		r.torn = true
		return
	}
	index, ok := r.byNumber[number]
	if !ok {
		index = len(r.tallies)
		r.byNumber[number] = index
		r.tallies = append(r.tallies, tally{line: it.line, numbers: map[string]bool{}})
		r.file.Invoices = append(r.file.Invoices, Invoice{Number: number})
		r.file.lines = append(r.file.lines, nil)
	}
	it.invoice = index
	if !ok || written != number {
		r.checkNumber(it, written)
	}
}

// checkNumber judges the invoice number, which becomes part of addresses and
// names of files at portals.
func (r *reader) checkNumber(it *item, number string) {
	if strings.Contains(number, "..") || strings.HasPrefix(number, "/") || strings.Contains(number, `\`) {
		r.note(Reject, CodeNumberPath, it, invoiceNumber, "%s could be taken for a path", quote(number))
		return
	}
	if char, s, found := r.profile.foreign(number); found {
		r.note(s, CodeNumberChars, it, invoiceNumber, "%s holds the character %s, which portals may refuse", quote(number), quote(string(char)))
	}
}

// join adds a line item to its invoice.
func (r *reader) join(it *item, where span) {
	inv, t := &r.file.Invoices[it.invoice], &r.tallies[it.invoice]
	if len(inv.Lines) == 0 {
		fillInvoice(inv, it)
	} else {
		r.compare(inv, it)
	}
	r.checkMatters(inv, it)
	t.broken = t.broken || !it.hasAll(lineTotal, invoiceTotal)
	t.sum = t.sum.Add(it.amount[lineTotal])
	if number := it.value[lineNumber]; number != "" {
		if t.numbers[number] {
			r.note(Reject, CodeLineTwice, it, lineNumber, "the invoice has two lines with the number %s", quote(number))
		}
		t.numbers[number] = true
	}
	inv.Lines = append(inv.Lines, newLine(it))
	r.file.lines[it.invoice] = append(r.file.lines[it.invoice], where)
}

// fillInvoice takes what belongs to the invoice from its first line.
func fillInvoice(inv *Invoice, it *item) {
	inv.ClientID = it.value[clientID]
	inv.Matter = it.value[matterID]
	inv.ClientMatter = it.value[clientMatterID]
	inv.LawFirmID = it.value[lawFirmID]
	inv.Description = it.value[invoiceText]
	inv.Date = it.date[invoiceDate]
	inv.Start, inv.End = it.date[billingStart], it.date[billingEnd]
	inv.Total = it.amount[invoiceTotal]
}

func newLine(it *item) Line {
	return Line{
		Physical:     it.line,
		Number:       it.value[lineNumber],
		Kind:         it.kind,
		Date:         it.date[lineDate],
		Units:        it.amount[lineUnits],
		UnitCost:     it.amount[lineCost],
		Adjustment:   it.amount[lineAdjustment],
		Total:        it.amount[lineTotal],
		Task:         it.value[lineTask],
		Activity:     it.value[lineActivity],
		Expense:      it.value[lineExpense],
		Timekeeper:   Timekeeper{it.value[keeperID], it.value[keeperName], it.value[keeperClass]},
		Description:  it.value[lineText],
		Matter:       it.value[matterID],
		ClientMatter: it.value[clientMatterID],
	}
}

// compare judges what must be the same on all lines of an invoice.
func (r *reader) compare(inv *Invoice, it *item) {
	if it.has[invoiceTotal] && it.amount[invoiceTotal] != inv.Total {
		r.note(Reject, CodeTotalDiffers, it, invoiceTotal, "the total of the invoice is %s here and %s on its first line",
			it.amount[invoiceTotal], inv.Total)
	}
	if it.value[lawFirmID] != inv.LawFirmID {
		r.note(Reject, CodeFirmDiffers, it, lawFirmID, "the invoice has two law firms: %s here and %s on its first line",
			quote(it.value[lawFirmID]), quote(inv.LawFirmID))
	}
	const message = "%s here and %s on the first line of the invoice; the first counts"
	if d := it.date[invoiceDate]; it.has[invoiceDate] && !d.Equal(inv.Date) {
		r.note(Warn, CodeDiffers, it, invoiceDate, message, it.value[invoiceDate], inv.Date.Format("20060102"))
	}
	if client := it.value[clientID]; client != inv.ClientID {
		r.note(Warn, CodeDiffers, it, clientID, message, quote(client), quote(inv.ClientID))
	}
	if about := it.value[invoiceText]; about != inv.Description {
		r.note(Warn, CodeDiffers, it, invoiceText, message, quote(about), quote(inv.Description))
	}
}

// checkMatters judges the matter of a line beside those of the lines before.
func (r *reader) checkMatters(inv *Invoice, it *item) {
	matter, client := it.value[matterID], it.value[clientID]
	if matter != inv.Matter {
		r.note(severity(r.profile.SingleMatter), CodeMultiMatter, it, matterID, "the invoice bills the matters %s and %s",
			quote(inv.Matter), quote(matter))
	}
	if first, known := r.clientOf[matter]; !known {
		r.clientOf[matter] = client
	} else if first != client {
		r.note(Warn, CodeDiffers, it, clientID, "the matter %s belongs to client %s here and to %s before",
			quote(matter), quote(client), quote(first))
	}
}

// sums compares each invoice's total with its lines. One cent counts.
func (r *reader) sums() {
	for i, t := range r.tallies {
		if total := r.file.Invoices[i].Total; !t.broken && t.sum != total {
			r.findings.add(Reject, CodeTotal, t.line, r.layout.fields[invoiceTotal].name, i,
				"the total of the invoice is %s, but its lines add up to %s", total, t.sum)
		}
	}
}
