package ledes

// Codes of findings. They are stable: machines and profiles of carriers may
// rest on them. [Rules] says what each stands for.
const (
	// The file as a whole.
	CodeEmpty       = "file-empty"
	CodeTooLarge    = "file-too-large"
	CodeNotLEDES    = "file-not-ledes"     // PDF, archive, web page, UTF-16, binary: the message says which
	CodeUnsupported = "format-unsupported" // a LEDES format that is not checked as yet
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
	CodeBlankLine      = "blank-line"
	CodeMixedEnds      = "mixed-line-ends"
	CodeTrailingBlanks = "trailing-blanks"
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

	// One invoice.
	CodeNumberPath   = "invoice-number-path"
	CodeNumberChars  = "invoice-number-characters"
	CodeLineTwice    = "line-number-twice"
	CodeTotal        = "invoice-total"
	CodeTotalDiffers = "invoice-total-differs"
	CodeDiffers      = "differs"          // INVOICE_DATE, CLIENT_ID or INVOICE_DESCRIPTION
	CodeFirmDiffers  = "law-firm-differs" // an invoice of two senders
	CodeMultiMatter  = "several-matters"
)
