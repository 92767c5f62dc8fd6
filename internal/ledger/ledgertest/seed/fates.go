package seed

import (
	"fmt"
	"strings"
)

// A fate is what becomes of an invoice.
type fate int

const (
	accepted    fate = iota // at once
	checked                 // received, and accepted when it was looked up
	retried                 // proven not sent at first
	corrected               // rejected, mended and accepted
	received                // its checks still run
	found                   // on the site before
	byHand                  // a person has the carrier's word
	rejected                // the biller acts
	torn                    // quarantined
	otherAmount             // the site has it with another amount: the biller acts
	unclear                 // the operator acts
	siteChanged             // the author acts
	lost                    // uncertain
	postponed               // ready, until the site is up again
	waiting                 // ready
	cancelled
)

// fate picks one; the numbers are per thousand.
func (t *teller) fate() fate {
	n := t.random.IntN(1000)
	for _, f := range []struct {
		fate
		weight int
	}{
		{checked, 160}, {retried, 15}, {corrected, 22}, {received, 25}, {found, 14}, {byHand, 3}, {rejected, 44}, {torn, 11}, {otherAmount, 6},
		{unclear, 8}, {siteChanged, 6}, {lost, 4}, {postponed, 4}, {waiting, 14}, {cancelled, 5},
	} {
		if n -= f.weight; n < 0 {
			return f.fate
		}
	}
	return accepted
}

// reasons are why carriers refuse, the frequent ones first. NUMBER is the
// invoice's own.
func reasons() []string {
	return []string{
		"Task code X999 is invalid.",
		"Matter 4711 is closed. Invoices can no longer be posted to it.",
		"Timekeeper MF12 (Finch, Morgan) has no approved rate.",
		"The rate of 350.00 for timekeeper BQ02 is above the approved rate of 325.00.",
		"Invoice NUMBER exceeds the authorised budget for phase L300.",
		"Line 4 describes several tasks. Block billing is not allowed under section 4.2 of the outside counsel guidelines; " +
			"please split the entry and submit the invoice again.",
		"Expense code E124 needs a receipt.",
		"Invoice NUMBER was billed before.",
	}
}

func torns() []string {
	return []string{
		"the line has 25 fields; LEDES1998B has 24; perhaps there is a | inside a text",
		"the line items add up to 1240.50, the invoice says 1250.50",
		"the timekeeper's class \"LAWYER\" is unknown",
	}
}

func unclears() []string {
	return []string{"two live rows carry this number", "its attempts are spent: the site did not answer 2 times"}
}

func clients() []string { return []string{"HARBOR-GL", "HARBOR-AUTO", "HARBOR-WC"} }

// initials are the letters that an account's invoice numbers begin with:
// firm-keel-2 is FK2.
func initials(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		_, _ = fmt.Fprint(&b, strings.ToUpper(part[:1]))
	}
	return b.String()
}
