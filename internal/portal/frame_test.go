package portal

import (
	"math/big"
	"strings"
	"testing"
	"time"
)

// TestEveryKindIsWhole fails when a fault is named and cannot happen, or can
// happen in a way that its stage does not have.
func TestEveryKindIsWhole(t *testing.T) {
	all := []What{Down, Maintenance, Unknown, Broken, Slow, Hang, Reset, Elsewhere, LoggedOut, Changed, Dialog,
		Captcha, Terms, Code, Drip, Download, Huge, Leaving, Print, Popup, Twice, Reload, Another, Empty,
		HangAfter, ResetAfter, CloseAfter, TimeoutAfter, BrokenAfter, UnknownAfter, ElsewhereAfter,
		Lag, Unconfirmed, Late, RejectedLate, Gone}
	if len(kinds()) != len(all) {
		t.Errorf("%d kinds, %d names", len(kinds()), len(all))
	}
	for _, w := range all {
		k, ok := kindOf(w)
		if !ok || k.about == "" || k.at == "" || (k.act == nil) == (k.mark == nil) || (k.mark != nil) != (k.stage == with) {
			t.Errorf("%s: %v %+v", w, ok, k)
		}
	}
}

func TestMoney(t *testing.T) {
	for text, want := range map[string]string{
		"1250.00": "1,250.00", "1250.": "1,250.00", "0": "0.00", ".5": "0.50", "-70": "-70.00",
		"1234567.89": "1,234,567.89", "999.995": "1,000.00", "12345678.9": "12,345,678.90", "-0.01": "-0.01",
	} {
		m, err := ParseMoney(text)
		if err != nil || m.String() != want {
			t.Errorf("%s: got %s, %v; want %s", text, m, err, want)
		}
	}
	for _, text := range []string{"", ".", "-", "1,250.00", "$1", "1 2", "--1", "+1", "1.-5", "1.23456", "1e3", "1234567890123", "0x10", "١"} {
		if m, err := ParseMoney(text); err == nil {
			t.Errorf("%q was read as %s", text, m)
		}
	}
}

// FuzzMoney holds the portal's reading of amounts against math/big's, and what
// it writes against what it reads.
func FuzzMoney(f *testing.F) {
	for _, text := range []string{"1250.00", "-.5", "1250.", "999999999999.9999", "-0", "1.2.3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMoney(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(strings.TrimSuffix(text, "."))
		if !ok || want.Cmp(big.NewRat(int64(m), 10_000)) != 0 {
			t.Errorf("%q was read as %d ten-thousandths", text, m)
		}
		written, err := m.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseMoney(string(written)); err != nil || again != m {
			t.Errorf("%q was written as %s and read as %d, %v", text, written, again, err)
		}
	})
}

const line = "20261015|INV-1|HARBOR-GL|F-77|1250.00|20260901|20260930||1|F|5||1250.00|20260910|L110||A103|TK-1||12-3456789|250|Moor, Ada|PARTNR|CLM-1[]\n"

func TestReadDocument(t *testing.T) {
	d, err := ReadDocument("LEDES1998B[]\r\nnames[]\r\n" + strings.ReplaceAll(line, "\n", "\r\n") + "\r\n" + line)
	if err != nil {
		t.Fatal(err)
	}
	if d.Invoice != "INV-1" || d.Firm != "12-3456789" || d.Client != "HARBOR-GL" || d.Matter != "CLM-1" ||
		!d.Date.Equal(time.Date(2026, 10, 15, 0, 0, 0, 0, time.UTC)) || d.Total != 1250_0000 || d.Sum != 2500_0000 ||
		d.Invoices != 1 || d.Matters != 1 || len(d.Lines) != 2 || d.Lines[1] != (Item{5, "TK-1", "L110"}) {
		t.Errorf("got %+v", d)
	}
	d, err = ReadDocument("LEDES1998B[]\nnames[]\n" + strings.Replace(line, "|CLM-1[]", "|[]", 1))
	if err != nil || d.Matter != "F-77" {
		t.Errorf("without the client's matter: %q, %v", d.Matter, err)
	}
}

// FuzzReadDocument looks for a file that the portal takes in without knowing
// which invoice it is.
func FuzzReadDocument(f *testing.F) {
	f.Add("LEDES1998B[]\nnames[]\n" + line)
	f.Add("LEDES1998B[]")
	f.Add("LEDES1998B[]\n\n|||[]\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ReadDocument(text)
		if err == nil && (d.Invoice == "" || len(d.Lines) == 0 || d.Invoices < 1 || d.Date.IsZero() && !strings.Contains(text, "00010101")) {
			t.Errorf("%q was read as %+v", text, d)
		}
	})
}

func TestStatusFollowsTheClock(t *testing.T) {
	r := Record{Verdict: Accepted, DueAt: time.Unix(10, 0), TurnsAt: time.Unix(20, 0)}
	for second, want := range map[int64]Status{9: Processing, 10: Accepted, 19: Accepted, 20: Rejected} {
		if got := r.Status(time.Unix(second, 0)); got != want {
			t.Errorf("at %d: %s, want %s", second, got, want)
		}
	}
}
