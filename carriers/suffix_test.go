package carriers_test

import (
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// What is uploaded is called as websites expect it.
func TestSuffix(t *testing.T) {
	c := carriers.Carrier{Other: carriers.OtherFormat{Suffix: ".pdf"}}
	for format, want := range map[ledes.Format]string{
		ledes.LEDES1998B: ".txt", ledes.LEDES98BI: ".txt", ledes.LEDESXML: ".xml", ledes.Other: ".pdf", "": ".txt",
	} {
		if got := c.Suffix(format); got != want {
			t.Errorf("%q: %q, want %q", format, got, want)
		}
	}
}
