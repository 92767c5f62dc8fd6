package ledes

import "cmp"

// International is what LEDES 98BI knows of an invoice beyond LEDES 1998B.
type International struct {
	PONumber    string // PO_NUMBER
	ClientTaxID string // CLIENT_TAX_ID
	MatterName  string // MATTER_NAME
	TaxTotal    Amount // INVOICE_TAX_TOTAL: the taxes of all lines
	NetTotal    Amount // INVOICE_NET_TOTAL: the total without taxes; in LEDES XML "net" has them
	Currency    string // INVOICE_CURRENCY, ISO 4217
	AccountType string // ACCOUNT_TYPE: "O" the client's own, "T" a third party's
	LawFirm     Address
	Client      Address

	ReportedTaxTotal Amount // INVOICE_REPORTED_TAX_TOTAL: the taxes in TaxCurrency
	TaxCurrency      string // INVOICE_TAX_CURRENCY, ISO 4217
}

// An Address is that of the law firm or of the client.
type Address struct {
	Name         string
	Line1, Line2 string
	City         string
	Region       string // state or region
	Postcode     string
	Country      string // ISO 3166: three letters as in the standard's sample; some carriers want two
}

// A Tax is what one line item is taxed: LEDES 98BI knows one tax a line.
type Tax struct {
	Rate  Rate   // LINE_ITEM_TAX_RATE
	Total Amount // LINE_ITEM_TAX_TOTAL: (units x cost + adjustment) x rate
	Type  string // LINE_ITEM_TAX_TYPE, for instance VAT or GST
}

// fillInternational takes what belongs to the invoice from its first line.
func fillInternational(i *International, it *item) {
	*i = International{
		PONumber:    string(it.value[poNumber]),
		ClientTaxID: string(it.value[clientTaxID]),
		MatterName:  string(it.value[matterName]),
		TaxTotal:    it.amount[taxTotal],
		NetTotal:    it.amount[netTotal],
		Currency:    string(it.value[currencyCode]),
		AccountType: string(it.value[accountType]),
		LawFirm:     addressOf(it, firmName),
		Client:      addressOf(it, clientName),

		ReportedTaxTotal: it.amount[reportedTax],
		TaxCurrency:      string(it.value[taxCurrency]),
	}
}

// addressOf is the address whose name is in the column from; its other six parts follow.
func addressOf(it *item, from int) Address {
	v := func(n int) string { return string(it.value[from+n]) }
	return Address{v(0), v(1), v(2), v(3), v(4), v(5), v(6)}
}

// renderInternational writes what LEDES 98BI has beyond LEDES 1998B. What is nothing is
// blank where it may be.
func renderInternational(values *[width98BI]string, i International, line Line) {
	values[poNumber] = i.PONumber
	values[clientTaxID] = i.ClientTaxID
	values[matterName] = cmp.Or(line.MatterName, i.MatterName)
	values[taxTotal] = i.TaxTotal.String()
	values[netTotal] = i.NetTotal.String()
	values[currencyCode] = i.Currency
	values[keeperLast] = line.Timekeeper.Last
	values[keeperFirst] = line.Timekeeper.First
	values[accountType] = i.AccountType
	renderAddress(values[firmName:], i.LawFirm)
	renderAddress(values[clientName:], i.Client)
	if !line.Tax.Rate.IsZero() {
		values[lineTaxRate] = line.Tax.Rate.String()
	}
	values[lineTax] = line.Tax.Total.String()
	values[lineTaxType] = line.Tax.Type
	if !i.ReportedTaxTotal.IsZero() || i.TaxCurrency != "" {
		values[reportedTax] = i.ReportedTaxTotal.String()
	}
	values[taxCurrency] = i.TaxCurrency
}

func renderAddress(values []string, a Address) {
	copy(values, []string{a.Name, a.Line1, a.Line2, a.City, a.Region, a.Postcode, a.Country})
}
