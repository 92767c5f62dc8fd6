package ledes

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Profile is what a carrier demands beyond the standard, or forgives. The
// zero Profile is the standard, read leniently: what carriers are known to take
// although it looks odd is a warning. Fields are named as LEDES names them.
type Profile struct {
	MaxSize        int64          // bytes that a file may have; 0, or more than the limit: the limit
	Require        []string       // fields that may never be blank; often CLIENT_MATTER_ID
	Optional       []string       // fields that may be blank although the standard wants them on some lines
	MaxLength      map[string]int // most characters of a text, where that is not the standard's number
	NumberChars    string         // the only characters of an INVOICE_NUMBER; "": all, those beyond A-Z a-z 0-9 . _ - warn
	UnitDecimals   int            // most digits after the point of LINE_ITEM_NUMBER_OF_UNITS; 0: four, as the standard
	AmountDecimals int            // most digits after the point of any amount of money; 0: four, as the standard

	SingleInvoice   bool // refuse a file of several invoices
	SingleMatter    bool // refuse an invoice over several matters instead of warning
	PositiveUnits   bool // refuse negative units instead of warning
	KnownCodes      bool // refuse task, activity and expense codes unknown to UTBMS instead of warning
	Transliterates  bool // the site itself turns characters beyond ASCII into ASCII: warn instead of refusing
	LooseTypes      bool // the site takes a type in small letters or with blanks ("f "): warn instead of refusing
	ReversedPeriods bool // the site takes a billing period that ends before it starts: warn instead of refusing
}

// Validate says what is wrong with the declaration of p.
func (p Profile) Validate() error {
	for _, name := range slices.Concat(p.Require, p.Optional, slices.Sorted(maps.Keys(p.MaxLength))) {
		if _, ok := fieldNamed(name); !ok {
			return fmt.Errorf("LEDES has no field %s", quote(name))
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
	for name, n := range p.MaxLength {
		if f, _ := fieldNamed(name); f.kind != text || n < 1 || n > kilobytes15 {
			return fmt.Errorf("MaxLength of %s is %d: only texts have one, from 1 to %d", name, n, kilobytes15)
		}
	}
	return p.validateNumbers()
}

func (p Profile) validateNumbers() error {
	if p.MaxSize < 0 || p.MaxSize > MaxSize {
		return fmt.Errorf("MaxSize %d is not between 0 and %d", p.MaxSize, MaxSize)
	}
	if p.UnitDecimals < 0 || p.UnitDecimals > places {
		return fmt.Errorf("UnitDecimals %d is not between 0 and %d", p.UnitDecimals, places)
	}
	if p.AmountDecimals < 0 || p.AmountDecimals > places {
		return fmt.Errorf("AmountDecimals %d is not between 0 and %d", p.AmountDecimals, places)
	}
	return nil
}

// With is p and what q says beyond it. A field that one requires and the other makes
// optional is as q has it; so are sizes, lengths, digits and characters of which both
// say something. What either refuses is refused, and what either forgives is forgiven.
func (p Profile) With(q Profile) Profile {
	return Profile{
		MaxSize:        limit(q.MaxSize, p.MaxSize),
		Require:        union(without(p.Require, q.Optional), q.Require),
		Optional:       union(without(p.Optional, q.Require), q.Optional),
		MaxLength:      overlaid(p.MaxLength, q.MaxLength),
		NumberChars:    cmp.Or(q.NumberChars, p.NumberChars),
		UnitDecimals:   limit(q.UnitDecimals, p.UnitDecimals),
		AmountDecimals: limit(q.AmountDecimals, p.AmountDecimals),

		SingleInvoice:   p.SingleInvoice || q.SingleInvoice,
		SingleMatter:    p.SingleMatter || q.SingleMatter,
		PositiveUnits:   p.PositiveUnits || q.PositiveUnits,
		KnownCodes:      p.KnownCodes || q.KnownCodes,
		Transliterates:  p.Transliterates || q.Transliterates,
		LooseTypes:      p.LooseTypes || q.LooseTypes,
		ReversedPeriods: p.ReversedPeriods || q.ReversedPeriods,
	}
}

func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
}

// union is nil if both are empty.
func union(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

func overlaid(under, over map[string]int) map[string]int {
	if len(over) == 0 {
		return under
	}
	all := maps.Clone(over)
	for name, n := range under {
		if _, ok := all[name]; !ok {
			all[name] = n
		}
	}
	return all
}

// maxSize is how many bytes a file may have.
func (p Profile) maxSize(limit int64) int64 {
	if p.MaxSize <= 0 {
		return limit
	}
	return min(p.MaxSize, limit)
}

// decimals is how many digits may follow the point of a field.
func (p Profile) decimals(f field) int {
	n := 0
	switch f.kind {
	case units:
		n = p.UnitDecimals
	case money:
		n = p.AmountDecimals
	}
	return limit(n, places)
}

// A choice is a rule whose severity a Profile chooses.
type choice struct {
	code   string
	refuse func(Profile) bool
}

// choices are all of them; what a rule is without a profile, [Rules] says.
var choices = []choice{
	{CodeSeveralInvoices, func(p Profile) bool { return p.SingleInvoice }},
	{CodeMultiMatter, func(p Profile) bool { return p.SingleMatter }},
	{CodeNegativeUnits, func(p Profile) bool { return p.PositiveUnits }},
	{CodeUnknownCode, func(p Profile) bool { return p.KnownCodes }},
	{CodeNonASCII, func(p Profile) bool { return !p.Transliterates }},
	{CodeTypeForm, func(p Profile) bool { return !p.LooseTypes }},
	{CodePeriod, func(p Profile) bool { return !p.ReversedPeriods }},
	{CodeNumberChars, func(p Profile) bool { return p.NumberChars != "" }},
}

// severity is Reject where the profile refuses, else Warn.
func severity(refuse bool) Severity {
	if refuse {
		return Reject
	}
	return Warn
}

// foreign returns the first character of number that p does not allow, and
// whether there is one.
func (p Profile) foreign(number string) (rune, bool) {
	allowed := p.NumberChars
	if allowed == "" {
		allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
	}
	for _, r := range number {
		if !strings.ContainsRune(allowed, r) {
			return r, true
		}
	}
	return 0, false
}
