package ledes_test

import (
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

func TestProfileValidate(t *testing.T) {
	for name, p := range map[string]ledes.Profile{
		"unknown field":        {Require: []string{"CLAIM"}},
		"unknown optional":     {Optional: []string{"CLAIM"}},
		"unknown length":       {MaxLength: map[string]int{"CLAIM": 1}},
		"identity is optional": {Optional: []string{"INVOICE_NUMBER"}},
		"both":                 {Require: []string{"CLIENT_MATTER_ID"}, Optional: []string{"CLIENT_MATTER_ID"}},
		"length of a number":   {MaxLength: map[string]int{"INVOICE_TOTAL": 5}},
		"no length":            {MaxLength: map[string]int{"CLIENT_ID": 0}},
		"too long":             {MaxLength: map[string]int{"CLIENT_ID": 15361}},
		"too large":            {MaxSize: ledes.MaxSize + 1},
		"negative size":        {MaxSize: -1},
		"five decimals":        {UnitDecimals: 5},
		"five of money":        {AmountDecimals: 5},
		"less than none":       {AmountDecimals: -1},
	} {
		if p.Validate() == nil {
			t.Errorf("%s is allowed", name)
		}
	}
}

// TestProfileWith: the second has the last word, and nothing of the first is changed.
func TestProfileWith(t *testing.T) {
	p := ledes.Profile{MaxSize: 5, Require: []string{"CLIENT_ID", "PO_NUMBER"}, Optional: []string{"MATTER_NAME"},
		MaxLength: map[string]int{"CLIENT_ID": 1, "PO_NUMBER": 2}, NumberChars: "a", UnitDecimals: 1, KnownCodes: true}
	q := ledes.Profile{MaxSize: 3, Require: []string{"MATTER_NAME"}, Optional: []string{"PO_NUMBER"},
		MaxLength: map[string]int{"CLIENT_ID": 9}, NumberChars: "b", AmountDecimals: 2, SingleMatter: true}
	want := ledes.Profile{MaxSize: 3, Require: []string{"CLIENT_ID", "MATTER_NAME"}, Optional: []string{"PO_NUMBER"},
		MaxLength: map[string]int{"CLIENT_ID": 9, "PO_NUMBER": 2}, NumberChars: "b", UnitDecimals: 1, AmountDecimals: 2,
		KnownCodes: true, SingleMatter: true}
	if diff := cmp.Diff(want, p.With(q)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, one := range []ledes.Profile{p, q, {}} {
		if diff := cmp.Diff(one, one.With(ledes.Profile{})); diff != "" {
			t.Errorf("with nothing: %s", diff)
		}
		if diff := cmp.Diff(one, ledes.Profile{}.With(one)); diff != "" {
			t.Errorf("nothing with it: %s", diff)
		}
	}
	if len(p.Require) != 2 || len(p.MaxLength) != 2 || len(q.MaxLength) != 1 {
		t.Errorf("changed: %+v, %+v", p, q)
	}
}
