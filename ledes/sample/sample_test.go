package sample_test

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/lodge/ledes"
	"example.com/lodge/ledes/sample"
	"example.com/lodge/ledes/utbms"
)

var october = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// made are the first n invoices of a seed.
func made(t testing.TB, seed uint64, n int, o sample.Options) []ledes.Invoice {
	t.Helper()
	list, err := invoices(seed, n, o)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func invoices(seed uint64, n int, o sample.Options) (list []ledes.Invoice, err error) {
	g, err := sample.New(seed, o)
	if err != nil {
		return nil, err
	}
	for range n {
		list = append(list, g.Next())
	}
	return list, nil
}

// options are any that mean something.
func options() *rapid.Generator[sample.Options] {
	ids := []string{""}
	for _, f := range sample.Firms() {
		ids = append(ids, f.ID)
	}
	clients := []string{"", "harbor"}
	for _, c := range sample.Clients() {
		clients = append(clients, c.ID)
	}
	return rapid.Custom(func(t *rapid.T) sample.Options {
		return sample.Options{
			Month:  time.Date(rapid.IntRange(1900, 9999).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 28, 23, 0, 0, 0, time.UTC),
			Lines:  rapid.IntRange(0, 150).Draw(t, "lines"),
			Firm:   rapid.SampledFrom(ids).Draw(t, "firm"),
			Client: rapid.SampledFrom(clients).Draw(t, "client"),
			First:  rapid.IntRange(0, 1_000_000).Draw(t, "first"),
			Taxes:  rapid.Bool().Draw(t, "taxes"),
		}
	})
}

// Whatever the seed and the options, no finding is in any file of any format, nor in what
// it is split into, and what is read is what was made.
func TestNothingIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := options().Draw(t, "options")
		list, err := invoices(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 5).Draw(t, "invoices"), o)
		if err != nil {
			t.Fatal(err)
		}
		formats := []ledes.Format{ledes.LEDES98BI}
		if !o.Taxes {
			formats = append(formats, ledes.LEDES1998B)
		}
		for _, format := range formats {
			var b bytes.Buffer
			changed, err := ledes.Encoder{Format: format}.Write(&b, list...)
			if err != nil || len(changed) > 0 {
				t.Fatalf("%s: %v, changed %v", format, err, changed)
			}
			checkFile(t, format, b.Bytes(), list)
		}
		for _, inv := range list {
			checkInvoice(t, o, inv)
		}
	})
}

// checkFile reads a file as strictly as it can be, and each of its parts.
func checkFile(t *rapid.T, format ledes.Format, data []byte, list []ledes.Invoice) {
	report, err := ledes.Check(bytes.NewReader(data), ledes.Options{Strict: true})
	if err != nil || report.Verdict != ledes.Accepted || len(report.Findings) > 0 || report.Format != format || len(report.Invoices) != len(list) {
		t.Fatalf("%s: %v, %+v", format, err, report)
	}
	f, err := ledes.Read(bytes.NewReader(data), ledes.Options{})
	if err != nil {
		t.Fatal(err)
	}
	parts := f.Split()
	if len(parts) != len(list) {
		t.Fatalf("%d parts of %d invoices", len(parts), len(list))
	}
	for i, part := range parts {
		one, err := ledes.Read(bytes.NewReader(part.Bytes), ledes.Options{Profile: ledes.Profile{SingleInvoice: true, SingleMatter: true}})
		if err != nil || one.Verdict() != ledes.Accepted {
			t.Fatalf("part %d: %v, %v", i, err, one.Findings)
		}
		if got, want := one.Invoices[0], list[i]; got.Number != want.Number || got.Total != want.Total || len(got.Lines) != len(want.Lines) {
			t.Fatalf("part %d: %s, %s, %d lines; made was %s, %s, %d lines", i, got.Number, got.Total, len(got.Lines),
				want.Number, want.Total, len(want.Lines))
		}
	}
}

// checkInvoice is what no reader of a file finds.
func checkInvoice(t *rapid.T, o sample.Options, inv ledes.Invoice) {
	most := o.Lines
	if most == 0 {
		most = sample.DefaultLines
	}
	if n := len(inv.Lines); n < min(3, most) || n > most {
		t.Errorf("%d lines, of at most %d", n, most)
	}
	if inv.Total.Cmp(ledes.Amount{}) <= 0 {
		t.Errorf("the total is %s", inv.Total)
	}
	if inv.International.TaxTotal.IsZero() == o.Taxes {
		t.Errorf("taxes %v, and they come to %s", o.Taxes, inv.International.TaxTotal)
	}
	if inv.Start.Format("2006-01") != o.Month.Format("2006-01") || inv.End.AddDate(0, 0, 1) != inv.Start.AddDate(0, 1, 0) {
		t.Errorf("billed is from %s to %s, not %s", inv.Start, inv.End, o.Month)
	}
	if !strings.HasPrefix(inv.ClientID, strings.ToUpper(o.Client)) || o.Firm != "" && inv.LawFirmID != o.Firm {
		t.Errorf("%s for %s, asked was for %q for %q", inv.LawFirmID, inv.ClientID, o.Firm, o.Client)
	}
	for _, line := range inv.Lines {
		if line.Total.IsZero() {
			t.Errorf("a line of nothing: %+v", line)
		}
	}
}

// The same seed makes the same invoices, the first ones of many, and another seed others.
// In another month the cases are the same and the work is not.
func TestSeeds(t *testing.T) {
	o := sample.Options{Month: october}
	list := made(t, 7, 20, o)
	if diff := cmp.Diff(list[:5], made(t, 7, 5, o)); diff != "" {
		t.Errorf("the same seed: %s", diff)
	}
	if other := made(t, 8, 5, o); cmp.Equal(list[0].Lines, other[0].Lines) {
		t.Error("another seed makes the same work")
	}
	o.Month = o.Month.AddDate(0, -1, 0)
	for i, before := range made(t, 7, 5, o) {
		now := list[i]
		if before.Matter != now.Matter || before.ClientMatter != now.ClientMatter || before.International.MatterName != now.International.MatterName {
			t.Errorf("the case %s is %s in the month before", now.Matter, before.Matter)
		}
		if before.Number == now.Number || len(before.Lines) == len(now.Lines) && before.Total == now.Total {
			t.Errorf("the month before has the same invoice, %s", before.Number)
		}
	}
	given := o
	given.First = 10_001
	if got := made(t, 7, 3, given)[2].Number; !strings.HasSuffix(got, "-2609-10003") {
		t.Errorf("the third number from 10001 is %s", got)
	}
}

// What many invoices have among them: no number and no case twice, all sizes, firms and
// clients, and enough of every kind of line and of every code.
func TestSpread(t *testing.T) {
	sizes, kinds, codes, firms, clients := map[int]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	numbers, matters := map[string]bool{}, map[string]bool{}
	const seeds, each = 12, 100
	for seed := range uint64(seeds) {
		for _, inv := range made(t, seed, each, sample.Options{Month: october}) {
			if key := fmt.Sprint(seed, inv.Number); numbers[key] || matters[fmt.Sprint(seed, inv.Matter)] {
				t.Errorf("seed %d: invoice %s or its matter %s is there twice", seed, inv.Number, inv.Matter)
			}
			numbers[fmt.Sprint(seed, inv.Number)], matters[fmt.Sprint(seed, inv.Matter)] = true, true
			sizes[len(inv.Lines)]++
			firms[inv.International.LawFirm.Name]++
			clients[inv.ClientID]++
			checkDays(t, inv)
			if inv.Total.Cmp(ledes.Amount{}) <= 0 {
				t.Errorf("%s comes to %s", inv.Number, inv.Total)
			}
			for _, line := range inv.Lines {
				if line.Total.IsZero() {
					t.Errorf("%s has a line of nothing: %+v", inv.Number, line)
				}
				kinds[kindOf(line)]++
				codes[line.Task+line.Activity+line.Expense]++
			}
		}
	}
	for size, least := range map[int]int{3: 20, 10: 10, 20: 5, 60: 1} {
		if sizes[size] < least {
			t.Errorf("%d of %d invoices have %d lines", sizes[size], seeds*each, size)
		}
	}
	if len(sizes) != 58 {
		t.Errorf("there are %d sizes, of 58", len(sizes))
	}
	for kind, least := range map[string]int{"fee": 5000, "expense": 2000, "discount of a line": 300, "credit": 50, "IF": 100, "IE": 40} {
		if kinds[kind] < least || kinds[kind] > 10*least {
			t.Errorf("%d lines are %s; all: %v", kinds[kind], kind, kinds)
		}
	}
	if len(firms) != len(sample.Firms()) || len(clients) != 3*len(sample.Clients()) {
		t.Errorf("firms %v, clients %v", firms, clients)
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if codes[code] < 50 {
			t.Errorf("only %d lines have the code %s", codes[code], code)
		}
	}
}

func kindOf(line ledes.Line) string {
	switch {
	case strings.HasPrefix(line.Description, "Credit"):
		return "credit"
	case line.Kind == ledes.Fee && line.Adjustment.IsNegative():
		return "discount of a line"
	case line.Kind == ledes.Fee:
		return "fee"
	case line.Kind == ledes.Expense:
		return "expense"
	}
	return string(line.Kind)
}

// checkDays holds that nobody works more than ten hours a day, or on Sundays.
func checkDays(t *testing.T, inv ledes.Invoice) {
	t.Helper()
	hours := map[string]ledes.Amount{}
	for _, line := range inv.Lines {
		if line.Kind != ledes.Fee {
			continue
		}
		at := line.Timekeeper.ID + line.Date.Format(" Mon 2006-01-02")
		if hours[at] = hours[at].Add(line.Units); hours[at].Cmp(ledes.Cents(10_00)) > 0 || line.Date.Weekday() == time.Sunday {
			t.Errorf("%s: %s works %s hours", inv.Number, at, hours[at])
		}
	}
}

// activities are the words with which a narrative of an activity begins.
var activities = map[string]string{
	"A101": `^(Plan|Prepare)`,
	"A102": `^Research`,
	"A103": `^(Draft|Prepare)`,
	"A104": `^(Review|Analyze)`,
	"A105": `^Confer in firm`,
	"A106": `^(Telephone conference|Confer|Meet) with (claims examiner|representative)`,
	"A107": `^Correspond with counsel`,
	"A108": `^(Telephone (interview|conference)|Confer)`,
	"A109": `^(Appear|Attend)`,
	"A110": `^(Organize|Assemble)`,
}

// Who does what: no paralegal appears in court, and no partner files papers.
var classes = map[string][]string{
	"PARTNR": {"A101", "A103", "A104", "A105", "A106", "A107", "A108", "A109"},
	"ASSOC":  {"A101", "A102", "A103", "A104", "A105", "A106", "A107", "A108", "A109"},
	"PARALG": {"A103", "A104", "A110"},
}

// leftOver is a word that stands for something of the case.
var leftOver = regexp.MustCompile(`INSURED|CLAIMANT|PLEADING|RECORD|EXPERT|WITNESS|ISSUE|PERSON`)

// A narrative says what its codes say, in the words of the case. No case is pleaded and tried
// in the same month.
func TestNarrativesFitTheirCodes(t *testing.T) {
	seen := map[string]bool{}
	pleads, tries := 0, 0
	for seed := range uint64(20) {
		for _, inv := range made(t, seed, 10, sample.Options{Month: october}) {
			if leftOver.MatchString(inv.Description) {
				t.Errorf("description %q", inv.Description)
			}
			has := func(task string) bool {
				return slices.ContainsFunc(inv.Lines, func(l ledes.Line) bool { return strings.HasPrefix(l.Task, task) })
			}
			switch pleaded, tried := has("L210"), has("L4"); {
			case pleaded && tried:
				t.Errorf("%s pleads and tries", inv.Number)
			case pleaded:
				pleads++
			case tried:
				tries++
			}
			for _, line := range inv.Lines {
				if leftOver.MatchString(line.Description) {
					t.Errorf("narrative %q", line.Description)
				}
				if strings.HasSuffix(inv.ClientID, "-WC") && strings.Contains(line.Description, "plaintiff") {
					t.Errorf("%s has no plaintiff: %s", inv.ClientID, line.Description)
				}
				if line.Kind != ledes.Fee {
					continue
				}
				seen[line.Activity] = true
				if !slices.Contains(classes[line.Timekeeper.Class], line.Activity) {
					t.Errorf("%s does %s", line.Timekeeper.Class, line.Description)
				}
				if begin := activities[line.Activity]; begin == "" || !regexp.MustCompile(begin).MatchString(line.Description) {
					t.Errorf("%s: %s", line.Activity, line.Description)
				}
				if task, _ := utbms.Lookup(line.Task); task.Set != utbms.Litigation || task.Certainty != utbms.Certain {
					t.Errorf("task %+v", task)
				}
			}
		}
	}
	if len(seen) != len(activities) || pleads == 0 || tries == 0 {
		t.Errorf("seen are the activities %v; pleadings %d times, trials %d times", slices.Sorted(maps.Keys(seen)), pleads, tries)
	}
}

// rates are what an hour of a class may cost.
var rates = map[string][2]int64{"PARTNR": {235, 320}, "ASSOC": {170, 230}, "PARALG": {90, 125}}

func TestRates(t *testing.T) {
	paid := map[string]ledes.Amount{} // by firm and timekeeper
	for seed := range uint64(20) {
		for _, inv := range made(t, seed, 10, sample.Options{Month: october}) {
			for _, line := range inv.Lines {
				if line.Kind != ledes.Fee {
					continue
				}
				k, between := line.Timekeeper, rates[line.Timekeeper.Class]
				if line.UnitCost.Cmp(ledes.Cents(100*between[0])) < 0 || line.UnitCost.Cmp(ledes.Cents(100*between[1])) > 0 {
					t.Errorf("%s, %s, bills %s an hour", k.Name, k.Class, line.UnitCost)
				}
				who := inv.LawFirmID + k.ID
				if before, known := paid[who]; known && before != line.UnitCost {
					t.Errorf("%s bills %s and %s", k.Name, before, line.UnitCost)
				}
				paid[who] = line.UnitCost
			}
		}
	}
}

// Fees are taxed and expenses are not, at a rate that the table has right.
func TestTaxes(t *testing.T) {
	for _, f := range sample.Firms() {
		for _, inv := range made(t, 3, 20, sample.Options{Month: october, Firm: f.ID, Taxes: true}) {
			if inv.LawFirmID != f.ID {
				t.Fatalf("%s sends an invoice of %s", f.Name, inv.LawFirmID)
			}
			for _, line := range inv.Lines {
				fee := line.Kind == ledes.Fee || line.Kind == ledes.FeeAdjustment
				if line.Tax.Rate.IsZero() == fee || line.Tax.Total.IsZero() == fee || (line.Tax.Type == "") == fee {
					t.Errorf("%s: the tax of %s %s is %+v", f.Name, line.Kind, line.Total, line.Tax)
				}
			}
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	for _, c := range []struct {
		o    sample.Options
		says string
	}{
		{sample.Options{}, "1900"},
		{sample.Options{Month: october.AddDate(8000, 0, 0)}, "9999"},
		{sample.Options{Month: october, Lines: -1}, "-1 line items"},
		{sample.Options{Month: october, First: -1}, "first number -1"},
		{sample.Options{Month: october, Firm: "nobody"}, `no firm with the id "nobody"`},
		{sample.Options{Month: october, Client: "nobody"}, `no client "nobody"`},
	} {
		if g, err := sample.New(1, c.o); err == nil || !strings.Contains(err.Error(), c.says) || g != nil {
			t.Errorf("%+v: %v, %v", c.o, g, err)
		}
	}
}
