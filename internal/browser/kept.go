package browser

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// A keeping is how a field kept what was filled in.
type keeping int

const (
	changed     keeping = iota // it holds something else
	reformatted                // the same number, date or word, written in another way
	kept                       // to the letter, but for line ends and blanks around it
)

// compare tells how a field that was given want has kept it. Pages write amounts
// with separators, dates in their own order, numbers in groups and words in
// capitals; none of that may let another value pass for the same.
func compare(want, got string) keeping {
	tidy := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	switch want, got = tidy(want), tidy(got); {
	case want == got:
		return kept
	case number.MatchString(want):
		return reformattedIf(sameAmount(want, got) || sameDigits(want, got))
	case date.MatchString(want):
		return reformattedIf(sameDate(want, got))
	default:
		return reformattedIf(strings.EqualFold(strings.Join(strings.Fields(want), " "), strings.Join(strings.Fields(got), " ")))
	}
}

func reformattedIf(same bool) keeping {
	if same {
		return reformatted
	}
	return changed
}

var (
	number    = regexp.MustCompile(`^-?\d[\d,]*(\.\d+)?$`)
	date      = regexp.MustCompile(`^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})$`)
	currency  = regexp.MustCompile(`^[$€£]\s*|\s*[$€£]$|^(USD|EUR|GBP)\s*|\s*(USD|EUR|GBP)$`)
	separator = regexp.MustCompile(`[.,'\s]`)
	decimals  = regexp.MustCompile(`[.,]\d{1,2}\D*$`)
	signed    = regexp.MustCompile(`^\s*-|\pL`) // a minus sign, or a word
	notDigit  = regexp.MustCompile(`\D+`)
)

// sameAmount says whether got is want with other separators, zeroes at the end
// or a currency: 1234.5 is $1,234.50 and 1.234,50.
func sameAmount(want, got string) bool {
	a, ok := new(big.Rat).SetString(strings.ReplaceAll(want, ",", ""))
	if !ok {
		return false
	}
	got = currency.ReplaceAllString(got, "")
	for _, point := range []string{".", ","} {
		whole, fraction, _ := strings.Cut(got, point)
		if !cents.MatchString(fraction) || !grouped.MatchString(whole) {
			continue
		}
		b, ok := new(big.Rat).SetString(separator.ReplaceAllString(whole, "") + "." + fraction + "0")
		if ok && a.Cmp(b) == 0 {
			return true
		}
	}
	return false
}

// cents are at most two digits: three may as well be thousands.
var cents = regexp.MustCompile(`^\d{0,2}$`)

// grouped is a whole number, in groups of three or in none.
var grouped = regexp.MustCompile(`^-?(\d+|\d{1,3}([.,'\s]\d{3})+)$`)

// sameDigits says whether got is the number want in the groups of an account,
// a telephone or a tax number: 5551234567 is (555) 123-4567. What ends like
// cents is an amount, and not the same.
func sameDigits(want, got string) bool {
	return notDigit.FindString(want) == "" && notDigit.ReplaceAllString(got, "") == want &&
		!decimals.MatchString(got) && !signed.MatchString(got)
}

// sameDate says whether got has the same three numbers as want, in any order.
func sameDate(want, got string) bool {
	parts := func(s string) []string {
		var all []string
		for _, n := range notDigit.Split(s, -1) {
			all = append(all, strings.TrimLeft(n, "0"))
		}
		slices.Sort(all)
		return all
	}
	return date.MatchString(got) && slices.Equal(parts(want), parts(got))
}
