package visit

import (
	"errors"
	"fmt"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
)

// What is told of a page is the carrier's code, and nothing of the invoice that
// the code was looking for.
func TestWhatWasAskedHoldsNoInvoice(t *testing.T) {
	inv := carriers.Invoice{Number: "INV.1042", ClientID: "Moor", Matter: "F-77", ClientMatter: "ESTATE OF SMITH"}
	for asked, want := range map[string]string{
		`click "#go"`:                              `click "#go"`,
		`click the link "INV.1042"`:                `click the link "…"`,
		`click the link "INV.1042 of Moor"`:        `click the link "… of …"`,
		`see tr with text "INV\.1042"`:             `see tr with text "…"`,
		`click "#row-1042"`:                        `click "#row-#"`,
		`choose in the field labelled "F-77"`:      `choose in the field labelled "…"`,
		`click the text "ESTATE OF SMITH"`:         `click the text "…"`,
		`see #ok or .alert with text "\b4711\b\d"`: `see #ok or .alert with text "\b#\b\d"`,
	} {
		err := fmt.Errorf("x: %w", &page.Miss{Reason: "secret", On: asked})
		if got := without(inv, on(err)); got != want {
			t.Errorf("%s: %s, want %s", asked, got, want)
		}
	}
	if got := without(carriers.Invoice{Number: "7"}, on(&page.Miss{On: "click #"})); got != "click #" {
		t.Errorf("a number of digits takes out %q", got)
	}
	if got := on(errors.New("another sort")); got != "" {
		t.Errorf("on = %q", got)
	}
}
