package ledes_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

func TestWriteIsReadBack(t *testing.T) {
	want := read(t, again(sound), ledes.Profile{}).Invoices
	var out bytes.Buffer
	if err := ledes.Write(&out, want...); err != nil {
		t.Fatal(err)
	}
	f := read(t, out.String(), ledes.Profile{})
	if f.Verdict() != ledes.Accepted {
		t.Errorf("findings: %v", f.Findings)
	}
	if diff := cmp.Diff(want, f.Invoices); diff != "" {
		t.Errorf("invoices (-written +read):\n%s", diff)
	}
	if lines, ends := strings.Count(out.String(), "\n"), strings.Count(out.String(), "[]\r\n"); lines != 8 || ends != 8 {
		t.Errorf("%d lines, %d of them end in [] CR LF", lines, ends)
	}
}

// TestWriteNormalizes: what was only written oddly is accepted once Write has
// written it.
func TestWriteNormalizes(t *testing.T) {
	content, err := os.ReadFile("testdata/small-letters.txt")
	if err != nil {
		t.Fatal(err)
	}
	odd := read(t, string(content), ledes.Profile{})
	var out bytes.Buffer
	if err := ledes.Write(&out, odd.Invoices...); err != nil {
		t.Fatal(err)
	}
	if got := read(t, out.String(), ledes.Profile{}).Verdict(); odd.Verdict() != ledes.Warned || got != ledes.Accepted {
		t.Errorf("verdict %s, normalized %s", odd.Verdict(), got)
	}
}

func TestWriteFillsMatters(t *testing.T) {
	inv := read(t, sound, ledes.Profile{}).Invoices[0]
	for i := range inv.Lines {
		inv.Lines[i].Matter, inv.Lines[i].ClientMatter = "", ""
	}
	var out bytes.Buffer
	if err := ledes.Write(&out, inv); err != nil {
		t.Fatal(err)
	}
	if line := read(t, out.String(), ledes.Profile{}).Invoices[0].Lines[2]; line.Matter != "M-7" || line.ClientMatter != "CLM-1" {
		t.Errorf("line %+v", line)
	}
}

// TestWriteRefuses tries what would make another file than was meant.
func TestWriteRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*ledes.Invoice){
		"pipe": func(inv *ledes.Invoice) { inv.Lines[0].Description = "a|b" },
		"two whole lines": func(inv *ledes.Invoice) {
			inv.Lines[0].Description = "Read|12-3456789|350.00|Doe, Jane|PARTNR|CLM-1[]\r\n" +
				"20260131|A-1001|ACME|M-7|540.00|20260101|20260131|January|9|E|0|0|0|20260113||E112|||Nothing"
		},
		"line of its own": func(inv *ledes.Invoice) { inv.Lines[0].Description = "a[]\r\nb" },
		"control":         func(inv *ledes.Invoice) { inv.ClientID = "a\x00" },
		"beyond ASCII":    func(inv *ledes.Invoice) { inv.Lines[0].Description = "caf\u00e9" },
		"wrong total":     func(inv *ledes.Invoice) { inv.Total = ledes.Cents(1) },
		"no date":         func(inv *ledes.Invoice) { inv.Date = inv.Lines[0].Date.AddDate(-3000, 0, 0) },
		"no number":       func(inv *ledes.Invoice) { inv.Number = "" },
		"no lines":        func(inv *ledes.Invoice) { inv.Lines = nil },
	} {
		inv := read(t, sound, ledes.Profile{}).Invoices[0]
		spoil(&inv)
		var out bytes.Buffer
		if err := ledes.Write(&out, inv); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", name, err, out.Len())
		}
	}
}

// FuzzRead holds Read to what it promises about any bytes.
func FuzzRead(f *testing.F) {
	for _, c := range cases {
		if content := c.edit(sound); len(content) < 4096 {
			f.Add([]byte(content))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		const limit = 1 << 16
		file, err := ledes.Read(bytes.NewReader(content), ledes.Options{Profile: ledes.Profile{MaxSize: limit}})
		if err != nil {
			t.Fatal(err)
		}
		if file.Size > limit+1 || len(file.Findings) > 202 {
			t.Errorf("%d bytes read, %d findings", file.Size, len(file.Findings))
		}
		for i, finding := range file.Findings {
			if i > 0 && finding.Line < file.Findings[i-1].Line || finding.Line > bytes.Count(content, []byte("\n"))+1 {
				t.Errorf("finding %d is on line %d", i, finding.Line)
			}
		}
		parts := file.Split()
		if file.Verdict() == ledes.Rejected {
			if parts != nil {
				t.Error("a refused file has parts")
			}
			return
		}
		if len(parts) != len(file.Invoices) || len(parts) == 0 {
			t.Fatalf("%d parts of %d invoices", len(parts), len(file.Invoices))
		}
		for i, part := range parts {
			checkPart(t, file.Invoices[i], part)
		}
	})
}
