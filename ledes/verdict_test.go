package ledes_test

import (
	"slices"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

// header is the second line of every LEDES 1998B file.
const header = "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|INVOICE_DESCRIPTION|LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|LINE_ITEM_TOTAL|LINE_ITEM_DATE|LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID[]"

// sound is a file without a finding: a fee on line 3, an expense on line 4, an
// adjustment of the invoice on line 5.
const sound = "LEDES1998B[]\n" + header + "\n" +
	"20260131|A-1001|ACME|M-7|540.00|20260101|20260131|January|1|F|1.5|-25.00|500.00|20260112|L110||A104|JD|Read the complaint|12-3456789|350.00|Doe, Jane|PARTNR|CLM-1[]\n" +
	"20260131|A-1001|ACME|M-7|540.00|20260101|20260131|January|2|E|1|0|60.00|20260113||E112|||Filing fee|12-3456789|60.00|||CLM-1[]\n" +
	"20260131|A-1001|ACME|M-7|540.00|20260101|20260131|January|3|IF||-20.00|-20.00|20260131||||||12-3456789||||CLM-1[]\n"

// An edit changes a file.
type edit func(string) string

// set puts a value into the field of a 1-based line.
func set(line int, field, value string) edit { return setIn(header, line, field, value) }

// setIn is set in a file with another header.
func setIn(header string, line int, field, value string) edit {
	column := slices.Index(strings.Split(strings.TrimSuffix(header, "[]"), "|"), field)
	if column < 0 {
		panic("no field " + field)
	}
	return func(file string) string {
		lines := strings.Split(file, "\n")
		values := strings.Split(strings.TrimSuffix(lines[line-1], "[]"), "|")
		values[column] = value
		lines[line-1] = strings.Join(values, "|") + "[]"
		return strings.Join(lines, "\n")
	}
}

// setAll puts a value into a field of all three line items.
func setAll(field, value string) edit {
	return all(set(3, field, value), set(4, field, value), set(5, field, value))
}

func all(edits ...edit) edit {
	return func(file string) string {
		for _, e := range edits {
			file = e(file)
		}
		return file
	}
}

func replace(from, to string) edit {
	return func(file string) string {
		if !strings.Contains(file, from) {
			panic("not in the file: " + from)
		}
		return strings.Replace(file, from, to, 1)
	}
}

// again appends the line items as another invoice.
func again(file string) string {
	_, items, _ := strings.Cut(file, header+"\n")
	return file + strings.ReplaceAll(items, "A-1001", "A-1002")
}

func whole(content string) edit { return func(string) string { return content } }

// brief is a finding without its message: "reject date 3 INVOICE_DATE".
func brief(f ledes.Finding) string {
	parts := []string{string(f.Severity), f.Code, string(rune('0' + f.Line))}
	if f.Field != "" {
		parts = append(parts, f.Field)
	}
	return strings.Join(parts, " ")
}

// A verdictCase is a file and what is found in it.
type verdictCase struct {
	name    string
	edit    edit // of a sound file
	profile ledes.Profile
	want    []string // briefs
}

// cases has every row of the table of verdicts, with its neighbours on the
// other side of each border. A case without findings is accepted silently.
var cases = []verdictCase{
	// Accepted.
	{name: "as it is", edit: all()},
	{name: "CR LF", edit: func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
	{name: "no final newline", edit: func(s string) string { return strings.TrimSuffix(s, "\n") }},
	{name: "point without decimals", edit: set(3, "LINE_ITEM_UNIT_COST", "350.")},
	{name: "point without whole", edit: all(set(4, "LINE_ITEM_NUMBER_OF_UNITS", ".5"), set(4, "LINE_ITEM_UNIT_COST", "120"))},
	{name: "four decimals", edit: set(3, "LINE_ITEM_UNIT_COST", "350.0000")},
	{name: "blank adjustment", edit: set(4, "LINE_ITEM_ADJUSTMENT_AMOUNT", "")},
	{name: "several invoices", edit: again},
	{name: "credit", edit: all(setAll("INVOICE_TOTAL", "-60"), set(3, "LINE_ITEM_UNIT_COST", "-50"), set(3, "LINE_ITEM_TOTAL", "-100.00"))},
	{name: "zero invoice", edit: all(setAll("INVOICE_TOTAL", "0"), set(5, "LINE_ITEM_ADJUSTMENT_AMOUNT", "-560"), set(5, "LINE_ITEM_TOTAL", "-560"))},
	{name: "old classification", edit: set(3, "TIMEKEEPER_CLASSIFICATION", "PT")},
	{name: "largest numbers", edit: all(set(4, "LINE_ITEM_UNIT_COST", "9999999999.9999"), set(4, "LINE_ITEM_TOTAL", "9999999999.9999"), setAll("INVOICE_TOTAL", "10000000479.9999"))},
	{name: "units on an adjustment are ignored", edit: all(set(5, "LINE_ITEM_NUMBER_OF_UNITS", "-7"), set(5, "LINE_ITEM_UNIT_COST", "3"))},

	// The shape of the file.
	{name: "blank line at the end", edit: func(s string) string { return s + "\n" }, want: []string{"warn blank-line 6"}},
	{name: "blank line inside", edit: replace("\n20260131", "\n \t\n20260131"), want: []string{"warn blank-line 3"}},
	{name: "blank line before the header", edit: replace("\n", "\n\n"), want: []string{"warn blank-line 2"}},
	{name: "mixed line ends", edit: replace("CLM-1[]\n", "CLM-1[]\r\n"), want: []string{"warn mixed-line-ends 3"}},
	{name: "blanks after a line", edit: replace("CLM-1[]\n", "CLM-1[] \n"), want: []string{"warn trailing-blanks 3"}},
	{name: "byte order mark", edit: func(s string) string { return "\uFEFF" + s }, want: []string{"warn byte-order-mark 1"}},
	{name: "format in small letters", edit: replace("LEDES1998B", "ledes1998b"), want: []string{"warn format-line 1"}},
	{name: "format with blanks", edit: replace("LEDES1998B[]", "LEDES1998B[]  "), want: []string{"warn format-line 1"}},
	{name: "format without brackets", edit: replace("LEDES1998B[]", "LEDES1998B"), want: []string{"warn format-line 1"}},
	{name: "header in small letters", edit: replace("INVOICE_DATE", "invoice_date"), want: []string{"warn header-form 2"}},
	{name: "header with blanks", edit: replace("|CLIENT_ID|", "| CLIENT_ID |"), want: []string{"warn header-form 2"}},
	{name: "format missing", edit: replace("LEDES1998B[]\n", ""), want: []string{"reject format-missing 1"}},
	{name: "blank first line", edit: func(s string) string { return "\n" + s }, want: []string{"reject format-missing 1"}},
	{name: "unknown format", edit: replace("LEDES1998B", "LEDES2027"), want: []string{"reject format-unknown 1"}},
	{name: "line ends of old Macs", edit: func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }, want: []string{"reject format-unknown 1"}},
	{name: "padded by a spreadsheet", edit: replace("LEDES1998B[]", "LEDES1998B[]|||"), want: []string{"reject format-padded 1"}},
	{name: "quoted by a spreadsheet", edit: replace("LEDES1998B[]", `"LEDES1998B[]"`), want: []string{"reject format-padded 1"}},
	{name: "wrong name", edit: replace("|CLIENT_ID|", "|CUSTOMER|"), want: []string{"reject header-name 2 CLIENT_ID"}},
	{name: "name with a foreign letter", edit: replace("|CLIENT_ID|", "|CL\u0131ENT_ID|"), want: []string{"reject header-name 2 CLIENT_ID"}},
	{name: "format with a foreign letter", edit: replace("LEDES1998B", "LEDE\u017f1998B"), want: []string{"reject format-unknown 1"}},
	{name: "wrong order", edit: replace("INVOICE_DATE|INVOICE_NUMBER", "INVOICE_NUMBER|INVOICE_DATE"), want: []string{"reject header-name 2 INVOICE_DATE"}},
	{name: "header without end", edit: replace("MATTER_ID[]", "MATTER_ID"), want: []string{"reject header-name 2"}},
	{name: "a name too many", edit: replace("MATTER_ID[]", "MATTER_ID|PO_NUMBER[]"), want: []string{"reject header-count 2"}},
	{name: "98BI with the columns of 98B", edit: replace("LEDES1998B", "LEDES98BI V2"), want: []string{"reject header-count 2"}},
	{name: "no brackets", edit: replace("CLM-1[]\n", "CLM-1\n"), want: []string{"reject line-unterminated 3"}},
	{name: "line break in a text", edit: replace("complaint", "com\nplaint"), want: []string{"reject line-unterminated 3", "reject field-count 4"}},
	{name: "pipe in a text", edit: replace("complaint", "com|plaint"), want: []string{"reject field-count 3"}},
	{name: "trailing pipe", edit: replace("CLM-1[]", "CLM-1|[]"), want: []string{"reject field-count 3"}},
	{name: "dropped column", edit: replace("|CLM-1[]", "[]"), want: []string{"reject field-count 3"}},
	{name: "tabs", edit: func(s string) string {
		lines := strings.SplitAfter(s, "\n")
		return lines[0] + lines[1] + strings.ReplaceAll(lines[2], "|", "\t")
	}, want: []string{"reject field-count 3"}},
	{name: "two files in one", edit: func(s string) string { return s + s }, want: []string{"reject second-file 6", "reject line-number-twice 8 LINE_ITEM_NUMBER"}},
	{name: "a second header", edit: func(s string) string { return s + strings.ToLower(header) + "\n" }, want: []string{"reject second-file 6"}},
	{name: "a second format line, marked", edit: func(s string) string { return s + "\uFEFFLEDES1998B\n" }, want: []string{"reject second-file 6"}},
	{name: "no line items", edit: whole("LEDES1998B[]\n" + header + "\n"), want: []string{"reject no-line-items 0"}},
	{name: "format line only", edit: whole("LEDES1998B[]"), want: []string{"reject no-line-items 0"}},
	{name: "empty", edit: whole(""), want: []string{"reject file-empty 0"}},
	{name: "blanks only", edit: whole(" \r\n\t\n"), want: []string{"reject file-empty 0"}},

	// Not LEDES at all.
	{name: "UTF-16", edit: whole("\xFF\xFEL\x00E\x00"), want: []string{"reject file-not-ledes 0"}},
	{name: "UTF-16 without a mark", edit: whole("L\x00E\x00D\x00E\x00S\x00"), want: []string{"reject file-not-ledes 0"}},
	{name: "archive", edit: whole("PK\x03\x04rest"), want: []string{"reject file-not-ledes 0"}},
	{name: "PDF", edit: whole("%PDF-1.7\n"), want: []string{"reject file-not-ledes 0"}},
	{name: "web page", edit: whole("\n<!DOCTYPE html><html>"), want: []string{"reject file-not-ledes 0"}},
	{name: "binary", edit: whole("LEDES1998B[]\n\x00\x01\x02"), want: []string{"reject file-not-ledes 0"}},
	{name: "LEDES XML", edit: whole(`<?xml version="1.0"?><ledesxmlebilling2.2 xmlns='http://www.ledes.org/LEDES22.xsd'>`), want: []string{"reject xml 1"}},
	{name: "other XML", edit: whole(`<?xml version="1.0"?><invoice/>`), want: []string{"reject file-not-ledes 1"}},

	// Characters.
	{name: "curly quote", edit: replace("complaint", "com\u2019plaint"), want: []string{"reject not-ascii 3 LINE_ITEM_DESCRIPTION"}},
	{name: "code page of Windows", edit: replace("complaint", "com\x92plaint"), want: []string{"reject not-ascii 3 LINE_ITEM_DESCRIPTION"}},
	{name: "curly quote, transliterated", edit: replace("complaint", "com\u2019plaint"), profile: ledes.Profile{Transliterates: true}, want: []string{"warn not-ascii 3 LINE_ITEM_DESCRIPTION"}},
	{name: "foreign letter in the firm's id is never transliterated", edit: setAll("LAW_FIRM_ID", "12\u00b345"), profile: ledes.Profile{Transliterates: true}, want: []string{"reject not-ascii 3 LAW_FIRM_ID"}},
	{name: "tab", edit: replace("complaint", "com\tplaint"), want: []string{"reject control-character 3 LINE_ITEM_DESCRIPTION"}},
	{name: "DEL", edit: replace("complaint", "com\x7Fplaint"), want: []string{"reject control-character 3 LINE_ITEM_DESCRIPTION"}},
	{name: "control beyond ASCII", edit: replace("complaint", "com\u0085plaint"), profile: ledes.Profile{Transliterates: true}, want: []string{"reject control-character 3 LINE_ITEM_DESCRIPTION", "warn not-ascii 3 LINE_ITEM_DESCRIPTION"}},
	{name: "two carriage returns", edit: replace("CLM-1[]\n", "CLM-1[]\r\r\n"), want: []string{"warn mixed-line-ends 3", "reject line-unterminated 3"}},
	{name: "quotes", edit: replace("Read the complaint", `"Read the complaint"`), want: []string{"warn quoted 3 LINE_ITEM_DESCRIPTION"}},
	{name: "brackets in a text", edit: replace("complaint", "com[]plaint"), want: []string{"warn brackets 3 LINE_ITEM_DESCRIPTION"}},
	{name: "formula of a spreadsheet", edit: replace("Read the", "=HYPERLINK(1)")},

	// Numbers and dates.
	{name: "thousands", edit: set(3, "LINE_ITEM_TOTAL", "1,500.00"), want: []string{"reject number 3 LINE_ITEM_TOTAL"}},
	{name: "currency", edit: set(3, "LINE_ITEM_TOTAL", "$500.00"), want: []string{"reject number 3 LINE_ITEM_TOTAL"}},
	{name: "minus behind", edit: set(5, "LINE_ITEM_TOTAL", "20-"), want: []string{"reject number 5 LINE_ITEM_TOTAL"}},
	{name: "parentheses", edit: set(5, "LINE_ITEM_TOTAL", "(20)"), want: []string{"reject number 5 LINE_ITEM_TOTAL"}},
	{name: "blank in a number", edit: set(3, "LINE_ITEM_TOTAL", " 500.00"), want: []string{"reject number 3 LINE_ITEM_TOTAL"}},
	{name: "point alone", edit: set(3, "LINE_ITEM_ADJUSTMENT_AMOUNT", "."), want: []string{"reject number 3 LINE_ITEM_ADJUSTMENT_AMOUNT"}},
	{name: "five decimals", edit: set(3, "LINE_ITEM_UNIT_COST", "350.00000"), want: []string{"reject decimals 3 LINE_ITEM_UNIT_COST"}},
	{name: "eleven digits", edit: set(3, "LINE_ITEM_UNIT_COST", "00000000350"), want: []string{"reject digits 3 LINE_ITEM_UNIT_COST"}},
	{name: "thirteen digits", edit: setAll("INVOICE_TOTAL", "0000000000540"), want: []string{"reject digits 3 INVOICE_TOTAL"}},
	{name: "ISO date", edit: set(3, "LINE_ITEM_DATE", "2026-01-12"), want: []string{"reject date 3 LINE_ITEM_DATE"}},
	{name: "US date", edit: set(3, "LINE_ITEM_DATE", "01122026"), want: []string{"reject date 3 LINE_ITEM_DATE"}},
	{name: "not in the calendar", edit: set(3, "LINE_ITEM_DATE", "20260229"), want: []string{"reject date 3 LINE_ITEM_DATE"}},
	{name: "leap day", edit: all(setAll("BILLING_END_DATE", "20280301"), set(3, "LINE_ITEM_DATE", "20280229"))},
	{name: "no leap year", edit: all(setAll("BILLING_END_DATE", "21000331"), set(3, "LINE_ITEM_DATE", "21000229")), want: []string{"reject date 3 LINE_ITEM_DATE"}},
	{name: "leap year of four hundred", edit: all(setAll("BILLING_START_DATE", "20000101"), set(3, "LINE_ITEM_DATE", "20000229"))},
	{name: "period reversed", edit: set(3, "BILLING_END_DATE", "20251231"), want: []string{"reject period-reversed 3 BILLING_END_DATE"}},
	{name: "period reversed, allowed", edit: set(3, "BILLING_END_DATE", "20251231"), profile: ledes.Profile{ReversedPeriods: true}, want: []string{"warn period-reversed 3 BILLING_END_DATE"}},
	{name: "period of one day", edit: all(set(5, "BILLING_START_DATE", "20260131"))},
	{name: "before the period", edit: set(3, "LINE_ITEM_DATE", "20251231"), want: []string{"warn date-outside-period 3 LINE_ITEM_DATE"}},
	{name: "after the period", edit: set(3, "LINE_ITEM_DATE", "20260201"), want: []string{"warn date-outside-period 3 LINE_ITEM_DATE"}},

	// Sums.
	{name: "line off by half a cent", edit: all(set(3, "LINE_ITEM_TOTAL", "500.005"), setAll("INVOICE_TOTAL", "540.005")), want: []string{"warn line-total-rounded 3 LINE_ITEM_TOTAL"}},
	{name: "line off by more", edit: all(set(3, "LINE_ITEM_TOTAL", "500.0051"), setAll("INVOICE_TOTAL", "540.0051")), want: []string{"reject line-total 3 LINE_ITEM_TOTAL"}},
	{name: "line off by half a cent below", edit: all(set(3, "LINE_ITEM_TOTAL", "499.995"), setAll("INVOICE_TOTAL", "539.995")), want: []string{"warn line-total-rounded 3 LINE_ITEM_TOTAL"}},
	{name: "line off by a hundred-millionth", edit: all(set(3, "LINE_ITEM_NUMBER_OF_UNITS", "1.0001"), set(3, "LINE_ITEM_UNIT_COST", "500.0001"), set(3, "LINE_ITEM_ADJUSTMENT_AMOUNT", "-0.0501")), want: []string{"warn line-total-rounded 3 LINE_ITEM_TOTAL"}},
	{name: "line off by a hundred-millionth more than half a cent", edit: all(set(4, "LINE_ITEM_NUMBER_OF_UNITS", ".0001"), set(4, "LINE_ITEM_UNIT_COST", ".0001"), set(4, "LINE_ITEM_TOTAL", "-.005"), setAll("INVOICE_TOTAL", "479.995")), want: []string{"reject line-total 4 LINE_ITEM_TOTAL"}},
	{name: "sum off by a cent", edit: setAll("INVOICE_TOTAL", "540.01"), want: []string{"reject invoice-total 3 INVOICE_TOTAL"}},
	{name: "sum off by the last place", edit: setAll("INVOICE_TOTAL", "540.0001"), want: []string{"reject invoice-total 3 INVOICE_TOTAL"}},
	{name: "totals differ", edit: set(4, "INVOICE_TOTAL", "541.00"), want: []string{"reject invoice-total-differs 4 INVOICE_TOTAL"}},
	{name: "totals written in two ways", edit: set(4, "INVOICE_TOTAL", "540")},
	{name: "adjustment is not its total", edit: set(5, "LINE_ITEM_ADJUSTMENT_AMOUNT", "-19.99"), want: []string{"reject adjustment-total 5 LINE_ITEM_TOTAL"}},
	{name: "second invoice does not add up", edit: all(again, func(s string) string { return strings.ReplaceAll(s, "A-1002|ACME|M-7|540", "A-1002|ACME|M-7|541") }), want: []string{"reject invoice-total 6 INVOICE_TOTAL"}},

	// What must be the same within an invoice.
	{name: "dates differ", edit: set(4, "INVOICE_DATE", "20260201"), want: []string{"warn differs 4 INVOICE_DATE"}},
	{name: "clients differ", edit: set(4, "CLIENT_ID", "OTHER"), want: []string{"warn differs 4 CLIENT_ID"}},
	{name: "descriptions differ", edit: set(4, "INVOICE_DESCRIPTION", "Other"), want: []string{"warn differs 4 INVOICE_DESCRIPTION"}},
	{name: "clients of a matter differ", edit: all(again, func(s string) string { return strings.ReplaceAll(s, "A-1002|ACME", "A-1002|OTHER") }), want: []string{"warn differs 6 CLIENT_ID"}},
	{name: "law firms differ", edit: set(4, "LAW_FIRM_ID", "98-7654321"), want: []string{"reject law-firm-differs 4 LAW_FIRM_ID"}},

	// Fields of the line.
	{name: "required is blank", edit: setAll("CLIENT_ID", "  "), want: []string{"reject required 3 CLIENT_ID"}},
	{name: "invoice number is blank", edit: set(4, "INVOICE_NUMBER", ""), want: []string{"reject required 4 INVOICE_NUMBER"}},
	{name: "fee without a task", edit: set(3, "LINE_ITEM_TASK_CODE", ""), want: []string{"reject required 3 LINE_ITEM_TASK_CODE"}},
	{name: "fee without a task, allowed", edit: set(3, "LINE_ITEM_TASK_CODE", ""), profile: ledes.Profile{Optional: []string{"LINE_ITEM_TASK_CODE"}}},
	{name: "fee without units", edit: set(3, "LINE_ITEM_NUMBER_OF_UNITS", ""), want: []string{"reject required 3 LINE_ITEM_NUMBER_OF_UNITS"}},
	{name: "expense without a code", edit: set(4, "LINE_ITEM_EXPENSE_CODE", ""), want: []string{"reject required 4 LINE_ITEM_EXPENSE_CODE"}},
	{name: "expense without a price", edit: set(4, "LINE_ITEM_UNIT_COST", ""), want: []string{"reject required 4 LINE_ITEM_UNIT_COST"}},
	{name: "no client matter", edit: setAll("CLIENT_MATTER_ID", "")},
	{name: "no client matter, required", edit: setAll("CLIENT_MATTER_ID", ""), profile: ledes.Profile{Require: []string{"CLIENT_MATTER_ID"}}, want: []string{"reject required 3 CLIENT_MATTER_ID"}},
	{name: "as long as allowed", edit: setAll("CLIENT_ID", strings.Repeat("x", 20))},
	{name: "too long", edit: setAll("CLIENT_ID", strings.Repeat("x", 21)), want: []string{"reject too-long 3 CLIENT_ID"}},
	{name: "narrative as long as allowed", edit: set(3, "LINE_ITEM_DESCRIPTION", strings.Repeat("x", 15360))},
	{name: "narrative too long", edit: set(3, "LINE_ITEM_DESCRIPTION", strings.Repeat("x", 15361)), want: []string{"reject too-long 3 LINE_ITEM_DESCRIPTION"}},
	{name: "unknown type", edit: set(4, "EXP/FEE/INV_ADJ_TYPE", "X"), want: []string{"reject type 4 EXP/FEE/INV_ADJ_TYPE"}},
	{name: "type in small letters", edit: set(3, "EXP/FEE/INV_ADJ_TYPE", "f"), want: []string{"reject type-form 3 EXP/FEE/INV_ADJ_TYPE"}},
	{name: "type with a blank", edit: set(3, "EXP/FEE/INV_ADJ_TYPE", "F "), want: []string{"reject type-form 3 EXP/FEE/INV_ADJ_TYPE"}},
	{name: "type in small letters, allowed", edit: set(3, "EXP/FEE/INV_ADJ_TYPE", "f"), profile: ledes.Profile{LooseTypes: true}, want: []string{"warn type-form 3 EXP/FEE/INV_ADJ_TYPE"}},
	{name: "unknown type is not allowed by that", edit: set(4, "EXP/FEE/INV_ADJ_TYPE", "x"), profile: ledes.Profile{LooseTypes: true}, want: []string{"reject type 4 EXP/FEE/INV_ADJ_TYPE"}},
	{name: "line number twice", edit: set(4, "LINE_ITEM_NUMBER", "1"), want: []string{"reject line-number-twice 4 LINE_ITEM_NUMBER"}},
	{name: "line number twice, in two invoices", edit: again},
	{name: "task on an expense", edit: set(4, "LINE_ITEM_TASK_CODE", "L110"), want: []string{"warn task-on-expense 4 LINE_ITEM_TASK_CODE"}},
	{name: "phase", edit: set(3, "LINE_ITEM_TASK_CODE", "L100"), want: []string{"warn phase-code 3 LINE_ITEM_TASK_CODE"}},
	{name: "unknown task", edit: set(3, "LINE_ITEM_TASK_CODE", "X999"), want: []string{"warn unknown-code 3 LINE_ITEM_TASK_CODE"}},
	{name: "activity for a task", edit: set(3, "LINE_ITEM_TASK_CODE", "A104"), want: []string{"warn unknown-code 3 LINE_ITEM_TASK_CODE"}},
	{name: "unknown activity", edit: set(3, "LINE_ITEM_ACTIVITY_CODE", "L110"), want: []string{"warn unknown-code 3 LINE_ITEM_ACTIVITY_CODE"}},
	{name: "unknown expense, refused", edit: set(4, "LINE_ITEM_EXPENSE_CODE", "E999"), profile: ledes.Profile{KnownCodes: true}, want: []string{"reject unknown-code 4 LINE_ITEM_EXPENSE_CODE"}},
	{name: "unknown classification", edit: set(3, "TIMEKEEPER_CLASSIFICATION", "BOSS"), want: []string{"warn unknown-classification 3 TIMEKEEPER_CLASSIFICATION"}},
	{name: "first name first", edit: set(3, "TIMEKEEPER_NAME", "Jane Doe"), want: []string{"warn timekeeper-name 3 TIMEKEEPER_NAME"}},
	{name: "negative units", edit: all(set(3, "LINE_ITEM_NUMBER_OF_UNITS", "-1.5"), set(3, "LINE_ITEM_UNIT_COST", "-350")), want: []string{"warn negative-units 3 LINE_ITEM_NUMBER_OF_UNITS"}},
	{name: "negative units, refused", edit: all(set(3, "LINE_ITEM_NUMBER_OF_UNITS", "-1.5"), set(3, "LINE_ITEM_UNIT_COST", "-350")), profile: ledes.Profile{PositiveUnits: true}, want: []string{"reject negative-units 3 LINE_ITEM_NUMBER_OF_UNITS"}},
	{name: "units with one decimal", edit: set(3, "LINE_ITEM_NUMBER_OF_UNITS", "1.500"), profile: ledes.Profile{UnitDecimals: 1}},
	{name: "units with two decimals, refused", edit: all(set(3, "LINE_ITEM_NUMBER_OF_UNITS", "0.75"), set(3, "LINE_ITEM_UNIT_COST", "700")), profile: ledes.Profile{UnitDecimals: 1}, want: []string{"reject decimals 3 LINE_ITEM_NUMBER_OF_UNITS"}},
	{name: "narrative longer than the carrier takes", edit: all(), profile: ledes.Profile{MaxLength: map[string]int{"LINE_ITEM_DESCRIPTION": 17}}, want: []string{"reject too-long 3 LINE_ITEM_DESCRIPTION"}},
	{name: "narrative as long as the carrier takes", edit: all(), profile: ledes.Profile{MaxLength: map[string]int{"LINE_ITEM_DESCRIPTION": 18}}},
	{name: "number longer than the standard has it, allowed", edit: setAll("INVOICE_NUMBER", strings.Repeat("1", 30)), profile: ledes.Profile{MaxLength: map[string]int{"INVOICE_NUMBER": 30}}},
	{name: "money with three decimals, refused", edit: all(set(4, "LINE_ITEM_UNIT_COST", "60.001"), set(4, "LINE_ITEM_TOTAL", "60.00")), profile: ledes.Profile{AmountDecimals: 2}, want: []string{"warn line-total-rounded 4 LINE_ITEM_TOTAL", "reject decimals 4 LINE_ITEM_UNIT_COST"}},
	{name: "money with zeros behind two decimals", edit: set(4, "LINE_ITEM_UNIT_COST", "60.0000"), profile: ledes.Profile{AmountDecimals: 2}},
	{name: "units are no money", edit: all(set(3, "LINE_ITEM_NUMBER_OF_UNITS", "0.875"), set(3, "LINE_ITEM_UNIT_COST", "600")), profile: ledes.Profile{AmountDecimals: 2}},
	{name: "one invoice in a file", edit: all(), profile: ledes.Profile{SingleInvoice: true}},
	{name: "several invoices, refused", edit: again, profile: ledes.Profile{SingleInvoice: true}, want: []string{"reject several-invoices 6"}},
	{name: "the year before 1900", edit: set(3, "LINE_ITEM_DATE", "18991231"), want: []string{"reject date 3 LINE_ITEM_DATE"}},
	{name: "two matters", edit: set(4, "LAW_FIRM_MATTER_ID", "M-8"), want: []string{"warn several-matters 4 LAW_FIRM_MATTER_ID"}},
	{name: "two matters, refused", edit: set(4, "LAW_FIRM_MATTER_ID", "M-8"), profile: ledes.Profile{SingleMatter: true}, want: []string{"reject several-matters 4 LAW_FIRM_MATTER_ID"}},

	// Invoice numbers.
	{name: "number climbs", edit: setAll("INVOICE_NUMBER", "a..b"), want: []string{"reject invoice-number-path 3 INVOICE_NUMBER"}},
	{name: "number begins with a slash", edit: setAll("INVOICE_NUMBER", "/etc"), want: []string{"reject invoice-number-path 3 INVOICE_NUMBER"}},
	{name: "number holds a backslash", edit: setAll("INVOICE_NUMBER", `a\b`), want: []string{"reject invoice-number-path 3 INVOICE_NUMBER"}},
	{name: "number holds a slash", edit: setAll("INVOICE_NUMBER", "2026/01"), want: []string{"warn invoice-number-characters 3 INVOICE_NUMBER"}},
	{name: "number ends with a blank", edit: setAll("INVOICE_NUMBER", "A-1 "), want: []string{"warn invoice-number-characters 3 INVOICE_NUMBER"}},
	{name: "number with a blank on one line is the same invoice", edit: set(4, "INVOICE_NUMBER", "A-1001 "), want: []string{"warn invoice-number-characters 4 INVOICE_NUMBER"}},
	{name: "number with a dash, refused", edit: all(), profile: ledes.Profile{NumberChars: "A01"}, want: []string{"reject invoice-number-characters 3 INVOICE_NUMBER"}},
	{name: "number allowed by the profile", edit: setAll("INVOICE_NUMBER", "A/1"), profile: ledes.Profile{NumberChars: "A/1"}},

	// Limits.
	{name: "file as large as allowed", edit: all(), profile: ledes.Profile{MaxSize: int64(len(sound))}},
	{name: "file too large", edit: all(), profile: ledes.Profile{MaxSize: int64(len(sound) - 1)}, want: []string{"reject file-too-large 0"}},
	{name: "line too long", edit: replace("complaint", strings.Repeat("x", ledes.MaxLine)), want: []string{"reject line-too-long 3"}},
	{name: "first line too long", edit: whole(strings.Repeat("x", ledes.MaxLine+1)), want: []string{"reject line-too-long 1"}},
}

func TestVerdicts(t *testing.T) { judgeCases(t, sound, cases) }

// judgeCases reads each case, and checks it: both find the same.
func judgeCases(t *testing.T, file string, cases []verdictCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			content := c.edit(file)
			f := read(t, content, c.profile)
			var got []string
			for _, finding := range f.Findings {
				got = append(got, brief(finding))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if got, want := f.Verdict(), verdictOf(c.want); got != want {
				t.Errorf("verdict %s, want %s", got, want)
			}
			if diff := cmp.Diff(f.Report(""), checked(t, content, ledes.Options{Profile: c.profile})); diff != "" {
				t.Errorf("Check says otherwise (-Read +Check):\n%s", diff)
			}
			if err := c.profile.Validate(); err != nil {
				t.Errorf("profile: %v", err)
			}
		})
	}
}

func checked(t testing.TB, content string, o ledes.Options) ledes.Report {
	t.Helper()
	report, err := ledes.Check(strings.NewReader(content), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// verdictOf is the verdict that briefs lead to.
func verdictOf(briefs []string) ledes.Verdict {
	verdict := ledes.Accepted
	for _, b := range briefs {
		if strings.HasPrefix(b, "reject") {
			return ledes.Rejected
		}
		verdict = ledes.Warned
	}
	return verdict
}

func read(t testing.TB, content string, p ledes.Profile) *ledes.File {
	t.Helper()
	f, err := ledes.Read(strings.NewReader(content), ledes.Options{Profile: p})
	if err != nil {
		t.Fatal(err)
	}
	return f
}
