package ledes

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Currency is a sign, or the code of a currency that insurers pay in, before
// or after a number. Other letters are not: "INV 12" is no amount.
var currency = regexp.MustCompile(`^(?:(?:US|CA|A|C)?[$€£]|` + currencyCodes + `)\s*|\s*(?:[$€£]|` + currencyCodes + `)$`)

const currencyCodes = `(?:USD|CAD|AUD|NZD|EUR|GBP|CHF|MXN|SGD|HKD)`

var errAmbiguous = errors.New("it could mean two amounts")

// ParseDisplayed reads an amount as a website shows it, for instance "$1,234.50",
// "1.234,50 EUR", "(70.00)" or "-$70". It returns an error for what is no amount
// and for what could mean two of them, as "1,234" or "1.234" could: the caller
// then has no amount, which is safer than a wrong one.
func ParseDisplayed(s string) (Amount, error) {
	number, negative := bare(s)
	standard, err := standardise(number)
	if err != nil {
		return Amount{}, fmt.Errorf("amount %s: %w", quote(s), err)
	}
	a, err := ParseAmount(standard)
	if err != nil {
		return Amount{}, fmt.Errorf("amount %s: %w", quote(s), err)
	}
	if negative {
		a.n = -a.n
	}
	return a, nil
}

// bare takes off what is around the digits: blanks, a currency, and a minus or
// parentheses.
func bare(s string) (number string, negative bool) {
	s = strings.Join(strings.Fields(s), " ") // the blanks of typographers, too
	if inner, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(inner, ")") {
		return strings.TrimSpace(currency.ReplaceAllString(strings.TrimSpace(strings.TrimSuffix(inner, ")")), "")), true
	}
	for _, minus := range []string{"-", "\u2212"} {
		if strings.Count(s, minus) == 1 {
			before, after, _ := strings.Cut(s, minus)
			if currency.ReplaceAllString(before, "") == "" {
				s, negative = strings.TrimSpace(before+after), true
			}
		}
	}
	return strings.TrimSpace(currency.ReplaceAllString(s, "")), negative
}

// groupMarks are what may stand between groups of three digits.
const groupMarks = ".,' "

// standardise brings digits with some marks into the form of ParseAmount.
func standardise(number string) (string, error) {
	whole, fraction, err := cutFraction(number)
	if err != nil {
		return "", err
	}
	digits, err := ungroup(whole)
	return digits + "." + fraction, err
}

// cutFraction finds the mark before the fraction. A mark that occurs twice
// makes groups. One that occurs once, with another mark before it or not before
// exactly three digits, begins the fraction. What is left could be either.
func cutFraction(number string) (whole, fraction string, err error) {
	i := strings.LastIndexAny(number, ".,")
	if i < 0 || strings.Count(number, number[i:i+1]) > 1 {
		return number, "", nil
	}
	whole, fraction = number[:i], number[i+1:]
	other := strings.ContainsAny(whole, groupMarks)
	group := len(fraction) == 3 && whole != "" && len(whole) <= 3 && whole[0] != '0'
	if !other && group {
		return "", "", errAmbiguous
	}
	return whole, fraction, nil
}

// ungroup takes the marks out of "1,234,567". They must all be the same, with
// three digits after each.
func ungroup(whole string) (string, error) {
	if allDigits(whole) {
		return whole, nil
	}
	i := strings.IndexAny(whole, groupMarks)
	if i < 0 {
		return "", errGrammar
	}
	groups := strings.Split(whole, whole[i:i+1])
	for n, group := range groups {
		if !allDigits(group) || len(group) > 3 || n > 0 && len(group) != 3 || group == "" {
			return "", errGrammar
		}
	}
	return strings.Join(groups, ""), nil
}
