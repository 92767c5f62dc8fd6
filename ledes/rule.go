package ledes

import "slices"

// A Certainty says how sure it is that a rule is one.
type Certainty string

// The certainties.
const (
	Standard Certainty = "standard" // the text of LEDES 1998B or 98BI, as several published copies of it have it
	Observed Certainty = "observed" // e-billing systems document it, or files in the wild show it
	Judged   Certainty = "judged"   // nobody says so: what keeps invoices from being refused, as far as we see
)

// A Rule says what a code of findings stands for.
type Rule struct {
	Code      string    `json:"code"`
	Severity  Severity  `json:"severity"` // where no [Profile] says otherwise
	Forgiven  bool      `json:"forgiven"` // a strict reading refuses what this warns of
	Means     string    `json:"means"`    // what is wrong
	Mend      string    `json:"mend"`     // what a biller does about it
	Source    string    `json:"source"`   // who says so
	Certainty Certainty `json:"certainty"`
}

// Sources of rules.
const (
	table1998B = "LEDES 1998B, the table of fields"
	notes1998B = "LEDES 1998B, the notes to the table"
	refusals   = "Thomson Reuters Legal Tracker, list of errors"
	wild       = "files that law firms sent"
	ourselves  = "Lodge"
	public98BI = "LEDES 98BI, as public writers and readers of it agree"
)

// What Rule.Forgiven is in the table.
const (
	lenient = true
	settled = false
)

// Rules are all codes that [Read] gives, in the order in which a file is judged.
func Rules() []Rule { return slices.Clone(rules) }

// RuleOf is the rule of a code; false if there is none.
func RuleOf(code string) (Rule, bool) {
	r := ruleOf(code)
	return r, r.Code != ""
}

func ruleOf(code string) Rule {
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Code == code })
	if i < 0 {
		return Rule{}
	}
	return rules[i]
}

var rules = []Rule{
	{
		CodeEmpty, Reject, settled, "The file is empty, or holds nothing but blanks",
		"Export it again", ourselves, Judged,
	},
	{
		CodeTooLarge, Reject, settled, "The file has more bytes than Lodge reads, or than the carrier takes",
		"Split it into several files", "limits of e-billing sites: 5 to 20 MB", Observed,
	},
	{
		CodeNotLEDES, Reject, settled, "The file is something else: a PDF, an archive, a web page, other XML, text in UTF-16, binary data",
		"Send the LEDES file, as plain ASCII text", wild, Observed,
	},
	{
		CodeUnsupported, Reject, settled, "The file is LEDES XML 2000, which was withdrawn, or of a version that nobody knows",
		"Export it as LEDES 1998B, or as LEDES XML 2.x", "LEDES.org withdrew XML 2000 on 1 February 2024", Observed,
	},
	{
		CodeNotChecked, Warn, settled, "LEDES XML, and a carrier's own format, are read only as far as filing needs it",
		"See the sums yourself, or export it as LEDES 1998B", ourselves, Judged,
	},
	{
		CodeXML, Reject, settled, "The file is XML that cannot be read to its end, lacks what filing needs, or holds several invoices",
		"Export it again, each invoice to a file; see what the message says is missing", ourselves, Judged,
	},
	{
		CodeNoItems, Reject, settled, "There is no line item",
		"Export it again, with its line items", ourselves, Judged,
	},
	{
		CodeMore, Reject, settled, "There are more findings of this severity than are listed",
		"Mend those that are listed, and check again", ourselves, Judged,
	},

	{
		CodeBOM, Warn, lenient, "The file begins with a byte order mark, three invisible bytes of UTF-8",
		"Save it as ASCII, or as UTF-8 without a byte order mark", wild, Observed,
	},
	{
		CodeFormatLine, Warn, lenient, "The first line names the format in small letters, with blanks, or without its []",
		"Make it LEDES1998B[], or LEDES98BI V2[]", wild, Observed,
	},
	{
		CodeFormatMissing, Reject, settled, "The first line does not name the format",
		"Put the line LEDES1998B[] before the header", notes1998B, Standard,
	},
	{
		CodeFormatPadded, Reject, settled, "A spreadsheet has padded or quoted the first line",
		"Export it as plain text, not by way of a spreadsheet", wild, Observed,
	},
	{
		CodeFormatUnknown, Reject, settled, "The first line names no format of LEDES",
		"Export it as LEDES 1998B or 98BI", notes1998B, Standard,
	},
	{
		CodeHeaderForm, Warn, lenient, "Names in the header are in small letters, or have blanks around them",
		"Write them in capitals, without blanks", wild, Observed,
	},
	{
		CodeHeaderCount, Reject, settled, "The header has too many names, or too few",
		"Use the template of the format that line 1 names", table1998B, Standard,
	},
	{
		CodeHeaderName, Reject, settled, "A name in the header is another one, in another place, or the header does not end with []",
		"Use the template of the format that line 1 names", table1998B, Standard,
	},

	{
		CodeLineTooLong, Reject, settled, "A line, in XML a text or a tag, is longer than Lodge reads",
		"Shorten its texts", ourselves, Judged,
	},
	{
		CodeTooManyLines, Reject, settled, "The file has more lines, in XML line items, than Lodge reads",
		"Split it into several files", ourselves, Judged,
	},
	{
		CodeUnremembered, Warn, settled, "The file is so large that values used twice are not found from some line on",
		"Split it into several files", ourselves, Judged,
	},
	{
		CodeBlankLine, Warn, lenient, "A line is blank",
		"Remove it", wild, Observed,
	},
	{
		CodeMixedEnds, Warn, lenient, "Some lines end as on Windows (CR LF), others as on Unix (LF)",
		"Save it with one kind of line end", wild, Observed,
	},
	{
		CodeTrailingBlanks, Warn, lenient, "There are blanks after the [] of a line",
		"Remove them", wild, Observed,
	},
	{
		CodeSecondFile, Reject, settled, "The first or the second line of a file stands in the middle: two files were put together",
		"Make two files of them", wild, Judged,
	},
	{
		CodeUnterminated, Reject, settled, "A line does not end with []; often a line break inside a text has cut it",
		"Take line breaks out of texts; export the file again if it ends there", notes1998B, Standard,
	},
	{
		CodeFieldCount, Reject, settled, "A line has too many fields, or too few; often there is a | inside a text",
		"Take | out of texts; see that no column is missing", table1998B, Standard,
	},

	{
		CodeControl, Reject, settled, "A field holds a character that nobody sees, such as a tab",
		"Remove it", ourselves, Judged,
	},
	{
		CodeNonASCII, Reject, settled, "A field holds characters beyond ASCII, such as curly quotes or a long dash",
		"Write plain quotes and hyphens", notes1998B, Standard,
	},
	{
		CodeQuoted, Warn, settled, "A field stands in quotes, which will be taken as part of it",
		"Remove the quotes, unless they are meant", wild, Observed,
	},
	{
		CodeBrackets, Warn, settled, "A field holds [], which some sites take for the end of the line",
		"Write () instead", wild, Observed,
	},
	{
		CodeRequired, Reject, settled, "A field that this line needs is blank",
		"Fill it in", table1998B, Standard,
	},
	{
		CodeTooLong, Reject, settled, "A field is longer than the format lets it be",
		"Shorten it", table1998B, Standard,
	},
	{
		CodeNumber, Reject, settled, "A number has something else than digits, one point and a leading minus",
		"Write 1234.50: no comma, no blank, no currency sign, no parentheses", refusals + " (004)", Standard,
	},
	{
		CodeDecimals, Reject, settled, "A number has more digits after the point than are allowed",
		"Round it", table1998B, Standard,
	},
	{
		CodeDigits, Reject, settled, "A number has more digits before the point than are allowed",
		"See whether it is right; bill in several invoices", table1998B, Standard,
	},
	{
		CodeDate, Reject, settled, "A date is not written YYYYMMDD, or is not in the calendar",
		"Write 20260131", table1998B, Standard,
	},

	{
		CodeType, Reject, settled, "The type of a line is not one of F, E, IF, IE",
		"Write F for a fee, E for an expense", table1998B, Standard,
	},
	{
		CodeTypeForm, Reject, settled, "The type of a line is in small letters, or has blanks",
		"Write F, E, IF or IE", table1998B, Standard,
	},
	{
		CodePeriod, Reject, settled, "The billing period ends before it starts",
		"Correct its dates", table1998B, Standard,
	},
	{
		CodeOutsidePeriod, Warn, settled, "A line is dated outside the billing period",
		"See whether the date or the period is wrong", wild, Observed,
	},
	{
		CodeNegativeUnits, Warn, settled, "The units are negative, which some carriers refuse",
		"Write a credit as an adjustment", "Brightflag", Observed,
	},
	{
		CodeLineTotal, Reject, settled, "Units times unit cost plus adjustment do not make the line's total",
		"Correct whichever is wrong", refusals + " (006)", Standard,
	},
	{
		CodeLineRounding, Warn, lenient, "The line's total differs from its sum by half a cent at most, by rounding",
		"Nothing, unless the carrier refuses it", ourselves, Judged,
	},
	{
		CodeAdjustment, Reject, settled, "The total of an adjustment of the invoice is not the adjustment",
		"Make both the same", table1998B, Standard,
	},
	{
		CodeTaskOnExpense, Warn, settled, "An expense has a task code",
		"Leave it out, unless the client wants it", wild, Observed,
	},
	{
		CodeUnknownCode, Warn, settled, "A task, activity or expense code is none of UTBMS for this field",
		"See the client's list of codes", "UTBMS; more sets exist than are listed", Observed,
	},
	{
		CodePhase, Warn, settled, "A task code names a whole phase, such as L100",
		"Choose a task of that phase", "UTBMS", Observed,
	},
	{
		CodeKeeperName, Warn, lenient, "A timekeeper's name is not written \"Last, First\"",
		"Write the surname first", table1998B, Standard,
	},
	{
		CodeUnknownClass, Warn, settled, "A timekeeper's classification is none of LEDES",
		"Use PARTNR, ASSOC, PARALG and the like", "LEDES, classifications of 2014", Observed,
	},

	{
		CodeBlank98BI, Warn, lenient, "A field is blank that LEDES 98BI is said to want",
		"Fill it in if the carrier asks for it", public98BI, Observed,
	},
	{
		CodeLong98BI, Warn, lenient, "A field is longer than LEDES 98BI is said to let it be",
		"Shorten it if the carrier asks for it", public98BI, Observed,
	},
	{
		CodeCurrency, Reject, settled, "A currency is not written as three capitals",
		"Write USD, GBP and the like", public98BI + ": ISO 4217", Observed,
	},
	{
		CodeCountry, Warn, settled, "A country is not written as two or three capitals",
		"Write USA; some carriers want US", public98BI + ": ISO 3166", Observed,
	},
	{
		CodeAccountType, Warn, lenient, "The account type is neither O nor T",
		"Write O for the client's own account", public98BI, Observed,
	},
	{
		CodeTaxRate, Warn, lenient, "The rate of a tax is one or more, or negative",
		"Write 0.21 for 21 per cent", public98BI, Observed,
	},
	{
		CodeLineTax, Warn, lenient, "The tax of a line is not its rate of the line; half a cent is rounding",
		"Correct the rate or the tax", public98BI + "; the standard's own sample does not add up", Observed,
	},

	{
		CodeNumberPath, Reject, settled, "The invoice number could be taken for a path of files",
		"Give it another number", ourselves, Judged,
	},
	{
		CodeNumberChars, Warn, lenient, "The invoice number holds a character that sites may refuse",
		"Use letters, digits, . _ and -", "LEDES 1998B says alphanumeric; others are seen everywhere", Observed,
	},
	{
		CodeTotalDiffers, Reject, settled, "The lines of an invoice give different totals of it",
		"Write the same INVOICE_TOTAL on each", refusals + " (007)", Standard,
	},
	{
		CodeFirmDiffers, Reject, settled, "An invoice has lines of two law firms",
		"Write one LAW_FIRM_ID on each line", ourselves, Judged,
	},
	{
		CodeDiffers, Warn, settled, "Lines of an invoice differ in what belongs to it, such as its date or description: the first counts",
		"Write the same on each line", notes1998B, Standard,
	},
	{
		CodeMultiMatter, Warn, settled, "An invoice bills several matters, which some carriers refuse",
		"Bill each matter by itself", "Collaborati, \"Do Not Allow Multi-Matter Invoices\"", Observed,
	},
	{
		CodeLineTwice, Reject, settled, "Two lines of an invoice have the same number",
		"Number them anew", table1998B, Standard,
	},
	{
		CodeTotal, Reject, settled, "The total of an invoice is not the sum of its lines; one cent counts",
		"Correct the total, or the line that is wrong", refusals + " (007)", Standard,
	},
	{
		CodeTaxTotal, Warn, lenient, "The total of taxes of an invoice is not the sum of its lines' taxes",
		"Correct the total, or the line that is wrong", public98BI + "; the standard's own sample does not add up", Observed,
	},
	{
		CodeNetTotal, Warn, lenient, "The net total of an invoice is not the sum of its lines without taxes",
		"Correct it; in LEDES 98BI net means without taxes", public98BI, Observed,
	},

	{
		CodeSeveralInvoices, Warn, settled, "The file holds several invoices, and the carrier takes one in a file",
		"Split it; Lodge does so before it files", "limits of e-billing sites", Observed,
	},
	{
		CodeTooManyInvoices, Reject, settled, "The file has more invoices than Lodge tells apart",
		"Split it into several files", ourselves, Judged,
	},
}
