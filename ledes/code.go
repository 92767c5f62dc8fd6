package ledes

// Codes of findings. They are stable: machines and profiles of carriers may
// rest on them. [Rules] says what each stands for.
const (
	// The file as a whole.
	CodeEmpty       = "file-empty"
	CodeTooLarge    = "file-too-large"
	CodeNotLEDES    = "file-not-ledes"     // PDF, archive, web page, UTF-16, binary: the message says which
	CodeUnsupported = "format-unsupported" // a LEDES format that was withdrawn, or that nobody uses
	CodeNotChecked  = "not-checked"        // LEDES XML: read for filing, and not checked
	CodeXML         = "xml"                // XML that cannot be read, or lacks what filing needs
	CodeNoItems     = "no-line-items"
	CodeMore        = "more-findings" // so many that the rest is only counted

	// Its first two lines.
	CodeBOM           = "byte-order-mark"
	CodeFormatLine    = "format-line"    // readable, but not written as it should be
	CodeFormatMissing = "format-missing" // blank, or the header comes first
	CodeFormatPadded  = "format-padded"  // by a spreadsheet
	CodeFormatUnknown = "format-unknown"
	CodeHeaderForm    = "header-form" // small letters or blanks
	CodeHeaderCount   = "header-count"
	CodeHeaderName    = "header-name" // wrong name or wrong order

	// Any line.
	CodeLineTooLong    = "line-too-long"
	CodeTooManyLines   = "too-many-lines"
	CodeUnremembered   = "too-many-to-remember" // from here on repeated values may be missed
	CodeBlankLine      = "blank-line"
	CodeMixedEnds      = "mixed-line-ends"
	CodeTrailingBlanks = "trailing-blanks"
	CodeSecondFile     = "second-file"       // the first or second line of a file in the middle of another
	CodeUnterminated   = "line-unterminated" // no [] at its end
	CodeFieldCount     = "field-count"

	// Any field.
	CodeControl  = "control-character"
	CodeNonASCII = "not-ascii"
	CodeQuoted   = "quoted"
	CodeBrackets = "brackets" // [] inside a field
	CodeRequired = "required"
	CodeTooLong  = "too-long"
	CodeNumber   = "number"
	CodeDecimals = "decimals"
	CodeDigits   = "digits"
	CodeDate     = "date"

	// One line item.
	CodeType          = "type"
	CodeTypeForm      = "type-form" // small letters or blanks
	CodePeriod        = "period-reversed"
	CodeOutsidePeriod = "date-outside-period"
	CodeLineTotal     = "line-total"
	CodeLineRounding  = "line-total-rounded"
	CodeAdjustment    = "adjustment-total"
	CodeNegativeUnits = "negative-units"
	CodeTaskOnExpense = "task-on-expense"
	CodePhase         = "phase-code"
	CodeUnknownCode   = "unknown-code"
	CodeUnknownClass  = "unknown-classification"
	CodeKeeperName    = "timekeeper-name"

	// One line item of LEDES 98BI.
	CodeBlank98BI   = "98bi-blank"
	CodeLong98BI    = "98bi-too-long"
	CodeCurrency    = "currency"
	CodeCountry     = "country"
	CodeAccountType = "account-type"
	CodeTaxRate     = "tax-rate"
	CodeLineTax     = "line-tax"

	// One invoice.
	CodeNumberPath   = "invoice-number-path"
	CodeNumberChars  = "invoice-number-characters"
	CodeLineTwice    = "line-number-twice"
	CodeTotal        = "invoice-total"
	CodeTotalDiffers = "invoice-total-differs"
	CodeTaxTotal     = "tax-total"        // LEDES 98BI
	CodeNetTotal     = "net-total"        // LEDES 98BI
	CodeDiffers      = "differs"          // what belongs to the invoice is not the same on all its lines
	CodeFirmDiffers  = "law-firm-differs" // an invoice of two senders
	CodeMultiMatter  = "several-matters"

	// The invoices of a file.
	CodeSeveralInvoices = "several-invoices"
	CodeTooManyInvoices = "too-many-invoices"
)
