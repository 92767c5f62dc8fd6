package ledes

import "hash/maphash"

// A tally is what a reader keeps of an invoice while it reads: little, and nothing of
// its lines, whatever their number.
type tally struct {
	index  int
	number string
	line   int    // the first
	total  Amount // INVOICE_TOTAL of the first line
	lines  int

	shown, shownTax, shownNet *Excerpt // where the totals stand in the first line

	client, firm, matter string // of the first line
	date                 day
	texts                [len(repeated)]uint64 // hashes
	net, tax             Amount                // INVOICE_NET_TOTAL and INVOICE_TAX_TOTAL
	hasNet, hasTax       bool

	sum, taxes Amount // of the lines
	broken     bool   // a line total or the invoice's total could not be read
	taxBroken  bool   // so with taxes
	run        run
	scattered  bool // some numbers are no part of run
}

// assign finds the invoice of a line item by its number, or begins it.
func (r *reader) assign(it *item) {
	written := it.value[invoiceNumber]
	number := trim(written)
	if len(number) == 0 {
		r.torn = true
		return
	}
	if t := r.last; t != nil && t.number == string(written) {
		it.tally = t
		return
	}
	t, known := r.byNumber[string(number)]
	if !known {
		if t = r.begin(it, string(number)); t == nil {
			return
		}
	}
	it.tally, r.last = t, t
	if !known || len(written) != len(number) {
		r.checkNumber(r.at(it, invoiceNumber), written)
	}
}

// begin begins an invoice; nil if there are too many.
func (r *reader) begin(it *item, number string) *tally {
	if len(r.tallies) == r.limits.Invoices {
		r.torn = true
		r.whole(CodeTooManyInvoices, it.line, "the file has more than %d invoices", r.limits.Invoices)
		return nil
	}
	t := &tally{index: len(r.tallies), number: number, line: it.line}
	r.tallies = append(r.tallies, t)
	r.byNumber[number] = t
	if r.file != nil {
		r.file.Invoices = append(r.file.Invoices, Invoice{Number: number})
		r.file.lines = append(r.file.lines, nil)
	}
	return t
}

// checkNumber judges the invoice number, which becomes part of addresses and
// names of files at portals.
func (r *reader) checkNumber(at place, written []byte) {
	if isPath(written) {
		r.findings.add(CodeNumberPath, at, "a number that is no path", "%s could be taken for a path", written)
		return
	}
	if char, found := r.options.Profile.foreign(string(written)); found {
		r.findings.add(CodeNumberChars, at, "letters, digits, . _ and -",
			"%s holds the character %s, which portals may refuse", written, []byte(string(char)))
	}
}

// isPath reports whether a number could lead to another folder.
func isPath(number []byte) bool {
	for i, c := range number {
		if c == '\\' || c == '/' && i == 0 || c == '.' && i > 0 && number[i-1] == '.' {
			return true
		}
	}
	return false
}

// join adds a line item to its invoice.
func (r *reader) join(it *item, where span) {
	t := it.tally
	if t.lines == 0 {
		r.first(t, it)
	} else {
		r.compare(t, it)
	}
	r.checkMatters(t, it)
	t.lines++
	t.broken = t.broken || !it.has[lineTotal] || !it.has[invoiceTotal]
	t.taxBroken = t.taxBroken || len(it.value[lineTax]) > 0 && !it.has[lineTax]
	t.sum = t.sum.Add(it.amount[lineTotal])
	t.taxes = t.taxes.Add(it.amount[lineTax])
	r.checkTwice(t, it)
	if r.file != nil {
		inv := &r.file.Invoices[t.index]
		inv.Lines = append(inv.Lines, newLine(it))
		r.file.lines[t.index] = append(r.file.lines[t.index], where)
	}
}

// checkTwice judges the line item's number beside those before.
func (r *reader) checkTwice(t *tally, it *item) {
	number := it.value[lineNumber]
	if len(number) == 0 {
		return
	}
	twice, full := r.numbers.use(t, number)
	if twice {
		r.note(CodeLineTwice, it, lineNumber, "a number that no other line of the invoice has",
			"the invoice has two lines with the number %s", number)
	}
	if full {
		r.unremembered(it.line)
	}
}

// unremembered says from where on repeated values may be missed.
func (r *reader) unremembered(line int) {
	r.whole(CodeUnremembered, line, "the file is so large that from here on not all values that are used twice are found")
}

// first takes what belongs to the invoice from its first line.
func (r *reader) first(t *tally, it *item) {
	t.total = it.amount[invoiceTotal]
	t.shown = r.at(it, invoiceTotal).excerpt()
	t.client, t.firm, t.matter = string(it.value[clientID]), string(it.value[lawFirmID]), string(it.value[matterID])
	t.date = it.day[invoiceDate]
	t.net, t.hasNet = it.amount[netTotal], it.has[netTotal]
	t.tax, t.hasTax = it.amount[taxTotal], it.has[taxTotal]
	if r.layout.format == LEDES98BI {
		t.shownTax, t.shownNet = r.at(it, taxTotal).excerpt(), r.at(it, netTotal).excerpt()
	}
	for i, column := range repeated {
		t.texts[i] = maphash.Bytes(r.seed, it.value[column])
	}
	if r.file != nil {
		fillInvoice(&r.file.Invoices[t.index], it)
	}
}

// fillInvoice takes the invoice's values from its first line.
func fillInvoice(inv *Invoice, it *item) {
	inv.ClientID = string(it.value[clientID])
	inv.Matter = string(it.value[matterID])
	inv.ClientMatter = string(it.value[clientMatterID])
	inv.LawFirmID = string(it.value[lawFirmID])
	inv.Description = string(it.value[invoiceText])
	inv.Date = it.day[invoiceDate].time()
	inv.Start, inv.End = it.day[billingStart].time(), it.day[billingEnd].time()
	inv.Total = it.amount[invoiceTotal]
	fillInternational(&inv.International, it)
}

func newLine(it *item) Line {
	s := func(column int) string { return string(it.value[column]) }
	return Line{
		Physical:     it.line,
		Number:       s(lineNumber),
		Kind:         it.kind,
		Date:         it.day[lineDate].time(),
		Units:        it.amount[lineUnits],
		UnitCost:     it.amount[lineCost],
		Adjustment:   it.amount[lineAdjustment],
		Total:        it.amount[lineTotal],
		Task:         s(lineTask),
		Activity:     s(lineActivity),
		Expense:      s(lineExpense),
		Timekeeper:   Timekeeper{s(keeperID), s(keeperName), s(keeperClass), s(keeperLast), s(keeperFirst)},
		Description:  s(lineText),
		Matter:       s(matterID),
		ClientMatter: s(clientMatterID),
		MatterName:   s(matterName),
		Tax:          Tax{it.rate, it.amount[lineTax], s(lineTaxType)},
	}
}

// repeated are columns whose text is to be the same on all lines of an invoice. They may
// be long: whether a line differs from the first is told by a hash.
var repeated = [...]int{invoiceText, currencyCode}

// compare judges what must be the same on all lines of an invoice.
func (r *reader) compare(t *tally, it *item) {
	if it.has[invoiceTotal] && it.amount[invoiceTotal] != t.total {
		r.note(CodeTotalDiffers, it, invoiceTotal, t.total.String(), "the total of the invoice is %s here and %s on its first line",
			it.amount[invoiceTotal], t.total)
	}
	if string(it.value[lawFirmID]) != t.firm {
		r.note(CodeFirmDiffers, it, lawFirmID, quote(t.firm), "the invoice has two law firms: %s here and %s on its first line",
			it.value[lawFirmID], []byte(t.firm))
	}
	if it.has[invoiceDate] && it.day[invoiceDate] != t.date {
		r.differs(it, invoiceDate, t.date.String())
	}
	if string(it.value[clientID]) != t.client {
		r.differs(it, clientID, quote(t.client))
	}
	for i, column := range repeated {
		if maphash.Bytes(r.seed, it.value[column]) != t.texts[i] {
			r.note(CodeDiffers, it, column, "what the first line has",
				"%s is not what the first line of the invoice has; the first counts", it.value[column])
		}
	}
	if it.amount[taxTotal] != t.tax {
		r.differs(it, taxTotal, t.tax.String())
	}
	if it.amount[netTotal] != t.net {
		r.differs(it, netTotal, t.net.String())
	}
}

// differs notes that a line has another value than the first of its invoice.
func (r *reader) differs(it *item, column int, first string) {
	r.note(CodeDiffers, it, column, first, "%s here and %s on the first line of the invoice; the first counts", it.value[column], first)
}

// checkMatters judges the matter of a line beside those of the lines before.
func (r *reader) checkMatters(t *tally, it *item) {
	matter, client := it.value[matterID], it.value[clientID]
	if string(matter) != t.matter {
		r.note(CodeMultiMatter, it, matterID, quote(t.matter), "the invoice bills the matters %s and %s", []byte(t.matter), matter)
	} else if t.lines > 0 && string(client) == t.client {
		return // as on the first line
	}
	first, known := r.clientOf[string(matter)]
	switch {
	case known && first != string(client):
		r.note(CodeDiffers, it, clientID, quote(first), "the matter %s belongs to client %s here and to %s before",
			matter, client, []byte(first))
	case known:
	case len(r.clientOf) == r.limits.Invoices:
		r.unremembered(it.line)
	default:
		r.clientOf[string(matter)] = string(client)
	}
}

// sums compares each invoice's totals with its lines. One cent counts.
func (r *reader) sums() {
	for _, t := range r.tallies {
		at := place{line: t.line, column: invoiceTotal + 1, field: r.columns[invoiceTotal].name, invoice: t.index, shown: t.shown}
		if !t.broken && t.sum != t.total {
			r.findings.add(CodeTotal, at, t.sum.String(), "the total of the invoice is %s, but its lines add up to %s", t.total, t.sum)
		}
		if r.layout.format == LEDES98BI && !t.taxBroken {
			r.taxSums(t)
		}
	}
}
