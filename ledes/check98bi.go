package ledes

// checks98BI are those of LEDES 1998B, and what the further fields say. The taxes are
// warned of only: the sample that circulates with the standard does not add up itself.
var checks98BI = append(checks1998B[:len(checks1998B):len(checks1998B)],
	checkCurrencies,
	checkCountries,
	checkAccountType,
	checkTaxRate,
	checkLineTax,
)

// codeOf reports whether a value is made of n capitals, as ISO's codes of currencies and
// countries are.
func codeOf(value []byte, n int) bool {
	for _, c := range value {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(value) == n
}

func checkCurrencies(r *reader, it *item) {
	for _, column := range [...]int{currencyCode, taxCurrency} {
		if value := it.value[column]; len(value) > 0 && !codeOf(value, 3) {
			r.note(CodeCurrency, it, column, "three capitals, such as USD", "%s is not the code of a currency", value)
		}
	}
}

// checkCountries: the standard's sample has three letters, Brightflag asks for two.
func checkCountries(r *reader, it *item) {
	for _, column := range [...]int{firmCountry, clientCountry} {
		if value := it.value[column]; len(value) > 0 && !codeOf(value, 3) && !codeOf(value, 2) {
			r.note(CodeCountry, it, column, "three capitals, such as USA", "%s is not the code of a country", value)
		}
	}
}

func checkAccountType(r *reader, it *item) {
	if value := it.value[accountType]; len(value) > 0 && string(value) != "O" && string(value) != "T" {
		r.note(CodeAccountType, it, accountType, "O or T", "%s is neither O (the client's own account) nor T (a third party's)", value)
	}
}

// checkTaxRate: a rate of one or more is a percentage that was not divided by 100.
func checkTaxRate(r *reader, it *item) {
	if it.has[lineTaxRate] && (it.rate.n >= rateScale || it.rate.n < 0) {
		r.note(CodeTaxRate, it, lineTaxRate, rate.expected(), "a tax of %s is written as a share: 0.21 is 21 per cent", it.value[lineTaxRate])
	}
}

// taxSlack is what the tax of a line may differ from its share by, as rounding to cents
// and to four places on the way explains: half a cent, and a ten-thousandth.
const taxSlack = 51

func checkLineTax(r *reader, it *item) {
	if !it.hasAll(lineTaxRate, lineTax) || !it.usable(lineAdjustment) || it.rate.n >= rateScale {
		return
	}
	taxed := it.amount[lineAdjustment]
	if it.work() {
		if !it.hasAll(lineUnits, lineCost) {
			return
		}
		fee, _ := it.amount[lineUnits].Mul(it.amount[lineCost])
		taxed = taxed.Add(fee)
	}
	tax := it.rate.Of(taxed)
	if gap := tax.n - it.amount[lineTax].n; gap > taxSlack || gap < -taxSlack {
		r.note(CodeLineTax, it, lineTax, tax.String(), "a tax of %s on %s makes %s, not %s", it.rate, taxed, tax, it.amount[lineTax])
	}
}

// taxSums compares an invoice's total of taxes, and its total without them, with its lines.
func (r *reader) taxSums(t *tally) {
	at := func(column int, shown *Excerpt) place {
		return place{line: t.line, column: column + 1, field: r.columns[column].name, invoice: t.index, shown: shown}
	}
	if t.hasTax && t.tax != t.taxes {
		r.findings.add(CodeTaxTotal, at(taxTotal, t.shownTax), t.taxes.String(),
			"the taxes of the invoice are %s, but those of its lines add up to %s", t.tax, t.taxes)
	}
	if net := t.sum.Add(Amount{-t.taxes.n}); t.hasNet && !t.broken && t.net != net {
		r.findings.add(CodeNetTotal, at(netTotal, t.shownNet), net.String(),
			"the total without taxes is %s, but that of its lines is %s", t.net, net)
	}
}
