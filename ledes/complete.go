package ledes

import "strconv"

// Complete computes what follows from the rest of an invoice: the numbers of lines that
// have none, by counting; the total of each line, and its tax where it has a rate; the
// totals of the invoice. What was there before is overwritten, numbers excepted.
//
// Totals of lines are exact to four places; a tax is rounded to cents, half a cent away
// from zero.
func (inv *Invoice) Complete() {
	var total, taxes Amount
	for i := range inv.Lines {
		line := &inv.Lines[i]
		if line.Number == "" {
			line.Number = strconv.Itoa(i + 1)
		}
		line.complete()
		total, taxes = total.Add(line.Total), taxes.Add(line.Tax.Total)
	}
	inv.Total = total
	inv.International.TaxTotal = taxes
	inv.International.NetTotal = total.Add(Amount{-taxes.n})
}

// complete computes a line's tax and total.
func (l *Line) complete() {
	taxed := l.Adjustment
	if l.Kind == Fee || l.Kind == Expense {
		product, _ := l.Units.Mul(l.UnitCost)
		taxed = taxed.Add(product)
	}
	if !l.Tax.Rate.IsZero() {
		l.Tax.Total = l.Tax.Rate.centsOf(taxed)
	}
	l.Total = taxed.Add(l.Tax.Total)
}
