package ledes

import (
	"fmt"
	"slices"
	"strings"
)

// A Profile is what a carrier demands beyond the standard, or forgives. The
// zero Profile is the standard, read leniently: what carriers are known to take
// although it looks odd is a warning.
type Profile struct {
	MaxSize      int64    // bytes that a file may have; 0, or more than MaxSize: MaxSize
	Require      []string // fields that may never be blank, by their LEDES names; often CLIENT_MATTER_ID
	Optional     []string // fields that may be blank although the standard wants them on some lines
	NumberChars  string   // the only characters of an INVOICE_NUMBER; "": all, those beyond A-Z a-z 0-9 . _ - warn
	UnitDecimals int      // most digits after the point of LINE_ITEM_NUMBER_OF_UNITS; 0: four, as the standard

	SingleMatter    bool // refuse an invoice over several matters instead of warning
	PositiveUnits   bool // refuse negative units instead of warning
	KnownCodes      bool // refuse task, activity and expense codes unknown to UTBMS instead of warning
	Transliterates  bool // the site itself turns characters beyond ASCII into ASCII: warn instead of refusing
	LooseTypes      bool // the site takes a type in small letters or with blanks ("f "): warn instead of refusing
	ReversedPeriods bool // the site takes a billing period that ends before it starts: warn instead of refusing
}

// Limits of [Read], whatever the profile says. What is beyond them is refused
// before memory is spent on it.
const (
	// MaxSize is how many bytes a file may have. Portals take 5 to 20 MB.
	MaxSize = 20 << 20
	// MaxLine is how many bytes a line may have, its end included: twice what the
	// longest fields of LEDES 1998B add up to, two of which may have 15 KB.
	MaxLine = 64 << 10
	// MaxLines is how many line items a file may have. So many of the largest
	// line totals ("10.4") still add up to a number that an Amount holds exactly.
	MaxLines = 50_000
)

// Validate says what is wrong with the declaration of p.
func (p Profile) Validate() error {
	for _, name := range slices.Concat(p.Require, p.Optional) {
		if !slices.ContainsFunc(fields1998B, func(f field) bool { return f.name == name }) {
			return fmt.Errorf("LEDES 1998B has no field %s", quote(name))
		}
	}
	for _, name := range p.Optional {
		if slices.Contains(identity, name) {
			return fmt.Errorf("%s cannot be optional: it tells one invoice from another", name)
		}
		if slices.Contains(p.Require, name) {
			return fmt.Errorf("%s is both required and optional", name)
		}
	}
	if p.MaxSize < 0 || p.MaxSize > MaxSize {
		return fmt.Errorf("MaxSize %d is not between 0 and %d", p.MaxSize, MaxSize)
	}
	if p.UnitDecimals < 0 || p.UnitDecimals > places {
		return fmt.Errorf("UnitDecimals %d is not between 0 and %d", p.UnitDecimals, places)
	}
	return nil
}

// maxSize is how many bytes a file may have.
func (p Profile) maxSize() int64 {
	if p.MaxSize <= 0 {
		return MaxSize
	}
	return min(p.MaxSize, MaxSize)
}

// severity is Reject where the profile refuses, else Warn.
func severity(refuse bool) Severity {
	if refuse {
		return Reject
	}
	return Warn
}

// foreign returns the first character of number that p does not allow, and
// whether there is one and how bad that is.
func (p Profile) foreign(number string) (rune, Severity, bool) {
	allowed := p.NumberChars
	if allowed == "" {
		allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
	}
	for _, r := range number {
		if !strings.ContainsRune(allowed, r) {
			return r, severity(p.NumberChars != ""), true
		}
	}
	return 0, "", false
}
