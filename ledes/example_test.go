package ledes_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"example.com/lodge/ledes"
)

// narrated is a file with a word processor's quote, and a total that is not the sum.
func narrated() string {
	file := strings.Replace(sound, "Read the complaint", "Read Roe\u2019s complaint", 1)
	return strings.ReplaceAll(file, "|540.00|", "|540.01|")
}

func ExampleCheck() {
	report, err := ledes.Check(strings.NewReader(narrated()), ledes.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Verdict)
	for _, f := range report.Findings {
		fmt.Printf("line %d, %s: %s; expected: %s\n", f.Line, f.Field, f.Message, f.Expected)
		fmt.Println(f.Excerpt.Text)
		fmt.Println(f.Excerpt.Mark())
	}
	// Output:
	// reject
	// line 3, INVOICE_TOTAL: the total of the invoice is 540.01, but its lines add up to 540.00; expected: 540.00
	// 20260131|A-1001|ACME|M-7|540.01|20260101|20260131|January...
	//                          ^^^^^^
	// line 3, LINE_ITEM_DESCRIPTION: LINE_ITEM_DESCRIPTION holds characters beyond ASCII, in UTF-8, for instance curly quotes or a long dash: "Read Roe\u2019s complaint"; expected: ASCII
	// ...112|L110||A104|JD|Read Roe?s complaint|12-3456789|350...
	//                              ^
}

// A carrier that takes what the standard does not, and asks for what the standard leaves
// open.
func ExampleProfile() {
	profile := ledes.Profile{
		Require:        []string{"INVOICE_DESCRIPTION"},
		MaxLength:      map[string]int{"LINE_ITEM_DESCRIPTION": 10},
		Transliterates: true,
	}
	report, err := ledes.Check(strings.NewReader(sound), ledes.Options{Profile: profile})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Findings {
		fmt.Println(f.Severity, f.Code, f.Line, f.Value)
	}
	// Output:
	// reject too-long 3 "Read the complaint"
}

func ExampleFile_Split() {
	file, err := ledes.Read(strings.NewReader(again(sound)), ledes.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, part := range file.Split() {
		inv := file.Invoices[i]
		fmt.Printf("%s.txt: %d bytes, %s in %d lines\n", inv.Number, len(part.Bytes), inv.Total, len(inv.Lines))
	}
	// Output:
	// A-1001.txt: 865 bytes, 540.00 in 3 lines
	// A-1002.txt: 865 bytes, 540.00 in 3 lines
}

func ExampleWrite() {
	day := time.Date(2026, 10, 14, 0, 0, 0, 0, time.UTC)
	inv := ledes.Invoice{
		Number: "2026-1107", ClientID: "NORTHQUAY", Matter: "2025-0417", LawFirmID: "74-2210934",
		Date: day, Start: day, End: day,
		Lines: []ledes.Line{{
			Kind: ledes.Fee, Date: day, Units: ledes.Cents(150), UnitCost: ledes.Cents(410_00),
			Task: "L210", Activity: "A103", Description: "Draft answer",
			Timekeeper: ledes.Timekeeper{ID: "MO", Name: "Okafor, Miriam", Class: "PARTNR"},
		}},
	}
	inv.Complete() // line numbers and totals
	var out bytes.Buffer
	if err := ledes.Write(&out, inv); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.Split(out.String(), "\r\n")[2])
	inv.Lines[0].Description = "Draft answer | revise"
	fmt.Print("\n", ledes.Write(&out, inv))
	// Output:
	// 20261014|2026-1107|NORTHQUAY|2025-0417|615.00|20261014|20261014||1|F|1.50|0.00|615.00|20261014|L210||A103|MO|Draft answer|74-2210934|410.00|Okafor, Miriam|PARTNR|[]
	// invoice "2026-1107", line item "1": LINE_ITEM_DESCRIPTION cannot hold "Draft answer | revise": LEDES has no way to write a |
}

// What LEDES cannot hold is replaced, and told.
func ExampleEncoder() {
	file, err := ledes.Read(strings.NewReader(sound98BI), ledes.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	inv := file.Invoices[0]
	inv.Lines[0].Description = "Caf\u00e9 | \u201cmeeting\u201d"
	var out bytes.Buffer
	changes, err := ledes.Encoder{Format: ledes.LEDES98BI, Transliterate: true}.Write(&out, inv)
	fmt.Println(err)
	for _, c := range changes {
		fmt.Printf("invoice %s, line item %s, %s: %s\n", c.Invoice, c.Line, c.Field, c.To)
	}
	// Output:
	// <nil>
	// invoice A-1001, line item 1, LINE_ITEM_DESCRIPTION: Cafe / "meeting"
}

func ExampleScanner() {
	s := ledes.NewScanner(strings.NewReader(sound), ledes.Limits{})
	for s.Scan() {
		fields := s.Fields()
		fmt.Printf("line %d: %d fields, the first is %s\n", s.Line(), len(fields), fields[0])
	}
	fmt.Println(s.Err())
	// Output:
	// line 1: 1 fields, the first is LEDES1998B
	// line 2: 24 fields, the first is INVOICE_DATE
	// line 3: 24 fields, the first is 20260131
	// line 4: 24 fields, the first is 20260131
	// line 5: 24 fields, the first is 20260131
	// <nil>
}

func ExampleRuleOf() {
	rule, _ := ledes.RuleOf(ledes.CodeLineTotal)
	fmt.Println(rule.Means)
	fmt.Println(rule.Mend)
	fmt.Println(rule.Source, "-", rule.Certainty)
	// Output:
	// Units times unit cost plus adjustment do not make the line's total
	// Correct whichever is wrong
	// Thomson Reuters Legal Tracker, list of errors (006) - standard
}
