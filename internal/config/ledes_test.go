package config_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/ledes"
)

const demanding = marked + `
accounts:
  a:
    carrier: harbor
    ledes:
      max_size: 100000
      require: [CLIENT_MATTER_ID, EXP/FEE/INV_ADJ_TYPE]
      optional: [LINE_ITEM_TASK_CODE]
      max_length: {LINE_ITEM_DESCRIPTION: 2000, INVOICE_NUMBER: 50}
      number_chars: "0123456789-"
      unit_decimals: 1
      amount_decimals: 2
      single_matter: true
      positive_units: true
      known_codes: true
      transliterates: true
      loose_types: true
      reversed_periods: true
`

func demanded() ledes.Profile {
	return ledes.Profile{
		MaxSize: 100_000, Require: []string{"CLIENT_MATTER_ID", "EXP/FEE/INV_ADJ_TYPE"}, Optional: []string{"LINE_ITEM_TASK_CODE"},
		MaxLength: map[string]int{"LINE_ITEM_DESCRIPTION": 2000, "INVOICE_NUMBER": 50}, NumberChars: "0123456789-",
		UnitDecimals: 1, AmountDecimals: 2, SingleMatter: true, PositiveUnits: true, KnownCodes: true, Transliterates: true,
		LooseTypes: true, ReversedPeriods: true,
	}
}

// TestProfile: what lodge.yaml says about an account's invoices is read, and written back.
func TestProfile(t *testing.T) {
	text := demanding
	for range 2 {
		c, err := config.Read(write(t, text), known, none)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(demanded(), c.Accounts[0].LEDES); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
		var out bytes.Buffer
		if err := config.Write(&out, c); err != nil {
			t.Fatal(err)
		}
		text = out.String()
	}
}

// TestProfileOfAnAccount is added to the carrier's, whose own is left alone.
func TestProfileOfAnAccount(t *testing.T) {
	carrier := carriers.Carrier{Name: "harbor", Profile: ledes.Profile{UnitDecimals: 2, Require: []string{"INVOICE_DESCRIPTION"}}}
	c, err := config.Read(write(t, demanding), known, none)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Accounts[0].Of(carrier).Profile
	want := demanded()
	want.Require = append([]string{"INVOICE_DESCRIPTION"}, want.Require...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff(ledes.Profile{UnitDecimals: 2, Require: []string{"INVOICE_DESCRIPTION"}}, carrier.Profile); diff != "" {
		t.Errorf("the carrier's own: -want +got\n%s", diff)
	}
}

func TestProfileProblems(t *testing.T) {
	for in, want := range map[string]string{
		"require: CLIENT_ID":                                 "accounts.a.ledes.require is a list of LEDES fields",
		"require: [CLAIM]":                                   `accounts.a.ledes: LEDES has no field "CLAIM"`,
		"require: [7]":                                       "accounts.a.ledes.require is a text",
		"optional: [INVOICE_NUMBER]":                         "cannot be optional",
		"max_length: [1]":                                    `is a list of "key: value"`,
		"max_length: {CLIENT_ID: none}":                      "accounts.a.ledes.max_length.CLIENT_ID is a whole number",
		"max_length: {INVOICE_TOTAL: 9}":                     "only texts have one",
		"amount_decimals: 5":                                 "is a whole number from 1 to 4",
		"max_size: 999999999":                                "is a whole number from 1 to 20971520",
		"single_invoice: true":                               `has no key "single_invoice"`,
		"known_codes: perhaps":                               "is true or false",
		"number_chars: 123":                                  "is a text: put it in quotes",
		"unit_decimals: 0":                                   "is a whole number from 1 to 4",
		"require: [CLIENT_ID]\n      require: [LAW_FIRM_ID]": "not YAML",
	} {
		_, err := config.Read(write(t, marked+"accounts:\n  a:\n    carrier: harbor\n    ledes:\n      "+in+"\n"), known, none)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
}
