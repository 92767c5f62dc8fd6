package ledes_test

import (
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

// header98BI is the second line of every LEDES 98BI file.
var header98BI = strings.TrimSuffix(header, "[]") + "|PO_NUMBER|CLIENT_TAX_ID|MATTER_NAME|INVOICE_TAX_TOTAL|INVOICE_NET_TOTAL|INVOICE_CURRENCY|" +
	"TIMEKEEPER_LAST_NAME|TIMEKEEPER_FIRST_NAME|ACCOUNT_TYPE|LAW_FIRM_NAME|LAW_FIRM_ADDRESS_1|LAW_FIRM_ADDRESS_2|LAW_FIRM_CITY|" +
	"LAW_FIRM_STATEorREGION|LAW_FIRM_POSTCODE|LAW_FIRM_COUNTRY|CLIENT_NAME|CLIENT_ADDRESS_1|CLIENT_ADDRESS_2|CLIENT_CITY|" +
	"CLIENT_STATEorREGION|CLIENT_POSTCODE|CLIENT_COUNTRY|LINE_ITEM_TAX_RATE|LINE_ITEM_TAX_TOTAL|LINE_ITEM_TAX_TYPE|" +
	"INVOICE_REPORTED_TAX_TOTAL|INVOICE_TAX_CURRENCY[]"

// sound98BI is a file of LEDES 98BI without a finding: the lines of sound with a tax of
// 20 per cent, which is 100.00, 12.00 and -4.00.
var sound98BI = func() string {
	const party = "Moor & Quay LLP|1 Dock Road||London||E1 6AN|GBR|Acme Insurance|2 Bank Street||London||EC2R|GBR|"
	var b strings.Builder
	b.WriteString("LEDES98BI V2[]\n" + header98BI + "\n")
	for i, line := range []struct{ total, tax, last, first string }{
		{"600.00", "100.00", "Doe", "Jane"}, {"72.00", "12.00", "", ""}, {"-24.00", "-4.00", "", ""},
	} {
		old := strings.TrimSuffix(strings.Split(sound, "\n")[i+2], "[]")
		values := strings.Split(old, "|")
		values[4], values[12] = "648.00", line.total
		b.WriteString(strings.Join(values, "|") + "|PO-9|GB123|Acme v. Roe|108.00|540.00|GBP|" + line.last + "|" + line.first + "|O|" +
			party + "0.2|" + line.tax + "|VAT|108.00|GBP[]\n")
	}
	return b.String()
}()

// set98BI puts a value into a field of a 1-based line of LEDES 98BI.
func set98BI(line int, field, value string) edit { return setIn(header98BI, line, field, value) }

func setAll98BI(field, value string) edit {
	return all(set98BI(3, field, value), set98BI(4, field, value), set98BI(5, field, value))
}

// cases98BI has what LEDES 98BI adds to the table of verdicts.
var cases98BI = []verdictCase{
	{name: "as it is", edit: all()},
	{name: "by ledestool", edit: replace("LEDES98BI V2", "LEDES98BI V5")},
	{name: "by a converter", edit: replace("LEDES98BI V2", "LEDES1998BI V2")},
	{name: "no version", edit: replace("LEDES98BI V2", "LEDES98BI"), want: []string{"warn format-line 1"}},
	{name: "names all in capitals", edit: replace("LAW_FIRM_STATEorREGION", "LAW_FIRM_STATEORREGION")},
	{name: "names in small letters", edit: replace("LAW_FIRM_STATEorREGION", "law_firm_stateorregion"), want: []string{"warn header-form 2"}},
	{name: "a name of another version", edit: replace("|PO_NUMBER|", "|PURCHASE_ORDER|"), want: []string{"reject header-name 2 PO_NUMBER"}},
	{name: "columns of 98BI under 98B", edit: replace("LEDES98BI V2", "LEDES1998B"), want: []string{"reject header-count 2"}},
	{name: "51 fields", edit: replace("|GBP[]\n", "[]\n"), want: []string{"reject field-count 3"}},
	{name: "several invoices", edit: func(file string) string {
		_, items, _ := strings.Cut(file, header98BI+"\n")
		return file + strings.ReplaceAll(items, "A-1001", "A-1002")
	}},

	{name: "blank that is said to be wanted", edit: setAll98BI("CLIENT_TAX_ID", ""), want: []string{"warn 98bi-blank 3 CLIENT_TAX_ID"}},
	{name: "blank that the carrier wants", edit: setAll98BI("CLIENT_TAX_ID", ""), profile: ledes.Profile{Require: []string{"CLIENT_TAX_ID"}}, want: []string{"reject required 3 CLIENT_TAX_ID"}},
	{name: "blank that the carrier leaves to us", edit: setAll98BI("CLIENT_TAX_ID", ""), profile: ledes.Profile{Optional: []string{"CLIENT_TAX_ID"}}},
	{name: "no surname on a fee", edit: set98BI(3, "TIMEKEEPER_LAST_NAME", ""), want: []string{"warn 98bi-blank 3 TIMEKEEPER_LAST_NAME"}},
	{name: "longer than is said", edit: setAll98BI("LAW_FIRM_CITY", strings.Repeat("x", 41)), want: []string{"warn 98bi-too-long 3 LAW_FIRM_CITY"}},
	{name: "longer than the carrier takes", edit: setAll98BI("MATTER_NAME", strings.Repeat("x", 41)), profile: ledes.Profile{MaxLength: map[string]int{"MATTER_NAME": 40}}, want: []string{"reject too-long 3 MATTER_NAME"}},
	{name: "blank that 98B wants too", edit: set98BI(4, "LINE_ITEM_TOTAL", ""), want: []string{"reject required 4 LINE_ITEM_TOTAL"}},

	{name: "line without its tax", edit: all(set98BI(3, "LINE_ITEM_TOTAL", "500.00"), setAll98BI("INVOICE_TOTAL", "548.00"), setAll98BI("INVOICE_NET_TOTAL", "440")), want: []string{"reject line-total 3 LINE_ITEM_TOTAL"}},
	{name: "adjustment without its tax", edit: all(set98BI(5, "LINE_ITEM_TOTAL", "-20.00"), setAll98BI("INVOICE_TOTAL", "652.00"), setAll98BI("INVOICE_NET_TOTAL", "544")), want: []string{"reject adjustment-total 5 LINE_ITEM_TOTAL"}},
	{name: "sum off by a cent", edit: setAll98BI("INVOICE_TOTAL", "648.01"), want: []string{"reject invoice-total 3 INVOICE_TOTAL"}},
	{name: "taxes do not add up", edit: setAll98BI("INVOICE_TAX_TOTAL", "107.99"), want: []string{"warn tax-total 3 INVOICE_TAX_TOTAL"}},
	{name: "no total of taxes", edit: setAll98BI("INVOICE_TAX_TOTAL", "")},
	{name: "net with taxes", edit: setAll98BI("INVOICE_NET_TOTAL", "648.00"), want: []string{"warn net-total 3 INVOICE_NET_TOTAL"}},
	{name: "net differs between lines", edit: set98BI(4, "INVOICE_NET_TOTAL", "541"), want: []string{"warn differs 4 INVOICE_NET_TOTAL"}},
	{name: "net written in two ways", edit: set98BI(4, "INVOICE_NET_TOTAL", "540")},
	{name: "taxes differ between lines", edit: set98BI(4, "INVOICE_TAX_TOTAL", "1"), want: []string{"warn differs 4 INVOICE_TAX_TOTAL"}},
	{name: "currencies differ between lines", edit: set98BI(4, "INVOICE_CURRENCY", "EUR"), want: []string{"warn differs 4 INVOICE_CURRENCY"}},

	{name: "rate of another tax", edit: set98BI(3, "LINE_ITEM_TAX_RATE", "0.21"), want: []string{"warn line-tax 3 LINE_ITEM_TAX_TOTAL"}},
	{name: "rate of ten places, rounded to cents", edit: set98BI(3, "LINE_ITEM_TAX_RATE", "0.2000099999")},
	{name: "tax off by half a cent and a little", edit: set98BI(3, "LINE_ITEM_TAX_RATE", "0.2000105"), want: []string{"warn line-tax 3 LINE_ITEM_TAX_TOTAL"}},
	{name: "tax off by as much below", edit: set98BI(3, "LINE_ITEM_TAX_RATE", "0.1999895"), want: []string{"warn line-tax 3 LINE_ITEM_TAX_TOTAL"}},
	{name: "no rate", edit: setAll98BI("LINE_ITEM_TAX_RATE", "")},
	{name: "rate in per cent", edit: set98BI(3, "LINE_ITEM_TAX_RATE", "20"), want: []string{"warn tax-rate 3 LINE_ITEM_TAX_RATE"}},
	{name: "negative rate", edit: all(set98BI(5, "LINE_ITEM_TAX_RATE", "-0.2"), set98BI(5, "LINE_ITEM_TAX_TOTAL", "4.00"), set98BI(5, "LINE_ITEM_TOTAL", "-16.00"), setAll98BI("INVOICE_TOTAL", "656"), setAll98BI("INVOICE_TAX_TOTAL", "116")), want: []string{"warn tax-rate 5 LINE_ITEM_TAX_RATE"}},
	{name: "rate of eleven places", edit: set98BI(3, "LINE_ITEM_TAX_RATE", "0.20000000000"), want: []string{"reject decimals 3 LINE_ITEM_TAX_RATE"}},
	{name: "rate with a sign", edit: set98BI(3, "LINE_ITEM_TAX_RATE", "20%"), want: []string{"reject number 3 LINE_ITEM_TAX_RATE"}},
	{name: "tax that is no number", edit: set98BI(3, "LINE_ITEM_TAX_TOTAL", "n/a"), want: []string{"reject number 3 LINE_ITEM_TAX_TOTAL"}},

	{name: "currency in small letters", edit: setAll98BI("INVOICE_CURRENCY", "gbp"), want: []string{"reject currency 3 INVOICE_CURRENCY"}},
	{name: "currency by its sign", edit: setAll98BI("INVOICE_TAX_CURRENCY", "$"), want: []string{"reject currency 3 INVOICE_TAX_CURRENCY"}},
	{name: "no currency", edit: setAll98BI("INVOICE_CURRENCY", ""), want: []string{"warn 98bi-blank 3 INVOICE_CURRENCY"}},
	{name: "country of two letters", edit: setAll98BI("CLIENT_COUNTRY", "GB")},
	{name: "country in words", edit: setAll98BI("LAW_FIRM_COUNTRY", "Uk"), want: []string{"warn country 3 LAW_FIRM_COUNTRY"}},
	{name: "third party's account", edit: setAll98BI("ACCOUNT_TYPE", "T")},
	{name: "unknown account", edit: setAll98BI("ACCOUNT_TYPE", "X"), want: []string{"warn account-type 3 ACCOUNT_TYPE"}},
	{name: "foreign letters in an address", edit: setAll98BI("CLIENT_CITY", "Z\u00fcrich"), want: []string{"reject not-ascii 3 CLIENT_CITY"}},
}

func TestVerdicts98BI(t *testing.T) { judgeCases(t, sound98BI, cases98BI) }

// TestStrict: what is forgiven, and nothing else, is refused by a strict reading.
func TestStrict(t *testing.T) {
	for _, kind := range []struct {
		file  string
		cases []verdictCase
	}{{sound, cases}, {sound98BI, cases98BI}} {
		for _, c := range kind.cases {
			content := c.edit(kind.file)
			lenient := checked(t, content, ledes.Options{Profile: c.profile})
			strict := checked(t, content, ledes.Options{Profile: c.profile, Strict: true})
			if len(lenient.Findings) != len(strict.Findings) {
				t.Errorf("%s: %d findings, strictly %d", c.name, len(lenient.Findings), len(strict.Findings))
				continue
			}
			for i, f := range lenient.Findings {
				rule, _ := ledes.RuleOf(f.Code)
				want := f.Severity
				if rule.Forgiven {
					want = ledes.Reject
				}
				if got := strict.Findings[i]; got.Severity != want || got.Forgiven || f.Forgiven != (f.Severity == ledes.Warn && rule.Forgiven) {
					t.Errorf("%s: %+v, strictly %+v", c.name, f, got)
				}
			}
		}
	}
}

// TestReads98BI: all fields are where they belong.
func TestReads98BI(t *testing.T) {
	inv := read(t, sound98BI, ledes.Profile{}).Invoices[0]
	want := ledes.International{
		PONumber: "PO-9", ClientTaxID: "GB123", MatterName: "Acme v. Roe",
		TaxTotal: ledes.Cents(10800), NetTotal: ledes.Cents(54000), Currency: "GBP", AccountType: "O",
		LawFirm:          ledes.Address{Name: "Moor & Quay LLP", Line1: "1 Dock Road", City: "London", Postcode: "E1 6AN", Country: "GBR"},
		Client:           ledes.Address{Name: "Acme Insurance", Line1: "2 Bank Street", City: "London", Postcode: "EC2R", Country: "GBR"},
		ReportedTaxTotal: ledes.Cents(10800), TaxCurrency: "GBP",
	}
	if diff := cmp.Diff(want, inv.International); diff != "" {
		t.Errorf("international (-want +got):\n%s", diff)
	}
	rate, err := ledes.ParseRate("0.2")
	if err != nil {
		t.Fatal(err)
	}
	line := inv.Lines[0]
	if diff := cmp.Diff(ledes.Tax{Rate: rate, Total: ledes.Cents(10000), Type: "VAT"}, line.Tax); diff != "" {
		t.Errorf("tax (-want +got):\n%s", diff)
	}
	if line.Timekeeper.Last != "Doe" || line.Timekeeper.First != "Jane" || line.MatterName != "Acme v. Roe" {
		t.Errorf("line %+v", line)
	}
}
