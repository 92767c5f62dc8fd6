package ledes

// Kilobytes15 is the "15 KB" of the two descriptions.
const kilobytes15 = 15 << 10

// fields1998B are the columns of LEDES 1998B in their order. Sizes and needs
// are those of the table of LEDES.org; "10.4" is ten digits before the point
// and four after. CLIENT_MATTER_ID is needed where the client gives such
// numbers, which only a [Profile] knows.
var fields1998B = [width1998B]field{
	invoiceDate:    {"INVOICE_DATE", date, 8, always},
	invoiceNumber:  {"INVOICE_NUMBER", text, 20, always},
	clientID:       {"CLIENT_ID", text, 20, always},
	matterID:       {"LAW_FIRM_MATTER_ID", text, 20, always},
	invoiceTotal:   {"INVOICE_TOTAL", money, 12, always},
	billingStart:   {"BILLING_START_DATE", date, 8, always},
	billingEnd:     {"BILLING_END_DATE", date, 8, always},
	invoiceText:    {"INVOICE_DESCRIPTION", text, kilobytes15, optional},
	lineNumber:     {"LINE_ITEM_NUMBER", text, 20, always},
	lineKind:       {"EXP/FEE/INV_ADJ_TYPE", text, 2, always},
	lineUnits:      {"LINE_ITEM_NUMBER_OF_UNITS", units, 10, unlessAdjustment},
	lineAdjustment: {"LINE_ITEM_ADJUSTMENT_AMOUNT", money, 10, optional},
	lineTotal:      {"LINE_ITEM_TOTAL", money, 10, always},
	lineDate:       {"LINE_ITEM_DATE", date, 8, always},
	lineTask:       {"LINE_ITEM_TASK_CODE", text, 20, onFees},
	lineExpense:    {"LINE_ITEM_EXPENSE_CODE", text, 20, onExpenses},
	lineActivity:   {"LINE_ITEM_ACTIVITY_CODE", text, 20, onFees},
	keeperID:       {"TIMEKEEPER_ID", text, 20, onFees},
	lineText:       {"LINE_ITEM_DESCRIPTION", text, kilobytes15, onFees},
	lawFirmID:      {"LAW_FIRM_ID", text, 20, always},
	lineCost:       {"LINE_ITEM_UNIT_COST", money, 10, unlessAdjustment},
	keeperName:     {"TIMEKEEPER_NAME", text, 30, onFees},
	keeperClass:    {"TIMEKEEPER_CLASSIFICATION", text, 10, onFees},
	clientMatterID: {"CLIENT_MATTER_ID", text, 20, optional},
}

// The columns of LEDES 1998B; those of LEDES 98BI begin with the same.
const (
	invoiceDate = iota
	invoiceNumber
	clientID
	matterID
	invoiceTotal
	billingStart
	billingEnd
	invoiceText
	lineNumber
	lineKind
	lineUnits
	lineAdjustment
	lineTotal
	lineDate
	lineTask
	lineExpense
	lineActivity
	keeperID
	lineText
	lawFirmID
	lineCost
	keeperName
	keeperClass
	clientMatterID
	width1998B // how many there are
)

// identity are the fields that tell one invoice from another.
var identity = []string{"INVOICE_NUMBER", "CLIENT_ID", "LAW_FIRM_ID"}
