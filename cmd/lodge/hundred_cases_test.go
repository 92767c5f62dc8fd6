package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"example.com/lodge/ledes"
)

// A hundredth is one of the hundred files, and what is to be said of it.
type hundredth struct {
	name    string
	make    func() string
	verdict ledes.Verdict
	line    int    // of the first finding
	code    string // of the first finding; "": there is none
}

// text is a file as it stands.
func text(s string) func() string { return func() string { return s } }

// draws is a file that is written from a draft.
func draws(d func() *draft) func() string { return func() string { return d().String() } }

// sets is the usual file with one value in another field of line 3.
func sets(field, value string) func() string {
	return func() string { return bill().set(3, field, value).String() }
}

// eachHas is the usual file with a value in a field of all its lines.
func eachHas(field, value string) func() string {
	return func() string { return bill().all(field, value).String() }
}

// eachHasBI is eachHas of LEDES 98BI.
func eachHasBI(field, value string) func() string {
	return func() string { return bill98BI().all(field, value).String() }
}

// swaps is the usual file with a text replaced.
func swaps(from, to string) func() string {
	return func() string { return bill().with(from, to) }
}

// in16 is a text in UTF-16.
func in16(order binary.AppendByteOrder, mark bool, s string) string {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

const narrative = "LINE_ITEM_DESCRIPTION"

const (
	accept = ledes.Accepted
	warn   = ledes.Warned
	reject = ledes.Rejected
)

// hundred are the files of the folder that lodge validate is held against: good, odd and
// hostile ones.
var hundred = []hundredth{
	// Good ones.
	{"good.txt", draws(bill), accept, 0, ""},
	{"good-unix.txt", draws(func() *draft { return bill().unix() }), accept, 0, ""},
	{"good-no-final-newline.txt", func() string { return strings.TrimSuffix(bill().String(), "\r\n") }, accept, 0, ""},
	{"good-98bi-v2.txt", draws(bill98BI), accept, 0, ""},
	{"good-98bi-v5.txt", draws(func() *draft { return bill98BI().head("LEDES98BI V5[]") }), accept, 0, ""},
	{"good-98bi-converter.txt", draws(func() *draft { return bill98BI().head("LEDES1998BI V2[]") }), accept, 0, ""},
	{"good-numbers.txt", swaps("|1.5|-25.00|500.00|", "|1.5000|-25.|500|"), accept, 0, ""},
	{"good-blank-adjustment.txt", swaps("|1|0|60.00|", "|1||60.00|"), accept, 0, ""},
	{"good-two-invoices.txt", draws(func() *draft { return bill().again(1, func(int) string { return "B-2002" }) }), accept, 0, ""},
	{"good-interleaved.txt", interleaved, accept, 0, ""},
	{"good-credit.txt", func() string {
		return bill().all("INVOICE_TOTAL", "-60").set(3, "LINE_ITEM_UNIT_COST", "-50").set(3, "LINE_ITEM_TOTAL", "-100").String()
	}, accept, 0, ""},
	{"good-zero.txt", func() string {
		return bill().all("INVOICE_TOTAL", "0.00").set(5, "LINE_ITEM_ADJUSTMENT_AMOUNT", "-560").set(5, "LINE_ITEM_TOTAL", "-560.00").String()
	}, accept, 0, ""},
	{"good-old-classification.txt", sets("TIMEKEEPER_CLASSIFICATION", "AS"), accept, 0, ""},
	{"good-longest-narrative.txt", sets(narrative, strings.Repeat("x", 15360)), accept, 0, ""},
	{"good-largest-amount.txt", func() string {
		return bill().set(4, "LINE_ITEM_UNIT_COST", "9999999999.9999").set(4, "LINE_ITEM_TOTAL", "9999999999.9999").all("INVOICE_TOTAL", "10000000479.9999").String()
	}, accept, 0, ""},
	{"good-leap-day.txt", func() string {
		return bill().all("BILLING_END_DATE", "20280301").set(3, "LINE_ITEM_DATE", "20280229").String()
	}, accept, 0, ""},

	// How the file is written.
	{"odd-blank-at-end.txt", func() string { return bill().String() + "\r\n" }, warn, 6, ledes.CodeBlankLine},
	{"odd-blank-inside.txt", swaps("CLM-1[]\r\n20260131|B-2001|NQ|M-7|540.00|20260101|20260131|January|2", "CLM-1[]\r\n \t\r\n20260131|B-2001|NQ|M-7|540.00|20260101|20260131|January|2"), warn, 4, ledes.CodeBlankLine},
	{"odd-mixed-line-ends.txt", func() string { return strings.Replace(bill().String(), "\r\n", "\n", 1) }, warn, 2, ledes.CodeMixedEnds},
	{"odd-blanks-after-end.txt", swaps("CLM-1[]", "CLM-1[] \t"), warn, 3, ledes.CodeTrailingBlanks},
	{"odd-byte-order-mark.txt", func() string { return "\uFEFF" + bill().String() }, warn, 1, ledes.CodeBOM},
	{"odd-format-small.txt", draws(func() *draft { return bill().head("ledes1998b[]") }), warn, 1, ledes.CodeFormatLine},
	{"odd-format-blanks.txt", draws(func() *draft { return bill().head("LEDES1998B[]   ") }), warn, 1, ledes.CodeFormatLine},
	{"odd-format-no-brackets.txt", draws(func() *draft { return bill().head("LEDES1998B") }), warn, 1, ledes.CodeFormatLine},
	{"odd-format-98b.txt", draws(func() *draft { return bill().head("LEDES98B[]") }), warn, 1, ledes.CodeFormatLine},
	{"odd-format-98bi.txt", draws(func() *draft { return bill98BI().head("LEDES98BI[]") }), warn, 1, ledes.CodeFormatLine},
	{"odd-header-small.txt", swaps("CLIENT_ID", "client_id"), warn, 2, ledes.CodeHeaderForm},
	{"odd-header-blanks.txt", swaps("|CLIENT_ID|", "| CLIENT_ID |"), warn, 2, ledes.CodeHeaderForm},
	{"format-missing.txt", swaps("LEDES1998B[]\r\n", ""), reject, 1, ledes.CodeFormatMissing},
	{"format-blank.txt", func() string { return "\r\n" + bill().String() }, reject, 1, ledes.CodeFormatMissing},
	{"format-unknown.txt", draws(func() *draft { return bill().head("LEDES2030[]") }), reject, 1, ledes.CodeFormatUnknown},
	{"format-padded.csv", draws(func() *draft { return bill().head("LEDES1998B[]|||") }), reject, 1, ledes.CodeFormatPadded},
	{"format-quoted.csv", draws(func() *draft { return bill().head(`"LEDES1998B[]",,,`) }), reject, 1, ledes.CodeFormatPadded},
	{"header-wrong-name.txt", swaps("|CLIENT_ID|", "|CLIENT|"), reject, 2, ledes.CodeHeaderName},
	{"header-wrong-order.txt", swaps("INVOICE_DATE|INVOICE_NUMBER|", "INVOICE_NUMBER|INVOICE_DATE|"), reject, 2, ledes.CodeHeaderName},
	{"header-no-end.txt", swaps("CLIENT_MATTER_ID[]", "CLIENT_MATTER_ID"), reject, 2, ledes.CodeHeaderName},
	{"header-21-columns.txt", draws(func() *draft {
		return bill().drop("LINE_ITEM_NUMBER_OF_UNITS").drop("LINE_ITEM_UNIT_COST").drop("TIMEKEEPER_CLASSIFICATION")
	}), reject, 2, ledes.CodeHeaderCount},
	{"header-25-columns.txt", swaps("CLIENT_MATTER_ID[]", "CLIENT_MATTER_ID|PO_NUMBER[]"), reject, 2, ledes.CodeHeaderCount},
	{"header-98b-called-98bi.txt", draws(func() *draft { return bill().head("LEDES98BI V2[]") }), reject, 2, ledes.CodeHeaderCount},
	{"header-98bi-called-98b.txt", draws(func() *draft { return bill98BI().head("LEDES1998B[]") }), reject, 2, ledes.CodeHeaderCount},
	{"line-no-brackets.txt", swaps("M-7|540.00|20260101|20260131|January|2|E|1|0|60.00|20260113||E112|||Filing fee|12-3456789|60.00|||CLM-1[]", "M-7|CLM-1"), reject, 4, ledes.CodeUnterminated},
	{"line-break-in-narrative.txt", sets(narrative, "Read the\r\ncomplaint"), reject, 3, ledes.CodeUnterminated},
	{"line-cut-off.txt", func() string { s := bill().String(); return s[:len(s)-40] }, reject, 5, ledes.CodeUnterminated},
	{"line-pipe-in-narrative.txt", sets(narrative, "Read | reviewed"), reject, 3, ledes.CodeFieldCount},
	{"line-trailing-pipe.txt", swaps("CLM-1[]", "CLM-1|[]"), reject, 3, ledes.CodeFieldCount},
	{"line-dropped-column.txt", swaps("|Filing fee|", "|"), reject, 4, ledes.CodeFieldCount},
	{"line-tabs.txt", func() string {
		lines := strings.SplitAfter(bill().String(), "\r\n")
		return lines[0] + lines[1] + strings.ReplaceAll(lines[2], "|", "\t")
	}, reject, 3, ledes.CodeFieldCount},
	{"line-64k.txt", sets(narrative, strings.Repeat("x", ledes.MaxLine)), reject, 3, ledes.CodeLineTooLong},
	{"line-first-64k.txt", text(strings.Repeat("x", ledes.MaxLine+1)), reject, 1, ledes.CodeLineTooLong},
	{"no-items.txt", func() string { return bill().head("LEDES1998B[]").onlyHead() }, reject, 0, ledes.CodeNoItems},
	{"format-line-only.txt", text("LEDES1998B[]\r\n"), reject, 0, ledes.CodeNoItems},
	{"empty.txt", text(""), reject, 0, ledes.CodeEmpty},
	{"blanks-only.txt", text(" \r\n\t\r\n"), reject, 0, ledes.CodeEmpty},

	// What is not LEDES text.
	{"utf-16le.txt", func() string { return in16(binary.LittleEndian, true, bill().String()) }, reject, 0, ledes.CodeNotLEDES},
	{"utf-16be.txt", func() string { return in16(binary.BigEndian, true, bill().String()) }, reject, 0, ledes.CodeNotLEDES},
	{"utf-16le-no-mark.txt", func() string { return in16(binary.LittleEndian, false, bill().String()) }, reject, 0, ledes.CodeNotLEDES},
	{"utf-16be-no-mark.txt", func() string { return in16(binary.BigEndian, false, bill().String()) }, reject, 0, ledes.CodeNotLEDES},
	{"invoice.pdf", text("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"), reject, 0, ledes.CodeNotLEDES},
	{"invoice.zip", text("PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("\x9c", 300)), reject, 0, ledes.CodeNotLEDES},
	{"invoice.txt.gz", text("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"), reject, 0, ledes.CodeNotLEDES},
	{"invoice.xls", text("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600)), reject, 0, ledes.CodeNotLEDES},
	{"invoice.rtf", text(`{\rtf1\ansi LEDES1998B[]}`), reject, 0, ledes.CodeNotLEDES},
	{"scan.jpg", text("\xFF\xD8\xFF\xE0\x00\x10JFIF"), reject, 0, ledes.CodeNotLEDES},
	{"login-page.txt", text("\r\n<!DOCTYPE html>\r\n<html><title>Please log in</title></html>"), reject, 0, ledes.CodeNotLEDES},
	{"page-without-doctype.txt", text("\uFEFF<html><body>Session expired</body></html>"), reject, 0, ledes.CodeNotLEDES},
	{"nul-bytes.txt", swaps("LEDES1998B[]", "LEDES1998B[]\x00\x00"), reject, 0, ledes.CodeNotLEDES},
	{"nul-far-behind.txt", func() string { return bill().set(5, "CLIENT_MATTER_ID", "CLM\x001").String() }, reject, 5, ledes.CodeControl},
	{"noise.bin", noise, reject, 0, ledes.CodeNotLEDES},
	{"letter.txt", text("Dear Sir or Madam,\r\n\r\nplease find attached our invoice.\r\n"), reject, 1, ledes.CodeFormatUnknown},
	{"report.json", text("{\"invoices\": []}\n"), reject, 1, ledes.CodeFormatUnknown},
	{"xml-other.xml", text("<?xml version=\"1.0\"?>\n<invoice><total>1</total></invoice>\n"), reject, 2, ledes.CodeNotLEDES},
	{"xml-2000.xml", text("<?xml version=\"1.0\"?>\n<ledesxml version=\"2000\"><firm></firm></ledesxml>\n"), reject, 2, ledes.CodeUnsupported},

	// LEDES XML, which is read for filing and not checked.
	{"xml-2.0.xml", fromTestdata("xml-2.0-matters.xml"), warn, 0, ledes.CodeNotChecked},
	{"xml-2.1.xml", fromTestdata("xml-2.1-taxes.xml"), warn, 0, ledes.CodeNotChecked},
	{"xml-2.2.xml", fromTestdata("xml-2.2-credit.xml"), warn, 0, ledes.CodeNotChecked},
	{"xml-cut-off.xml", text("<ledesxmlebilling2.2>\n<firm>\n<lf_id>1</lf_id>\n"), reject, 4, ledes.CodeXML},
	{"xml-unknown-version.xml", text("<ledesxmlebilling9.9><firm/></ledesxmlebilling9.9>"), reject, 1, ledes.CodeUnsupported},
	{"xml-two-invoices.xml", text(billXML("<invoice><inv_id>B-1</inv_id></invoice><invoice><inv_id>B-2</inv_id></invoice>")), reject, 1, ledes.CodeXML},
	{"xml-no-number.xml", text(billXML("<invoice><inv_date>2026-01-31</inv_date></invoice>")), reject, 0, ledes.CodeXML},
	{"xml-deep.xml", text(billXML(strings.Repeat("<x>", 10_000))), reject, 1, ledes.CodeXML},
	{"xml-entities.xml", text("<!DOCTYPE a [<!ENTITY b \"" + strings.Repeat("ha", 500) + "\">]>\n<ledesxmlebilling2.2>&b;&b;</ledesxmlebilling2.2>"), reject, 1, ledes.CodeXML},
	{"xml-endless-text.xml", text(billXML("<inv_desc>" + strings.Repeat("x", 100_000))), reject, 1, ledes.CodeLineTooLong},

	{"two-files-in-one.txt", func() string { return bill().String() + bill().again(1, func(int) string { return "B-2002" }).String() }, reject, 6, ledes.CodeSecondFile},

	// Characters.
	{"curly-quote.txt", sets(narrative, "Read the client\u2019s letter"), reject, 3, ledes.CodeNonASCII},
	{"curly-quote-windows.txt", sets(narrative, "Read the client\x92s letter"), reject, 3, ledes.CodeNonASCII},
	{"umlaut.txt", sets("TIMEKEEPER_NAME", "M\u00fcller, Jane"), reject, 3, ledes.CodeNonASCII},
	{"right-to-left.txt", sets(narrative, "Read \u202eeht tnialpmoc"), reject, 3, ledes.CodeNonASCII},
	{"terminal-escape.txt", sets(narrative, "\x1b[2J\x1b]0;owned\x07Read"), reject, 3, ledes.CodeControl},
	{"terminal-escape-8-bit.txt", sets(narrative, "\u009b2JRead"), reject, 3, ledes.CodeControl},
	{"terminal-escape-number.txt", eachHas("INVOICE_NUMBER", "B\x1b[31m1"), reject, 3, ledes.CodeNumberChars},
	{"terminal-escape-first-line.txt", draws(func() *draft { return bill().head("\x1b]8;;http://x\x07LEDES1998B[]") }), reject, 1, ledes.CodeFormatUnknown},
	{"terminal-escape-header.txt", swaps("|CLIENT_ID|", "|\x1b[1mCLIENT_ID|"), reject, 2, ledes.CodeHeaderName},
	{"tab.txt", sets(narrative, "Read\tthe complaint"), reject, 3, ledes.CodeControl},
	{"delete.txt", sets("LAW_FIRM_MATTER_ID", "M\x7f-7"), reject, 3, ledes.CodeControl},
	{"two-carriage-returns.txt", func() string { return strings.ReplaceAll(bill().unix().String(), "\n", "\r\r\n") }, reject, 1, ledes.CodeFormatUnknown},
	{"old-mac-line-ends.txt", func() string { return strings.ReplaceAll(bill().unix().String(), "\n", "\r") }, reject, 1, ledes.CodeFormatUnknown},
	{"formula.txt", sets(narrative, `=HYPERLINK("http://x","Read")`), accept, 0, ""},
	{"formula-plus.txt", sets(narrative, "+cmd /C calc"), accept, 0, ""},
	{"markup.txt", sets(narrative, "<script>alert(1)</script> & more"), accept, 0, ""},
	{"quotes.txt", sets(narrative, `"Read the complaint"`), warn, 3, ledes.CodeQuoted},
	{"brackets.txt", sets(narrative, "Read [] the complaint"), warn, 3, ledes.CodeBrackets},

	// Numbers and dates.
	{"number-thousands.txt", sets("LINE_ITEM_TOTAL", "1,500.00"), reject, 3, ledes.CodeNumber},
	{"number-currency.txt", eachHas("INVOICE_TOTAL", "$540.00"), reject, 3, ledes.CodeNumber},
	{"number-minus-behind.txt", func() string { return bill().set(5, "LINE_ITEM_TOTAL", "20.00-").String() }, reject, 5, ledes.CodeNumber},
	{"number-parentheses.txt", func() string { return bill().set(5, "LINE_ITEM_TOTAL", "(20.00)").String() }, reject, 5, ledes.CodeNumber},
	{"number-plus.txt", sets("LINE_ITEM_NUMBER_OF_UNITS", "+1.5"), reject, 3, ledes.CodeNumber},
	{"number-exponent.txt", sets("LINE_ITEM_UNIT_COST", "3.5e2"), reject, 3, ledes.CodeNumber},
	{"number-nan.txt", sets("LINE_ITEM_UNIT_COST", "NaN"), reject, 3, ledes.CodeNumber},
	{"number-blank-before.txt", sets("LINE_ITEM_UNIT_COST", " 350.00"), reject, 3, ledes.CodeNumber},
	{"number-five-decimals.txt", sets("LINE_ITEM_UNIT_COST", "350.00001"), reject, 3, ledes.CodeDecimals},
	{"number-eleven-digits.txt", sets("LINE_ITEM_UNIT_COST", "35000000000"), reject, 3, ledes.CodeDigits},
	{"number-a-million-digits.txt", sets("LINE_ITEM_UNIT_COST", strings.Repeat("9", 60_000)), reject, 3, ledes.CodeDigits},
	{"date-iso.txt", eachHas("INVOICE_DATE", "2026-01-31"), reject, 3, ledes.CodeDate},
	{"date-us.txt", sets("LINE_ITEM_DATE", "01/12/2026"), reject, 3, ledes.CodeDate},
	{"date-not-in-calendar.txt", sets("LINE_ITEM_DATE", "20260230"), reject, 3, ledes.CodeDate},
	{"date-period-reversed.txt", swaps("|20260101|20260131|", "|20260131|20260101|"), reject, 3, ledes.CodePeriod},
	{"date-before-period.txt", sets("LINE_ITEM_DATE", "20251231"), warn, 3, ledes.CodeOutsidePeriod},

	// Sums.
	{"sum-line-rounded.txt", func() string {
		return bill().set(3, "LINE_ITEM_TOTAL", "500.005").all("INVOICE_TOTAL", "540.005").String()
	}, warn, 3, ledes.CodeLineRounding},
	{"sum-line-wrong.txt", func() string {
		return bill().set(3, "LINE_ITEM_TOTAL", "500.01").all("INVOICE_TOTAL", "540.01").String()
	}, reject, 3, ledes.CodeLineTotal},
	{"sum-invoice-a-cent.txt", eachHas("INVOICE_TOTAL", "540.01"), reject, 3, ledes.CodeTotal},
	{"sum-invoice-differs.txt", func() string { return bill().set(4, "INVOICE_TOTAL", "541.00").String() }, reject, 4, ledes.CodeTotalDiffers},
	{"sum-adjustment.txt", func() string { return bill().set(5, "LINE_ITEM_ADJUSTMENT_AMOUNT", "-19.00").String() }, reject, 5, ledes.CodeAdjustment},
	{"98bi-sum-without-tax.txt", func() string {
		return bill98BI().set(3, "LINE_ITEM_TOTAL", "500.00").all("INVOICE_TOTAL", "560.00").String()
	}, reject, 3, ledes.CodeLineTotal},
	{"98bi-gross-sum.txt", eachHasBI("INVOICE_TOTAL", "560.00"), reject, 3, ledes.CodeTotal},
	{"98bi-tax-sum.txt", eachHasBI("INVOICE_TAX_TOTAL", "102.00"), warn, 3, ledes.CodeTaxTotal},
	{"98bi-net-total.txt", eachHasBI("INVOICE_NET_TOTAL", "665.00"), warn, 3, ledes.CodeNetTotal},
	{"98bi-tax-rate.txt", func() string { return bill98BI().set(3, "LINE_ITEM_TAX_RATE", "0.061245").String() }, warn, 3, ledes.CodeLineTax},
	{"98bi-tax-in-per-cent.txt", func() string { return bill98BI().set(3, "LINE_ITEM_TAX_RATE", "21").String() }, warn, 3, ledes.CodeTaxRate},
	{"98bi-currency.txt", eachHasBI("INVOICE_CURRENCY", "Eur"), reject, 3, ledes.CodeCurrency},
	{"98bi-country.txt", eachHasBI("LAW_FIRM_COUNTRY", "Holland"), warn, 3, ledes.CodeLong98BI},
	{"98bi-blank.txt", eachHasBI("CLIENT_TAX_ID", ""), warn, 3, ledes.CodeBlank98BI},

	// Fields.
	{"field-required.txt", eachHas("CLIENT_ID", "   "), reject, 3, ledes.CodeRequired},
	{"field-no-invoice-number.txt", func() string { return bill().set(4, "INVOICE_NUMBER", "").String() }, reject, 4, ledes.CodeRequired},
	{"field-fee-without-timekeeper.txt", sets("TIMEKEEPER_ID", ""), reject, 3, ledes.CodeRequired},
	{"field-expense-without-code.txt", func() string { return bill().set(4, "LINE_ITEM_EXPENSE_CODE", "").String() }, reject, 4, ledes.CodeRequired},
	{"field-too-long.txt", eachHas("CLIENT_ID", strings.Repeat("N", 21)), reject, 3, ledes.CodeTooLong},
	{"field-narrative-too-long.txt", sets(narrative, strings.Repeat("x", 15361)), reject, 3, ledes.CodeTooLong},
	{"field-type.txt", func() string { return bill().set(4, "EXP/FEE/INV_ADJ_TYPE", "X").String() }, reject, 4, ledes.CodeType},
	{"field-type-small.txt", sets("EXP/FEE/INV_ADJ_TYPE", "f"), reject, 3, ledes.CodeTypeForm},
	{"field-line-number-twice.txt", func() string { return bill().set(5, "LINE_ITEM_NUMBER", "1").String() }, reject, 5, ledes.CodeLineTwice},
	{"field-task-on-expense.txt", func() string { return bill().set(4, "LINE_ITEM_TASK_CODE", "L110").String() }, warn, 4, ledes.CodeTaskOnExpense},
	{"field-phase.txt", sets("LINE_ITEM_TASK_CODE", "L100"), warn, 3, ledes.CodePhase},
	{"field-unknown-task.txt", sets("LINE_ITEM_TASK_CODE", "Z999"), warn, 3, ledes.CodeUnknownCode},
	{"field-first-name-first.txt", sets("TIMEKEEPER_NAME", "Jane Doe"), warn, 3, ledes.CodeKeeperName},
	{"field-unknown-class.txt", sets("TIMEKEEPER_CLASSIFICATION", "BOSS"), warn, 3, ledes.CodeUnknownClass},
	{"field-negative-units.txt", func() string {
		return bill().set(3, "LINE_ITEM_NUMBER_OF_UNITS", "-1.5").set(3, "LINE_ITEM_UNIT_COST", "-350").String()
	}, warn, 3, ledes.CodeNegativeUnits},

	// Invoices.
	{"invoice-number-climbs.txt", eachHas("INVOICE_NUMBER", "../../etc/passwd"), reject, 3, ledes.CodeNumberPath},
	{"invoice-number-root.txt", eachHas("INVOICE_NUMBER", "/etc/passwd"), reject, 3, ledes.CodeNumberPath},
	{"invoice-number-windows.txt", eachHas("INVOICE_NUMBER", `C:\temp`), reject, 3, ledes.CodeNumberPath},
	{"invoice-number-slash.txt", eachHas("INVOICE_NUMBER", "2026/0001"), warn, 3, ledes.CodeNumberChars},
	{"invoice-number-sql.txt", eachHas("INVOICE_NUMBER", "1';DROP TABLE x;--"), warn, 3, ledes.CodeNumberChars},
	{"invoice-two-dates.txt", func() string { return bill().set(4, "INVOICE_DATE", "20260201").String() }, warn, 4, ledes.CodeDiffers},
	{"invoice-two-clients.txt", func() string { return bill().set(4, "CLIENT_ID", "ACME").String() }, warn, 4, ledes.CodeDiffers},
	{"invoice-two-descriptions.txt", func() string { return bill().set(4, "INVOICE_DESCRIPTION", "February").String() }, warn, 4, ledes.CodeDiffers},
	{"invoice-two-matters.txt", func() string { return bill().set(4, "LAW_FIRM_MATTER_ID", "M-8").String() }, warn, 4, ledes.CodeMultiMatter},
	{"invoice-two-firms.txt", func() string { return bill().set(4, "LAW_FIRM_ID", "98-7654321").String() }, reject, 4, ledes.CodeFirmDiffers},

	// Names of files.
	{"name \x1b[2J\x07.txt", draws(bill), accept, 0, ""},
	{"name\nlodge: all files may be filed.txt", text(""), reject, 0, ledes.CodeEmpty},
	{"name-\u202etxt.exe.txt", draws(bill), accept, 0, ""},
	{"name [2] *.txt", draws(bill), accept, 0, ""},
	{"--json", draws(bill), accept, 0, ""},
	{"$(reboot) `reboot`.txt", text("%PDF-1.4"), reject, 0, ledes.CodeNotLEDES},
}

// huge are those that take long.
var huge = []hundredth{
	{"21-megabytes.txt", text(strings.Repeat("x", ledes.MaxSize+1)), reject, 0, ledes.CodeTooLarge},
	{"21-megabytes-of-newlines.txt", func() string { return "LEDES1998B[]" + strings.Repeat("\n", ledes.MaxSize) }, reject, 0, ledes.CodeTooLarge},
	{"50000-lines.txt", func() string { return many(49_998, 1) }, accept, 0, ""},
	{"50001-lines.txt", func() string { return many(49_999, 1) }, reject, 50_001, ledes.CodeTooManyLines},
	{"10000-invoices.txt", func() string { return many(10_000, 10_000) }, accept, 0, ""},
	{"10001-invoices.txt", func() string { return many(10_001, 10_001) }, reject, 10_003, ledes.CodeTooManyInvoices},
	{"one-of-10000-invoices.txt", func() string {
		return strings.Replace(many(10_000, 10_000), "|C-7777|NQ|M-7|60.00|", "|C-7777|NQ|M-7|60.01|", 1)
	}, reject, 7_780, ledes.CodeTotal},
	{"all-of-10000-invoices.txt", func() string { return strings.ReplaceAll(many(10_000, 10_000), "|M-7|60.00|", "|M-7|60.01|") }, reject, 0, ledes.CodeMore},
	{"numbers-that-do-not-count-up.txt", func() string {
		d := bill()
		item := d.items[1]
		d.items = nil
		for n := range 20_000 {
			next := slices.Clone(item)
			next[d.column("LINE_ITEM_NUMBER")] = fmt.Sprint(100_000 - n)
			next[d.column("INVOICE_TOTAL")] = "1200000.00"
			d.items = append(d.items, next)
		}
		return d.set(19_003, "LINE_ITEM_NUMBER", "99000").String()
	}, reject, 19_003, ledes.CodeLineTwice},
}

// many is a file of so many line items of 60.00 in so many invoices.
func many(items, invoices int) string {
	each := items / invoices
	d := bill()
	item := d.items[1]
	item[d.column("INVOICE_TOTAL")] = fmt.Sprintf("%d.00", 60*each)
	number, line := d.column("INVOICE_NUMBER"), d.column("LINE_ITEM_NUMBER")
	var b strings.Builder
	b.WriteString(d.onlyHead())
	for n := range items {
		item[number], item[line] = fmt.Sprintf("C-%d", n/each), fmt.Sprint(n%each+1)
		b.WriteString(strings.Join(item, "|") + "[]\r\n")
	}
	return b.String()
}

// onlyHead is the file without its line items.
func (d *draft) onlyHead() string {
	d.items = nil
	return d.String()
}

// interleaved are three invoices whose lines take turns.
func interleaved() string {
	d := bill().again(2, func(n int) string { return fmt.Sprintf("B-210%d", n) })
	items := d.items
	d.items = nil
	for line := range 3 {
		for invoice := range 3 {
			d.items = append(d.items, items[3*invoice+line])
		}
	}
	return d.String()
}

// noise is what a random generator makes: always the same.
func noise() string {
	b, x := make([]byte, 4096), uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return string(b)
}

// fromTestdata is a file of the package's own testdata.
func fromTestdata(name string) func() string {
	return func() string {
		content, err := os.ReadFile(filepath.Join("..", "..", "ledes", "testdata", name))
		if err != nil {
			panic(err)
		}
		return string(content)
	}
}

// billXML is a file of LEDES XML on one line, with something in the place of its invoice.
func billXML(invoice string) string {
	return `<ledesxmlebilling2.2 xmlns="http://www.ledes.org/LEDES22.xsd"><firm><lf_vendor_id>1</lf_vendor_id><client>` + invoice +
		"</client></firm></ledesxmlebilling2.2>"
}
