package cost

import (
	"fmt"
	"strings"
)

// What the system that Lodge replaces costs a month (its own bill).
const (
	beforeFargate  = 29
	beforeDatabase = 184
)

// Accounts at carriers, as the table has them.
const accounts = 4

// Table is the table of docs/running-on-aws.md.
func Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| invoices a month | tasks, %.0f invoices each | ledger | objects, messages, trigger | standing | **Lodge** | tasks, 1 invoice each | the system before |\n",
		Usual().Batch)
	b.WriteString("|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, n := range []float64{2_000, 20_000, 1_000_000} {
		before := "not known"
		if n == 2_000 {
			before = fmt.Sprintf("$%d ($%d Fargate, $%d database)", beforeFargate+beforeDatabase, beforeFargate, beforeDatabase)
		}
		m := Month(Usual(), n, accounts)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | **%s** | %s | %s |\n", thousands(n), dollars(m.Tasks), dollars(m.Ledger), dollars(m.Other),
			dollars(m.Standing), dollars(m.Sum()), dollars(Month(Alone(), n, accounts).Sum()), before)
	}
	return b.String()
}

// Standing is the sentence on what costs the same whether or not anything is filed.
func Standing() string {
	return fmt.Sprintf("a secret an account (%s), %d alarms, %d metrics, %d images", dollars(secretMonth), Alarms, Metrics, Images)
}

// Networks is the sentence on what the options of the network add.
func Networks() string {
	return fmt.Sprintf("`network=fixed` adds %s a month and `network=private` %s, before what goes through them ($0.045 a GB)",
		dollars(NAT(1)), dollars(NAT(2)))
}

func dollars(d float64) string {
	if d < 100 {
		return fmt.Sprintf("$%.2f", d)
	}
	return "$" + thousands(d)
}

// thousands writes a whole number with commas.
func thousands(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
