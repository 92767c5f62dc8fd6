package ledes

import (
	"strings"

	"example.com/lodge/ledes/utbms"
)

// itemChecks judge what two or more fields of one line item say together. Each
// is silent where a field that it needs could not be read: that has been told.
var itemChecks = []func(*reader, *item){
	checkPeriod,
	checkUnits,
	checkLineTotal,
	checkAdjustment,
	checkTask,
	checkCodes,
	checkTimekeeper,
}

// has reports whether all columns were given and readable.
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
func (it *item) usable(column int) bool { return it.has[column] || it.value[column] == "" }

func checkPeriod(r *reader, it *item) {
	if !it.hasAll(billingStart, billingEnd) {
		return
	}
	start, end := it.date[billingStart], it.date[billingEnd]
	if end.Before(start) {
		r.note(severity(!r.profile.ReversedPeriods), CodePeriod, it, billingEnd,
			"the billing period ends %s, before it starts %s", it.value[billingEnd], it.value[billingStart])
		return
	}
	if d := it.date[lineDate]; it.has[lineDate] && (d.Before(start) || d.After(end)) {
		r.note(Warn, CodeOutsidePeriod, it, lineDate, "%s is outside the billing period %s to %s",
			it.value[lineDate], it.value[billingStart], it.value[billingEnd])
	}
}

func checkUnits(r *reader, it *item) {
	if !it.has[lineUnits] || !it.work() {
		return
	}
	if it.amount[lineUnits].IsNegative() {
		r.note(severity(r.profile.PositiveUnits), CodeNegativeUnits, it, lineUnits, "the units are negative: %s", it.value[lineUnits])
	}
	_, decimals, _ := strings.Cut(it.value[lineUnits], ".")
	if n := r.profile.UnitDecimals; n > 0 && len(strings.TrimRight(decimals, "0")) > n {
		r.note(Reject, CodeDecimals, it, lineUnits, "%s has more than %d digits after the point, which this carrier refuses",
			it.value[lineUnits], n)
	}
}

// halfCent is 0.005 in the unit of an int128. A portal that rounds a product to
// cents may be off by so much.
const halfCent = 500_000

func checkLineTotal(r *reader, it *item) {
	if !it.work() || !it.hasAll(lineUnits, lineCost, lineTotal) || !it.usable(lineAdjustment) {
		return
	}
	units, cost, adjustment, total := it.amount[lineUnits], it.amount[lineCost], it.amount[lineAdjustment], it.amount[lineTotal]
	product := multiply(units.n, cost.n)
	gap := product.add(multiply(adjustment.n-total.n, scale))
	const message = "%s units at %s with an adjustment of %s do not make %s"
	switch {
	case gap.within(0):
	case gap.within(halfCent):
		r.note(Warn, CodeLineRounding, it, lineTotal, message+" but by rounding", units, cost, adjustment, total)
	default:
		r.note(Reject, CodeLineTotal, it, lineTotal, message, units, cost, adjustment, total)
	}
}

func checkAdjustment(r *reader, it *item) {
	if it.kind == "" || it.work() || !it.has[lineTotal] || !it.usable(lineAdjustment) {
		return
	}
	if adjustment, total := it.amount[lineAdjustment], it.amount[lineTotal]; adjustment != total {
		r.note(Reject, CodeAdjustment, it, lineTotal, "the line adjusts the invoice by %s, but its total is %s", adjustment, total)
	}
}

func checkTask(r *reader, it *item) {
	if it.kind == Expense && it.value[lineTask] != "" {
		r.note(Warn, CodeTaskOnExpense, it, lineTask, "an expense has the task code %s", quote(it.value[lineTask]))
	}
}

// codeColumns says which codes may stand where.
var codeColumns = []struct {
	column int
	fits   func(utbms.Code) bool
}{
	{lineTask, utbms.Code.Task},
	{lineActivity, func(c utbms.Code) bool { return c.Set == utbms.Activity }},
	{lineExpense, func(c utbms.Code) bool { return c.Set == utbms.Expense }},
}

func checkCodes(r *reader, it *item) {
	for _, c := range codeColumns {
		value := it.value[c.column]
		if value == "" {
			continue
		}
		code, known := utbms.Lookup(value)
		switch {
		case !known || !c.fits(code):
			r.note(severity(r.profile.KnownCodes), CodeUnknownCode, it, c.column, "%s is not a code of UTBMS for this field", quote(value))
		case code.Header:
			r.note(Warn, CodePhase, it, c.column, "%s names a whole phase (%s), not a task", quote(value), code.Name)
		}
	}
}

func checkTimekeeper(r *reader, it *item) {
	if name := it.value[keeperName]; name != "" && !strings.Contains(name, ",") {
		r.note(Warn, CodeKeeperName, it, keeperName, "%s is not of the form \"Last, First\"", quote(name))
	}
	if class := it.value[keeperClass]; class != "" && !utbms.KnownClass(class) {
		r.note(Warn, CodeUnknownClass, it, keeperClass, "%s is not a timekeeper classification of LEDES", quote(class))
	}
}
