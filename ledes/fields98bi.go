package ledes

// fields98BI are the columns of LEDES 98BI: those of LEDES 1998B, and 28 more. The
// order is certain: all public writers and readers agree on it. The sizes and needs of
// the 28 are known at second hand, and so only warned of ([CodeBlank98BI],
// [CodeLong98BI]).
var fields98BI = func() (all [width98BI]field) {
	copy(all[:], fields1998B[:])
	copy(all[width1998B:], extra98BI[:])
	return all
}()

// extra98BI are the 28, from PO_NUMBER on.
var extra98BI = [width98BI - width1998B]field{
	poNumber - width1998B:      {"PO_NUMBER", text, 100, optional},
	clientTaxID - width1998B:   {"CLIENT_TAX_ID", text, 20, always},
	matterName - width1998B:    {"MATTER_NAME", text, 255, always},
	taxTotal - width1998B:      {"INVOICE_TAX_TOTAL", money, 12, optional},
	netTotal - width1998B:      {"INVOICE_NET_TOTAL", money, 12, always},
	currencyCode - width1998B:  {"INVOICE_CURRENCY", text, 3, always},
	keeperLast - width1998B:    {"TIMEKEEPER_LAST_NAME", text, 30, onFees},
	keeperFirst - width1998B:   {"TIMEKEEPER_FIRST_NAME", text, 30, onFees},
	accountType - width1998B:   {"ACCOUNT_TYPE", text, 1, always},
	firmName - width1998B:      {"LAW_FIRM_NAME", text, 60, optional},
	firmLine1 - width1998B:     {"LAW_FIRM_ADDRESS_1", text, 60, optional},
	firmLine2 - width1998B:     {"LAW_FIRM_ADDRESS_2", text, 60, optional},
	firmCity - width1998B:      {"LAW_FIRM_CITY", text, 40, optional},
	firmRegion - width1998B:    {"LAW_FIRM_STATEorREGION", text, 40, optional},
	firmPostcode - width1998B:  {"LAW_FIRM_POSTCODE", text, 20, optional},
	firmCountry - width1998B:   {"LAW_FIRM_COUNTRY", text, 3, optional},
	clientName - width1998B:    {"CLIENT_NAME", text, 60, optional},
	clientLine1 - width1998B:   {"CLIENT_ADDRESS_1", text, 60, optional},
	clientLine2 - width1998B:   {"CLIENT_ADDRESS_2", text, 60, optional},
	clientCity - width1998B:    {"CLIENT_CITY", text, 40, optional},
	clientRegion - width1998B:  {"CLIENT_STATEorREGION", text, 40, optional},
	clientPost - width1998B:    {"CLIENT_POSTCODE", text, 20, optional},
	clientCountry - width1998B: {"CLIENT_COUNTRY", text, 3, optional},
	lineTaxRate - width1998B:   {"LINE_ITEM_TAX_RATE", rate, 3, optional},
	lineTax - width1998B:       {"LINE_ITEM_TAX_TOTAL", money, 10, always},
	lineTaxType - width1998B:   {"LINE_ITEM_TAX_TYPE", text, 20, optional},
	reportedTax - width1998B:   {"INVOICE_REPORTED_TAX_TOTAL", money, 12, optional},
	taxCurrency - width1998B:   {"INVOICE_TAX_CURRENCY", text, 3, optional},
}

// The columns of LEDES 98BI beyond those of LEDES 1998B.
const (
	poNumber = width1998B + iota
	clientTaxID
	matterName
	taxTotal
	netTotal
	currencyCode
	keeperLast
	keeperFirst
	accountType
	firmName
	firmLine1
	firmLine2
	firmCity
	firmRegion
	firmPostcode
	firmCountry
	clientName
	clientLine1
	clientLine2
	clientCity
	clientRegion
	clientPost
	clientCountry
	lineTaxRate
	lineTax
	lineTaxType
	reportedTax
	taxCurrency
	width98BI // how many there are
)
