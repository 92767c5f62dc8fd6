package visit

import (
	"errors"
	"regexp"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
)

// on is what was asked of the page when it was not as expected, as the carrier's
// code has it, for whoever groups such errors; "" if err is of another sort. A
// row of digits is told as #, since it may be somebody's number.
func on(err error) string {
	m, ok := errors.AsType[*page.Miss](err)
	if !ok {
		return ""
	}
	return digits.ReplaceAllString(m.On, "#")
}

var digits = regexp.MustCompile(`[0-9]+`)

// without takes out of what a carrier asked for everything that the invoice put
// into it: authors find rows by an invoice's number.
func without(inv carriers.Invoice, asked string) string {
	for _, value := range []string{inv.Number, inv.ClientID, inv.Matter, inv.ClientMatter} {
		for _, form := range []string{value, page.Quote(value)} {
			if form = digits.ReplaceAllString(form, "#"); form != "" && form != "#" {
				asked = strings.ReplaceAll(asked, form, "…")
			}
		}
	}
	return asked
}
