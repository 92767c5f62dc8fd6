package main

import (
	"regexp"
	"testing"
)

// TestHome: the name that a ledger tells is the one that lodge.yaml is to hold.
func TestHome(t *testing.T) {
	w := newWorld(t)
	home := func(line string) {
		w.write("lodge.yaml", "watermark: 2026-11-01T00:00:00Z\nstage: test\naccounts:\n  firm-harbor:\n    carrier: harbor\n"+line)
	}
	home("")
	out := w.must(exitDone, "home")
	said(t, out, "not named", "files, and so would any other")
	name := regexp.MustCompile(`This ledger is ([a-z0-9]+)\.`).FindStringSubmatch(out)
	if name == nil {
		t.Fatalf("it does not tell the ledger's name:\n%s", out)
	}
	home("    home: " + name[1] + "\n")
	said(t, w.must(exitDone, "home"), name[1]+"  files\n")
	home("    home: another\n")
	said(t, w.must(exitDone, "home"), "another  looks, and files nothing\n")
	home("    home: An other\n")
	w.must(exitFailed, "home")
	said(t, w.err.String(), "home", "is a ledger's name")
}
