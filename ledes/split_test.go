package ledes_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"example.com/lodge/ledes"
	"github.com/google/go-cmp/cmp"
)

func TestSplitLeavesASingleInvoiceAlone(t *testing.T) {
	for name, content := range map[string]string{
		"as it is":    sound,
		"odd outside": "\uFEFF" + strings.ReplaceAll(sound, "\n", "\r\n") + "  \n\n",
		"no newline":  strings.TrimSuffix(sound, "\n"),
	} {
		parts := read(t, content, ledes.Profile{}).Split()
		if len(parts) != 1 || string(parts[0].Bytes) != content {
			t.Errorf("%s: %d parts, or other bytes", name, len(parts))
		}
	}
}

// TestSplitKeepsLines mixes the lines of two invoices and all that may stand
// around them.
func TestSplitKeepsLines(t *testing.T) {
	lines := strings.SplitAfter(again(sound), "\n")
	head := "\uFEFF" + lines[0] + "\n" + strings.ToLower(lines[1])
	mixed := head + lines[2] + lines[5] + "\n" + strings.ReplaceAll(lines[6], "\n", " \r\n") + lines[3] + lines[4] + strings.TrimSuffix(lines[7], "\n")
	plainHead := "\uFEFF" + lines[0] + strings.ToLower(lines[1])
	want := []string{
		plainHead + lines[2] + lines[3] + lines[4],
		plainHead + lines[5] + strings.ReplaceAll(lines[6], "\n", " \r\n") + strings.TrimSuffix(lines[7], "\n"),
	}
	f := read(t, mixed, ledes.Profile{})
	parts := f.Split()
	if len(parts) != len(want) {
		t.Fatalf("%d parts; findings %v", len(parts), f.Findings)
	}
	for i, part := range parts {
		if diff := cmp.Diff(want[i], string(part.Bytes)); diff != "" {
			t.Errorf("part %d (-want +got):\n%s", i, diff)
		}
		checkPart(t, f.Invoices[i], part)
	}
}

// checkPart reads a part again.
func checkPart(t *testing.T, want ledes.Invoice, part ledes.Part) {
	t.Helper()
	if sum := sha256.Sum256(part.Bytes); part.SHA != hex.EncodeToString(sum[:]) {
		t.Errorf("SHA of the part is %s", part.SHA)
	}
	f := read(t, string(part.Bytes), ledes.Profile{})
	if f.SHA != part.SHA || f.Canon != part.Canon || f.Verdict() == ledes.Rejected || len(f.Invoices) != 1 {
		t.Fatalf("the part reads as %s, %d invoices, SHA %s, canonical %s; want canonical %s", f.Verdict(), len(f.Invoices), f.SHA, f.Canon, part.Canon)
	}
	if diff := cmp.Diff(unplaced(want), unplaced(f.Invoices[0])); diff != "" {
		t.Errorf("invoice (-want +got):\n%s", diff)
	}
}

// unplaced forgets on which physical lines an invoice stood.
func unplaced(inv ledes.Invoice) ledes.Invoice {
	inv.Lines = append([]ledes.Line(nil), inv.Lines...)
	for i := range inv.Lines {
		inv.Lines[i].Physical = 0
	}
	return inv
}

func TestARefusedFileHasNoParts(t *testing.T) {
	for name, e := range map[string]edit{
		"early": set(3, "LINE_ITEM_DATE", "x"),
		"late":  setAll("INVOICE_TOTAL", "1"),
		"whole": whole(""),
	} {
		if parts := read(t, e(again(sound)), ledes.Profile{}).Split(); parts != nil {
			t.Errorf("%s: %d parts", name, len(parts))
		}
	}
}

func TestCanon(t *testing.T) {
	want := read(t, sound, ledes.Profile{}).Canon
	for name, content := range map[string]string{
		"line ends":  strings.ReplaceAll(sound, "\n", "\r\n"),
		"mark":       "\uFEFF" + sound,
		"blanks":     strings.ReplaceAll(sound, "\n", " \t\n"),
		"no newline": strings.TrimSuffix(sound, "\n"),
		"more lines": strings.ReplaceAll(sound, "\n", "\n\n"),
	} {
		if got := read(t, content, ledes.Profile{}).Canon; got != want {
			t.Errorf("%s counts", name)
		}
	}
	for name, content := range map[string]string{
		"a letter":          strings.Replace(sound, "complaint", "Complaint", 1),
		"a blank inside":    strings.Replace(sound, "the complaint", "the  complaint", 1),
		"a blank in front":  strings.Replace(sound, "\n2026", "\n 2026", 1),
		"a line less":       sound[:strings.LastIndex(strings.TrimSpace(sound), "\n")],
		"a line break more": strings.Replace(sound, "the complaint", "the \ncomplaint", 1),
	} {
		if got := read(t, content, ledes.Profile{}).Canon; got == want {
			t.Errorf("%s does not count", name)
		}
	}
}

func TestHashesOfWhatIsNotRead(t *testing.T) {
	big := strings.Repeat("y", ledes.MaxLine*2+5)
	for name, content := range map[string]string{"PDF": "%PDF-1.7\nrest\nmore", "long": sound + big + "\n" + sound, "header": "LEDES1998B[]\nx\n" + sound} {
		f := read(t, content, ledes.Profile{})
		sum := sha256.Sum256([]byte(content))
		if f.SHA != hex.EncodeToString(sum[:]) || f.Size != int64(len(content)) {
			t.Errorf("%s: SHA or size %d of the whole is wrong", name, f.Size)
		}
		if read(t, content+"z", ledes.Profile{}).Canon == f.Canon {
			t.Errorf("%s: its end does not count", name)
		}
		if read(t, strings.Replace(content, "yyy", "yxy", 1), ledes.Profile{}).Canon == f.Canon && name == "long" {
			t.Errorf("%s: the beginning of a long line does not count", name)
		}
	}
}

func TestReadErrors(t *testing.T) {
	for _, after := range []int{0, 10, len(sound)} {
		r := &failing{bytes.NewReader([]byte(sound)[:after])}
		if f, err := ledes.Read(r, ledes.Options{}); err == nil || !strings.Contains(err.Error(), "disk") {
			t.Errorf("after %d bytes: %v, %v", after, f, err)
		}
	}
}

// failing gives its bytes, then an error that is not the end.
type failing struct{ r *bytes.Reader }

func (f *failing) Read(b []byte) (int, error) {
	if f.r.Len() == 0 {
		return 0, errDisk
	}
	return f.r.Read(b)
}
