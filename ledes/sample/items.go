package sample

import (
	"math/rand/v2"
	"slices"
	"time"

	"example.com/lodge/ledes"
)

// A bill is the line items of an invoice while they are drawn, and what they come to.
type bill struct {
	random *rand.Rand
	matter matter
	days   []time.Time // on which somebody works
	tax    ledes.Tax   // of fees

	fees, expenses       []ledes.Line
	feesSum, expensesSum int64          // in cents
	worked               map[string]int // tenths of an hour, by day and timekeeper
}

// items are the line items of the nth invoice: fees and expenses by date, then what changes
// the invoice as a whole.
func (g *Generator) items(n int, m matter) []ledes.Line {
	year, month, _ := g.month.Date()
	b := &bill{random: g.stream(year*12+int(month), n), matter: m, days: workdays(g.month), worked: map[string]int{}}
	if g.taxes {
		b.tax = g.firm.taxed()
	}
	size := b.size(min(leastLines, g.lines), g.lines)
	changes := b.changes(size)
	costs := 0
	if size >= leastLines {
		costs = between(b.random, size/discountable, (size-len(changes))/3)
	}
	b.work(size - len(changes) - costs)
	b.spend(costs)
	last := g.month.AddDate(0, 1, -1)
	items := slices.Concat(b.fees, b.expenses)
	for _, change := range changes {
		line := change(b)
		line.Date = last
		items = append(items, line)
	}
	return items
}

// workdays are the days of a month from Monday to Friday.
func workdays(month time.Time) []time.Time {
	var days []time.Time
	for d := month; d.Month() == month.Month(); d = d.AddDate(0, 0, 1) {
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			days = append(days, d)
		}
	}
	return days
}

// size is how many line items there are: most invoices are short, and some are long.
func (b *bill) size(least, most int) int {
	share := b.random.Float64()
	return least + int(share*share*float64(most-least+1))
}

// discountable is how many line items an invoice must have so that some are expenses.
const discountable = 6

// A change is what a line changes of an invoice beside the work that it bills.
type change func(*bill) ledes.Line

// changes are which of them an invoice of so many lines has: now and then one, seldom two.
func (b *bill) changes(size int) []change {
	var list []change
	for _, c := range []struct {
		oneIn, size int
		change
	}{{12, leastLines, (*bill).credit}, {6, leastLines, (*bill).feeDiscount}, {12, discountable, (*bill).expenseDiscount}} {
		if b.random.IntN(c.oneIn) == 0 && size >= c.size+len(list) {
			list = append(list, c.change)
		}
	}
	return list
}

// work draws fees.
func (b *bill) work(n int) {
	works := deck[work]{random: b.random, cards: atStage(works[:], b.matter.stage, func(w work) stage { return w.stage })}
	for range n {
		b.fees = append(b.fees, b.fee(works.deal()))
	}
	byDate(b.fees)
}

func (b *bill) fee(w work) ledes.Line {
	able := slices.DeleteFunc(slices.Clone(b.matter.team), func(k keeper) bool { return k.rank&w.who == 0 })
	k := pick(b.random, able)
	tenths := between(b.random, w.least, w.most)
	line := ledes.Line{
		Kind: ledes.Fee, Date: b.day(k, tenths), Units: ledes.Cents(int64(10 * tenths)), UnitCost: ledes.Cents(100 * k.rate),
		Task: w.task, Activity: w.activity, Timekeeper: k.timekeeper(), Description: b.matter.words(b.random).Replace(w.text), Tax: b.tax,
	}
	cents := int64(tenths) * k.rate * 10
	if b.random.IntN(25) == 0 {
		line.Adjustment = ledes.Cents(-cents / 10)
		line.Description += "; 10 percent courtesy discount"
		cents -= cents / 10
	}
	b.feesSum += cents
	return line
}

// longDay is how much nobody works in a day, in tenths of an hour.
const longDay = 100

// day finds a day on which k has time for the work. Of invoices that are too long for a month
// some days are too.
func (b *bill) day(k keeper, tenths int) time.Time {
	var d time.Time
	for range 2 * len(b.days) {
		d = pick(b.random, b.days)
		if b.worked[d.Format(time.DateOnly)+k.id]+tenths <= longDay {
			break
		}
	}
	b.worked[d.Format(time.DateOnly)+k.id] += tenths
	return d
}

// spend draws expenses.
func (b *bill) spend(n int) {
	costs := b.costs()
	for range n {
		line, cents := b.expense(costs.deal())
		b.expensesSum += cents
		b.expenses = append(b.expenses, line)
	}
	byDate(b.expenses)
}

func (b *bill) costs() deck[cost] {
	return deck[cost]{random: b.random, cards: atStage(costs[:], b.matter.stage, func(c cost) stage { return c.stage })}
}

func (b *bill) expense(c cost) (line ledes.Line, cents int64) {
	units := int64(between(b.random, c.least, c.most))
	price := int64(c.cheap + c.step*between(b.random, 0, (c.dear-c.cheap)/c.step))
	return ledes.Line{
		Kind: ledes.Expense, Date: pick(b.random, b.days), Units: ledes.Cents(100 * units), UnitCost: ledes.Cents(price),
		Expense: c.code, Description: b.matter.words(b.random).Replace(c.text),
	}, units * price
}

// credit gives back an expense that was billed before, but for a quarter of the fees at most:
// nobody sends an invoice of less than nothing.
func (b *bill) credit() ledes.Line {
	costs := b.costs()
	line, cents := b.expense(costs.deal())
	line.Units, line.UnitCost = ledes.Cents(100), ledes.Amount{}
	line.Adjustment = ledes.Cents(-min(cents, b.feesSum/4))
	line.Description = "Credit for charge billed twice in prior month: " + line.Description
	return line
}

func (b *bill) feeDiscount() ledes.Line {
	percent := pick(b.random, []int64{3, 5, 10})
	return ledes.Line{
		Kind: ledes.FeeAdjustment, Adjustment: ledes.Cents(-b.feesSum * percent / 100), Tax: b.tax,
		Description: "Volume discount on fees under rate agreement",
	}
}

func (b *bill) expenseDiscount() ledes.Line {
	return ledes.Line{
		Kind: ledes.ExpenseAdjustment, Adjustment: ledes.Cents(-b.expensesSum / 10),
		Description: "Reduction of expenses to rates of billing guidelines",
	}
}

// atStage are those of a list that a case needs at a stage.
func atStage[T any](list []T, at stage, of func(T) stage) []T {
	return slices.DeleteFunc(slices.Clone(list), func(item T) bool { return of(item)&at == 0 })
}

func byDate(lines []ledes.Line) {
	slices.SortStableFunc(lines, func(a, b ledes.Line) int { return a.Date.Compare(b.Date) })
}
