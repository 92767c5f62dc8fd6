package ledes_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"example.com/lodge/ledes"
)

// TestCarry: what is no LEDES goes as it came, and it is said that nothing was checked.
func TestCarry(t *testing.T) {
	content := []byte("%PDF-1.7\r\n\x00\x01")
	sum := sha256.Sum256(content)
	inv := ledes.Invoice{Number: "A-1", Total: ledes.Cents(100), Lines: make([]ledes.Line, 3)}
	f := ledes.Carry(content, inv, ledes.Options{})
	if f.Verdict() != ledes.Warned || f.Format != ledes.Other || f.Findings[0].Code != ledes.CodeNotChecked || len(f.FindingsOf(0)) != 1 {
		t.Fatalf("%+v", f)
	}
	parts := f.Split()
	if len(parts) != 1 || string(parts[0].Bytes) != string(content) || parts[0].SHA != hex.EncodeToString(sum[:]) || parts[0].SHA != f.SHA {
		t.Errorf("%+v", parts)
	}
	if r := f.Report("x.pdf"); len(r.Invoices) != 1 || r.Invoices[0] != (ledes.Summary{Number: "A-1", Total: ledes.Cents(100), Lines: 3}) {
		t.Errorf("%+v", r)
	}
	if other := ledes.Carry(append(content, '\n'), inv, ledes.Options{}); other.Canon == f.Canon {
		t.Error("a byte more is the same file")
	}
}

func TestCarryRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		number string
		o      ledes.Options
		code   string
	}{
		"no number":    {"", ledes.Options{}, ledes.CodeRequired},
		"blanks":       {"A-1 ", ledes.Options{}, ledes.CodeRequired},
		"path":         {"../A", ledes.Options{}, ledes.CodeNumberPath},
		"not allowed":  {"A/1", ledes.Options{Profile: ledes.Profile{NumberChars: "A1"}}, ledes.CodeNumberChars},
		"large":        {"A1", ledes.Options{Profile: ledes.Profile{MaxSize: 2}}, ledes.CodeTooLarge},
		"strictly odd": {"A/1", ledes.Options{Strict: true}, ledes.CodeNumberChars},
	} {
		f := ledes.Carry([]byte("xyz"), ledes.Invoice{Number: c.number}, c.o)
		if f.Verdict() != ledes.Rejected || f.Split() != nil || !strings.Contains(strings.Join(codesOf(f.Report("")), " "), c.code) {
			t.Errorf("%s: %+v", name, f.Findings)
		}
	}
}
