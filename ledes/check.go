package ledes

import (
	"bytes"

	"example.com/lodge/ledes/utbms"
)

// An itemCheck judges what two or more fields of one line item say together. It
// is silent where a field that it needs could not be read: that has been told.
type itemCheck func(*reader, *item)

var checks1998B = []itemCheck{
	checkPeriod,
	checkUnits,
	checkLineTotal,
	checkAdjustment,
	checkTask,
	checkCodes,
	checkTimekeeper,
}

// hasAll reports whether all columns were given and readable.
func (it *item) hasAll(columns ...int) bool {
	for _, column := range columns {
		if !it.has[column] {
			return false
		}
	}
	return true
}

// work reports whether it is a fee or an expense.
func (it *item) work() bool { return it.kind == Fee || it.kind == Expense }

// usable reports whether a number was readable, or blank where that means zero.
func (it *item) usable(column int) bool { return it.has[column] || len(it.value[column]) == 0 }

func checkPeriod(r *reader, it *item) {
	if !it.hasAll(billingStart, billingEnd) {
		return
	}
	start, end := it.day[billingStart], it.day[billingEnd]
	if end < start {
		r.note(CodePeriod, it, billingEnd, "a day from "+start.String()+" on",
			"the billing period ends %s, before it starts %s", end, start)
		return
	}
	if d := it.day[lineDate]; it.has[lineDate] && (d < start || d > end) {
		r.note(CodeOutsidePeriod, it, lineDate, "a day from "+start.String()+" to "+end.String(),
			"%s is outside the billing period %s to %s", d, start, end)
	}
}

func checkUnits(r *reader, it *item) {
	if it.has[lineUnits] && it.work() && it.amount[lineUnits].IsNegative() {
		r.note(CodeNegativeUnits, it, lineUnits, "no minus", "the units are negative: %s", it.value[lineUnits])
	}
}

// halfCent is 0.005 in the unit of an int128. A portal that rounds a product to
// cents may be off by so much.
const halfCent = 500_000

// checkLineTotal: units times cost, and adjustment, and in LEDES 98BI tax, make the total.
func checkLineTotal(r *reader, it *item) {
	if !it.work() || !it.hasAll(lineUnits, lineCost, lineTotal) || !it.usable(lineAdjustment) || !it.usable(lineTax) {
		return
	}
	rest := it.amount[lineAdjustment].Add(it.amount[lineTax])
	gap := multiply(it.amount[lineUnits].n, it.amount[lineCost].n).add(multiply(rest.n-it.amount[lineTotal].n, scale))
	switch {
	case gap.within(0):
	case gap.within(halfCent):
		r.wrongTotal(CodeLineRounding, it, " but by rounding")
	default:
		r.wrongTotal(CodeLineTotal, it, "")
	}
}

// wrongTotal notes that a line's total is not what the line makes.
func (r *reader) wrongTotal(code string, it *item, but string) {
	units, cost, adjustment, tax := it.amount[lineUnits], it.amount[lineCost], it.amount[lineAdjustment], it.amount[lineTax]
	right, _ := units.Mul(cost)
	right = right.Add(adjustment).Add(tax)
	with := ""
	if !tax.IsZero() {
		with = " and a tax of " + tax.String()
	}
	r.note(code, it, lineTotal, right.String(), "%s units at %s with an adjustment of %s%s do not make %s%s",
		units, cost, adjustment, with, it.amount[lineTotal], but)
}

// checkAdjustment: what adjusts the invoice is the total of its line, in LEDES 98BI with
// its tax.
func checkAdjustment(r *reader, it *item) {
	if it.kind == "" || it.work() || !it.has[lineTotal] || !it.usable(lineAdjustment) || !it.usable(lineTax) {
		return
	}
	adjustment, total := it.amount[lineAdjustment].Add(it.amount[lineTax]), it.amount[lineTotal]
	if adjustment != total {
		r.note(CodeAdjustment, it, lineTotal, adjustment.String(),
			"the line adjusts the invoice by %s, but its total is %s", adjustment, total)
	}
}

func checkTask(r *reader, it *item) {
	if it.kind == Expense && len(it.value[lineTask]) > 0 {
		r.note(CodeTaskOnExpense, it, lineTask, "nothing", "an expense has the task code %s", it.value[lineTask])
	}
}

// codeColumns says which codes may stand where.
var codeColumns = []struct {
	column   int
	fits     func(utbms.Code) bool
	expected string
}{
	{lineTask, utbms.Code.Task, "a task code of UTBMS, such as L120"},
	{lineActivity, func(c utbms.Code) bool { return c.Set == utbms.Activity }, "an activity code of UTBMS, such as A103"},
	{lineExpense, func(c utbms.Code) bool { return c.Set == utbms.Expense }, "an expense code of UTBMS, such as E112"},
}

func checkCodes(r *reader, it *item) {
	for _, c := range codeColumns {
		value := it.value[c.column]
		if len(value) == 0 {
			continue
		}
		code, known := utbms.Lookup(string(value))
		switch {
		case !known || !c.fits(code):
			r.note(CodeUnknownCode, it, c.column, c.expected, "%s is not a code of UTBMS for this field", value)
		case code.Header:
			r.note(CodePhase, it, c.column, c.expected, "%s names a whole phase (%s), not a task", value, code.Name)
		}
	}
}

func checkTimekeeper(r *reader, it *item) {
	if name := it.value[keeperName]; len(name) > 0 && bytes.IndexByte(name, ',') < 0 {
		r.note(CodeKeeperName, it, keeperName, "Last, First", "%s is not of the form \"Last, First\"", name)
	}
	if class := it.value[keeperClass]; len(class) > 0 && !utbms.KnownClass(string(class)) {
		r.note(CodeUnknownClass, it, keeperClass, "a classification of LEDES, such as PARTNR",
			"%s is not a timekeeper classification of LEDES", class)
	}
}
