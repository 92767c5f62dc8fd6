package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

func TestTable(t *testing.T) {
	tab := table{head: []string{"INVOICE", "N", "WHAT WAS SAID"}, right: []bool{false, true}}
	tab.add("INV-1", "7", "Matter 4711 is closed.")
	tab.add("Ä漢字", "12", "short")
	for _, c := range []struct {
		columns int
		want    string
	}{
		{0, `
INVOICE   N  WHAT WAS SAID
INV-1     7  Matter 4711 is closed.
Ä漢字    12  short
`},
		{34, `
INVOICE   N  WHAT WAS SAID
INV-1     7  Matter 4711 is
             closed.
Ä漢字    12  short
`},
	} {
		var b strings.Builder
		tab.write(&b, c.columns)
		if diff := cmp.Diff(c.want[1:], b.String()); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", c.columns, diff)
		}
	}
}

func TestWrapKeepsLongWordsWhole(t *testing.T) {
	got := wrap("see /a/path/that/is/long and more", 10)
	if want := []string{"see", "/a/path/that/is/long", "and more"}; !slices.Equal(got, want) {
		t.Errorf("wrap = %q, want %q", got, want)
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		in   string
		want string
	}{{"short", "short"}, {"exactly-10", "exactly-10"}, {"more than ten", "more than…"}, {"漢字漢字漢字", "漢字漢字…"}} {
		if got := shorten(c.in, 10); got != c.want || uniseg.StringWidth(got) > 10 {
			t.Errorf("shorten(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// What carriers say and what files are called is shown, never obeyed.
func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"two\nlines\tand tabs":             "two lines and tabs",
		"\x1b[2Jcleared \x1b]0;title\x07x": "[2Jcleared ]0;titlex",
		"INV-1\u202e24-VNI":                "INV-124-VNI",
		"\u009b31mred":                     "31mred",
		"bad \xff byte":                    "bad \ufffd byte",
		"Zoë & 漢字":                         "Zoë & 漢字",
	} {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{
		"INV-1042.txt": "INV-1042.txt",
		"":             "''",
		"two words":    "'two words'",
		"it's $HOME":   `'it'\''s $HOME'`,
		"a;b":          "'a;b'",
		"*":            "'*'",
	} {
		if got := quoted(in); got != want {
			t.Errorf("quoted(%q) = %s, want %s", in, got, want)
		}
	}
}
