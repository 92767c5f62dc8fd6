package main

import (
	"slices"
	"strings"
)

// A draft is a LEDES file that a test changes before it is written.
type draft struct {
	first string
	names []string
	items [][]string
	end   string // of each line
}

// names98B are the fields of LEDES 1998B, names98BI those that LEDES 98BI adds.
const (
	names98B = "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|INVOICE_DESCRIPTION|" +
		"LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|LINE_ITEM_TOTAL|LINE_ITEM_DATE|" +
		"LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|" +
		"LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID"
	names98BI = names98B + "|PO_NUMBER|CLIENT_TAX_ID|MATTER_NAME|INVOICE_TAX_TOTAL|INVOICE_NET_TOTAL|INVOICE_CURRENCY|TIMEKEEPER_LAST_NAME|" +
		"TIMEKEEPER_FIRST_NAME|ACCOUNT_TYPE|LAW_FIRM_NAME|LAW_FIRM_ADDRESS_1|LAW_FIRM_ADDRESS_2|LAW_FIRM_CITY|LAW_FIRM_STATEorREGION|" +
		"LAW_FIRM_POSTCODE|LAW_FIRM_COUNTRY|CLIENT_NAME|CLIENT_ADDRESS_1|CLIENT_ADDRESS_2|CLIENT_CITY|CLIENT_STATEorREGION|CLIENT_POSTCODE|" +
		"CLIENT_COUNTRY|LINE_ITEM_TAX_RATE|LINE_ITEM_TAX_TOTAL|LINE_ITEM_TAX_TYPE|INVOICE_REPORTED_TAX_TOTAL|INVOICE_TAX_CURRENCY"
)

// bill is a LEDES 1998B file without a finding: a fee on line 3, an expense on line 4, an
// adjustment of the invoice on line 5.
func bill() *draft {
	return &draft{
		first: "LEDES1998B[]", end: "\r\n", names: strings.Split(names98B, "|"),
		items: [][]string{
			strings.Split("20260131|B-2001|NQ|M-7|540.00|20260101|20260131|January|1|F|1.5|-25.00|500.00|20260112|L110||A104|JD|Read the complaint|12-3456789|350.00|Doe, Jane|PARTNR|CLM-1", "|"),
			strings.Split("20260131|B-2001|NQ|M-7|540.00|20260101|20260131|January|2|E|1|0|60.00|20260113||E112|||Filing fee|12-3456789|60.00|||CLM-1", "|"),
			strings.Split("20260131|B-2001|NQ|M-7|540.00|20260101|20260131|January|3|IF||-20.00|-20.00|20260131||||||12-3456789||||CLM-1", "|"),
		},
	}
}

// bill98BI is a LEDES 98BI file without a finding: a taxed fee on line 3, an expense on
// line 4.
func bill98BI() *draft {
	return &draft{
		first: "LEDES98BI V2[]", end: "\r\n", names: strings.Split(names98BI, "|"),
		items: [][]string{
			strings.Split("20260131|B-3001|NQ|M-7|665.00|20260101|20260131|January|1|F|1.5|-25.00|605.00|20260112|L110||A104|JD|Read the complaint|12-3456789|350.00|Doe, Jane|PARTNR|CLM-1|"+
				"|NL123|Quay|105.00|560.00|EUR|Doe|Jane|O|Dune & Moor|Kade 1||Delft||2611|NLD|Northquay|Pier 4||Hoorn||1621|NLD|0.21|105.00|VAT||", "|"),
			strings.Split("20260131|B-3001|NQ|M-7|665.00|20260101|20260131|January|2|E|1|0|60.00|20260113||E112|||Filing fee|12-3456789|60.00|||CLM-1|"+
				"|NL123|Quay|105.00|560.00|EUR|||O|Dune & Moor|Kade 1||Delft||2611|NLD|Northquay|Pier 4||Hoorn||1621|NLD||0|||", "|"),
		},
	}
}

// String is the file.
func (d *draft) String() string {
	var b strings.Builder
	b.WriteString(d.first + d.end + strings.Join(d.names, "|") + "[]" + d.end)
	for _, item := range d.items {
		b.WriteString(strings.Join(item, "|") + "[]" + d.end)
	}
	return b.String()
}

// set puts a value into a field of a line of the file.
func (d *draft) set(line int, field, value string) *draft {
	d.items[line-3][d.column(field)] = value
	return d
}

// all puts a value into a field of all line items.
func (d *draft) all(field, value string) *draft {
	for i := range d.items {
		d.items[i][d.column(field)] = value
	}
	return d
}

func (d *draft) column(field string) int {
	i := slices.Index(d.names, field)
	if i < 0 {
		panic("no field " + field)
	}
	return i
}

// drop takes a field out of the whole file.
func (d *draft) drop(field string) *draft {
	i := d.column(field)
	d.names = slices.Delete(d.names, i, i+1)
	for n := range d.items {
		d.items[n] = slices.Delete(d.items[n], i, i+1)
	}
	return d
}

// again adds n invoices like the first, with numbers of their own.
func (d *draft) again(n int, number func(int) string) *draft {
	items := d.items
	for i := range n {
		for _, item := range items {
			item = slices.Clone(item)
			item[d.column("INVOICE_NUMBER")] = number(i)
			d.items = append(d.items, item)
		}
	}
	return d
}

// head has another first line.
func (d *draft) head(first string) *draft { d.first = first; return d }

// unix ends lines as Unix does.
func (d *draft) unix() *draft { d.end = "\n"; return d }

// with is the file with one text replaced in all places.
func (d *draft) with(from, to string) string {
	text := d.String()
	if !strings.Contains(text, from) {
		panic("not in the file: " + from)
	}
	return strings.ReplaceAll(text, from, to)
}
