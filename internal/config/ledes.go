package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"example.com/lodge/ledes"
)

// profile reads what an account says about its invoices: the keys of [ledes.Profile] as
// lodge.yaml has them. Lodge cuts files into invoices itself, so that there is none for
// SingleInvoice.
func (r *reader) profile(what string, p *ledes.Profile) func(ast.Node) {
	var size int
	sub := func(key string) string { return what + "." + key }
	read := r.mapping(what, fields{
		"max_size":        r.number(sub("max_size"), 1, ledes.MaxSize, &size),
		"require":         r.names(sub("require"), &p.Require),
		"optional":        r.names(sub("optional"), &p.Optional),
		"max_length":      r.lengths(sub("max_length"), p),
		"number_chars":    r.text(sub("number_chars"), &p.NumberChars),
		"unit_decimals":   r.number(sub("unit_decimals"), 1, 4, &p.UnitDecimals),
		"amount_decimals": r.number(sub("amount_decimals"), 1, 4, &p.AmountDecimals),

		"single_matter":    r.flag(sub("single_matter"), &p.SingleMatter),
		"positive_units":   r.flag(sub("positive_units"), &p.PositiveUnits),
		"known_codes":      r.flag(sub("known_codes"), &p.KnownCodes),
		"transliterates":   r.flag(sub("transliterates"), &p.Transliterates),
		"loose_types":      r.flag(sub("loose_types"), &p.LooseTypes),
		"reversed_periods": r.flag(sub("reversed_periods"), &p.ReversedPeriods),
	})
	return func(n ast.Node) {
		read(n)
		p.MaxSize = int64(size)
		if err := p.Validate(); err != nil {
			r.wrong(n, "%s: %v", what, err)
		}
	}
}

// names reads a list of LEDES fields.
func (r *reader) names(what string, to *[]string) func(ast.Node) {
	return func(n ast.Node) {
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			r.wrong(n, "%s is a list of LEDES fields, such as [CLIENT_MATTER_ID]", what)
			return
		}
		for _, v := range list.Values {
			var name string
			r.text(what, &name)(v)
			if name != "" {
				*to = append(*to, name)
			}
		}
	}
}

// lengths reads the most characters of LEDES fields.
func (r *reader) lengths(what string, p *ledes.Profile) func(ast.Node) {
	return func(n ast.Node) {
		p.MaxLength = map[string]int{}
		r.pairs(what, n, func(name string, _, value ast.Node) {
			length := 0
			r.number(what+"."+name, 1, 15<<10, &length)(value)
			p.MaxLength[name] = max(length, 1) // what is wrong with it was said
		})
		if len(p.MaxLength) == 0 {
			p.MaxLength = nil
		}
	}
}

// pairsOf writes a map as YAML does within a line.
func pairsOf(m map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, fmt.Sprintf("%s: %d", name, m[name]))
	}
	return strings.Join(list, ", ")
}

// profileLines are p as lodge.yaml has it, a line each; none of the zero Profile.
func profileLines(p ledes.Profile) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if p.MaxSize > 0 {
		add("max_size: %d", p.MaxSize)
	}
	if len(p.Require) > 0 {
		add("require: [%s]", strings.Join(p.Require, ", "))
	}
	if len(p.Optional) > 0 {
		add("optional: [%s]", strings.Join(p.Optional, ", "))
	}
	if len(p.MaxLength) > 0 {
		add("max_length: {%s}", pairsOf(p.MaxLength))
	}
	if p.NumberChars != "" {
		add("number_chars: %q", p.NumberChars)
	}
	for _, n := range []struct {
		key   string
		value int
	}{{"unit_decimals", p.UnitDecimals}, {"amount_decimals", p.AmountDecimals}} {
		if n.value > 0 {
			add("%s: %d", n.key, n.value)
		}
	}
	for _, f := range []struct {
		key string
		set bool
	}{
		{"single_matter", p.SingleMatter}, {"positive_units", p.PositiveUnits}, {"known_codes", p.KnownCodes},
		{"transliterates", p.Transliterates}, {"loose_types", p.LooseTypes}, {"reversed_periods", p.ReversedPeriods},
	} {
		if f.set {
			add("%s: true", f.key)
		}
	}
	return lines
}
