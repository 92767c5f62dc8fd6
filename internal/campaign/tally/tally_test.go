package tally_test

import (
	"path/filepath"
	"strings"
	"testing"

	"example.com/lodge/internal/campaign/tally"
)

// The last line is counted, of all the files together.
func TestJoinedLine(t *testing.T) {
	worlds, chromium := tally.New(), tally.New()
	worlds.Runs = 10_000
	worlds.Counts["filed"] = 3
	worlds.KnockOuts = []tally.KnockOut{{Rule: "the fence", After: 4, Of: 100, Breach: tally.Breach{Kind: tally.Unguarded, What: "x"}}}
	worlds.Coverage.Pairs["click + slow page"], worlds.Coverage.Pairs["tab + no picture"] = 2, 0
	chromium.KnockOuts = []tally.KnockOut{{Rule: "the fuse", After: 1, Of: 1}}
	sum := joined(t, worlds, chromium)
	want := "faults: runs=10000 duplicates=0 lost=0 false_accepted=0 knockouts=2/2 unguarded=0 evidence=0 history=0 secrets=0 logins=0 " +
		"restless=0 asked=0 untold=0 foreign=0 left=0 filed=3 pairs=1/2"
	if got := sum.Line(); got != want || sum.Failed() {
		t.Errorf("failed: %t\n%s\n%s", sum.Failed(), got, want)
	}
	for _, word := range []string{"the fence", "the fuse"} {
		if !strings.Contains(sum.Table(), word) {
			t.Errorf("the table lacks %s:\n%s", word, sum.Table())
		}
	}
	if !strings.Contains(sum.Coverage.String(), "never: tab + no picture") {
		t.Errorf("what never happened is not told:\n%s", sum.Coverage)
	}
}

// A breach, and a rule whose absence nobody found, are failures and are told.
func TestFailures(t *testing.T) {
	broken, blind := tally.New(), tally.New()
	broken.Broke([]tally.Breach{{Kind: tally.Duplicate}, {Kind: tally.Duplicate}, {Kind: tally.Lost}})
	blind.KnockOuts = []tally.KnockOut{{Rule: "the settle time", Of: 100}}
	if line := broken.Line(); !broken.Failed() || !strings.Contains(line, " duplicates=2 lost=1 false_accepted=0 ") {
		t.Error(line)
	}
	if line := blind.Line(); !blind.Failed() || !strings.Contains(line, " knockouts=0/1 ") || !strings.Contains(blind.Table(), "NOT FOUND") {
		t.Error(line, blind.Table())
	}
}

// joined goes by way of the files.
func joined(t *testing.T, list ...tally.Tally) tally.Tally {
	t.Helper()
	var paths []string
	for i, one := range list {
		paths = append(paths, filepath.Join(t.TempDir(), strings.Repeat("x", i+1)+".json"))
		if err := one.Write(paths[i]); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := tally.Read(paths...)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
