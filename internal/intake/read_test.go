package intake_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/intake"
	"example.com/lodge/ledes"
)

// slips is a carrier that takes its own slips besides LEDES: "SLIP number".
func slips(o *intake.Options) {
	c := o.Accounts["harbor-main"]
	c.Accepts = append(c.Accepts, ledes.Other)
	c.Other = carriers.OtherFormat{Suffix: ".slip", Read: func(content []byte) (ledes.Invoice, error) {
		number, ok := strings.CutPrefix(string(content), "SLIP ")
		switch {
		case number == "panic":
			panic("\x1b[2J a defect")
		case !ok:
			return ledes.Invoice{}, errors.New("it does not begin with SLIP: \x1b" + string(content))
		}
		return ledes.Invoice{Number: number, ClientID: "C", LawFirmID: "F", Total: ledes.Cents(700)}, nil
	}}
	o.Accounts["harbor-main"] = c
}

// TestAFormatOfTheCarriersOwn is carried as it is, once the carrier has said which invoice
// it is; all else is as ever.
func TestAFormatOfTheCarriersOwn(t *testing.T) {
	w := newWorld(t, slips)
	w.put("a.slip", "SLIP A-1")
	w.put("good.txt", invoice(t, "A-2", 100))
	w.put("bad.slip", "nothing")
	w.put("defect.slip", "SLIP panic")
	w.put("path.slip", "SLIP ../x")
	w.put("empty.slip", "")
	w.put("huge.slip", "SLIP "+strings.Repeat("x", ledes.MaxSize))
	results := w.scan()
	rev := w.ledger.items[key("A-1")]
	if r := results["a.slip"]; r.Status != intake.Taken || r.Verdict != ledes.Warned || r.Findings[0].Code != ledes.CodeNotChecked || len(r.Invoices) != 1 {
		t.Fatalf("%+v, %+v", r, rev)
	}
	for k, item := range w.ledger.items {
		if k.Number != "A-1" {
			continue
		}
		first := item.Revisions[0]
		content, err := os.ReadFile(filepath.Join(w.options.State, first.Object.Path))
		if err != nil || string(content) != "SLIP A-1" || first.Format != ledes.Other || first.Total != ledes.Cents(700) {
			t.Errorf("%q, %v, %+v", content, err, first)
		}
	}
	if r := results["good.txt"]; r.Status != intake.Taken || r.Verdict != ledes.Accepted {
		t.Errorf("LEDES: %+v", r)
	}
	for name, says := range map[string]string{
		"bad.slip":    `nor is it what Harbor Mutual takes: "it does not begin with SLIP: \x1bnothing"`,
		"defect.slip": "a defect",
		"path.slip":   "could be taken for a path",
		"empty.slip":  "the file is empty",
		"huge.slip":   "larger than",
	} {
		r := results[name]
		if r.Status != intake.Quarantined || len(r.Findings) == 0 {
			t.Errorf("%s: %+v", name, r)
			continue
		}
		message := r.Findings[0].Message
		if !strings.Contains(message, says) || strings.ContainsRune(message, 0x1b) || len(message) > 400 {
			t.Errorf("%s: %q, want %q", name, message, says)
		}
	}
}

// TestNotWithoutTheCarrier: who has no format of its own is shown no file.
func TestNotWithoutTheCarrier(t *testing.T) {
	f, err := intake.Read(carriers.Carrier{}, bytes.NewReader([]byte("SLIP A-1")))
	if err != nil || f.Verdict() != ledes.Rejected || f.Format != "" {
		t.Errorf("%+v, %v", f, err)
	}
}
