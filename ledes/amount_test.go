package ledes_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"pgregory.net/rapid"
)

// amount parses s or ends the test.
func amount(t testing.TB, s string) ledes.Amount {
	t.Helper()
	a, err := ledes.ParseAmount(s)
	if err != nil {
		t.Fatalf("ParseAmount(%q): %v", s, err)
	}
	return a
}

func TestParseAmount(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.00", "-0": "0.00", "1250.": "1250.00", ".5": "0.50", "-.5": "-0.50", "007": "7.00",
		"12.3400": "12.34", "12.345": "12.345", "-12.3456": "-12.3456",
		"999999999999.9999": "999999999999.9999",
	} {
		if got := amount(t, in).String(); got != want {
			t.Errorf("ParseAmount(%q) = %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{
		"", ".", "-", "-.", "--1", "+1", "1-", "1,000", "$1", " 1", "1 ", "1.2.3", "1e3", "0x10", "1_000", "NaN", "(1)",
		"0.00001", "1234567890123", "1\n", "\u0661", "\u22121",
	} {
		if a, err := ledes.ParseAmount(in); err == nil {
			t.Errorf("ParseAmount(%q) = %s, want an error", in, a)
		}
	}
}

func TestParseDisplayed(t *testing.T) {
	for in, want := range map[string]string{
		"$1,234.50": "1234.50", "1,234.50": "1234.50", "1.234,50": "1234.50", "1.234,50 €": "1234.50",
		"USD 1,234.50": "1234.50", "1,234.50 USD": "1234.50", "US$1,234.50": "1234.50", "$ 99": "99.00",
		"1 234,50": "1234.50", "1\u00a0234,50": "1234.50", "1\u202f234.50": "1234.50", "1'234.50": "1234.50",
		"1,234,567": "1234567.00", "1.234.567": "1234567.00", "1,234,567.891": "1234567.891",
		"1,50": "1.50", "1.5": "1.50", "1.5000": "1.50", "0.123": "0.123", "0,123": "0.123", "12345.678": "12345.678", ".500": "0.50",
		"(70.00)": "-70.00", "($1,234.50)": "-1234.50", "-$70": "-70.00", "$-70": "-70.00", "- 70.00": "-70.00", "\u221270.00": "-70.00",
		"  540.00\n": "540.00", "0": "0.00", "-0.00": "0.00",
	} {
		got, err := ledes.ParseDisplayed(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseDisplayed(%q) = %s, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "$", "-", "()", "1,234", "1.234", "$1,234", "999,000", "1.234,567,890", "1,23,456.00", "12,34.50", "1,234,", ",234.50",
		"1 2", "1,234.50.60", "--5", "(-5)", "5-5", "70-", "12 of 13", "abc", "INV 12", "1.23456", "12.50 and 3", "0x1F", "1e5",
	} {
		if got, err := ledes.ParseDisplayed(in); err == nil {
			t.Errorf("ParseDisplayed(%q) = %s, want an error", in, got)
		}
	}
}

func TestAmountText(t *testing.T) {
	for _, a := range []ledes.Amount{{}, ledes.Cents(-1), ledes.Cents(math.MaxInt64), ledes.Cents(math.MinInt64), amount(t, "0.0001")} {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back ledes.Amount
		if err := json.Unmarshal(text, &back); err != nil || back != a {
			t.Errorf("%s came back as %s, %v", text, back, err)
		}
	}
	var a ledes.Amount
	if err := json.Unmarshal([]byte(`"922337203685477.5808"`), &a); err == nil {
		t.Errorf("a number beyond the limit was read as %s", a)
	}
	if err := json.Unmarshal([]byte(`"\u001b[2J"`), &a); err == nil || strings.ContainsRune(err.Error(), 0x1b) {
		t.Errorf("error %q: want one without the escape character", err)
	}
}

func TestAmountsSaturate(t *testing.T) {
	most := ledes.Cents(math.MaxInt64).Add(amount(t, "999999999999.9999"))
	if got := most.Add(most); got.Cmp(most) < 0 || got.Add(ledes.Cents(1)) != got {
		t.Errorf("%s + %s = %s", most, most, got)
	}
	least := ledes.Cents(math.MinInt64).Add(amount(t, "-999999999999.9999"))
	if got := least.Add(least); got.Cmp(least) > 0 || got.Add(ledes.Cents(-1)) != got {
		t.Errorf("%s + %s = %s", least, least, got)
	}
	if p, exact := most.Mul(least); exact || !p.IsNegative() {
		t.Errorf("%s x %s = %s, %v", most, least, p, exact)
	}
}

// TestAmountArithmetic compares with whole numbers of any size.
func TestAmountArithmetic(t *testing.T) {
	largest := int64(9_999_999_999_999_999) // twelve digits and four places
	draw := rapid.Int64Range(-largest, largest)
	rapid.Check(t, func(t *rapid.T) {
		x, y := draw.Draw(t, "x"), draw.Draw(t, "y")
		a, b := fromUnits(t, x), fromUnits(t, y)
		if got, want := a.Add(b), fromUnits(t, 0); x == -y && got != want {
			t.Fatalf("%s + %s = %s", a, b, got)
		}
		if got := a.Cmp(b); got != big.NewInt(x).Cmp(big.NewInt(y)) {
			t.Fatalf("Cmp(%s, %s) = %d", a, b, got)
		}
		product := new(big.Int).Mul(big.NewInt(x), big.NewInt(y))
		want, rest := new(big.Int).QuoRem(product, big.NewInt(10_000), new(big.Int))
		if rest.CmpAbs(big.NewInt(5_000)) >= 0 {
			want.Add(want, big.NewInt(int64(product.Sign())))
		}
		got, exact := a.Mul(b)
		if !want.IsInt64() {
			if exact {
				t.Fatalf("%s x %s is said to be exactly %s", a, b, got)
			}
			return
		}
		if units(got) != want.String() || exact != (rest.Sign() == 0) {
			t.Fatalf("%s x %s = %s (exact %v), want %s units", a, b, got, exact, want)
		}
	})
}

// fromUnits is the amount of n ten-thousandths, by way of its text.
func fromUnits(t *rapid.T, n int64) ledes.Amount {
	text := new(big.Rat).SetFrac64(n, 10_000).FloatString(4)
	var a ledes.Amount
	if err := a.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return a
}

// units is the number of ten-thousandths of a, by way of its text.
func units(a ledes.Amount) string {
	r, _ := new(big.Rat).SetString(a.String())
	return new(big.Rat).Mul(r, big.NewRat(10_000, 1)).Num().String()
}

func FuzzParseDisplayed(f *testing.F) {
	for _, seed := range []string{"$1,234.50", "(1.234,50 EUR)", "1'000", "\u2212 7", "1,234"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ledes.ParseDisplayed(s)
		if err != nil {
			return
		}
		if again, err := ledes.ParseDisplayed("$" + a.String()); err != nil && !strings.Contains(err.Error(), "two amounts") || err == nil && again != a {
			t.Errorf("%q is %s, which is read back as %s, %v", s, a, again, err)
		}
	})
}
