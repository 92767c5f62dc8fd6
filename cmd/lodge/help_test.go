package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every help text is as it was last read by somebody.
func TestHelp(t *testing.T) {
	for path := range commands(newWorld(t).root(), nil) {
		t.Run(path, func(t *testing.T) {
			w := newWorld(t)
			w.config = "-" // help needs no settings
			args := strings.Fields(path)[1:]
			if code := w.run(append(args, "--help")...); code != exitDone {
				t.Fatalf("exit %d: %s", code, &w.err)
			}
			for i, l := range strings.Split(w.out.String(), "\n") {
				if len(l) > 110 {
					t.Errorf("line %d of the help has %d columns", i+1, len(l))
				}
			}
			w.golden("help/"+strings.ReplaceAll(path, " ", "-")+".txt", w.out.String())
		})
	}
}

// commands are the paths of cmd and all below it.
func commands(cmd *cobra.Command, paths map[string]bool) map[string]bool {
	if paths == nil {
		paths = map[string]bool{}
	}
	paths[cmd.CommandPath()] = true
	for _, c := range cmd.Commands() {
		if c.Hidden {
			panic(c.CommandPath() + " is hidden: nothing is")
		}
		commands(c, paths)
	}
	return paths
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct{ line, says string }{
		{"sattus", `there is no command "sattus": did you mean status?`},
		{"frobnicate", `there is no command "frobnicate". Type lodge --help`},
		{"secret sett a b", `there is no command "sett"`},
		{"portal acme", `there is no command "acme"`},
		{"status --frob", "unknown flag: --frob: type lodge status --help"},
		{"status extra", `"extra" is one`},
		{"status --state happy", `there is no state "happy": it is one of quarantined, ready`},
		{"status --needs god", "--needs is biller, operator, author or any"},
		{"status --limit -1", "--limit is a number of invoices"},
		{"show", "needs an invoice number or an id"},
		{"show a b", `does not know what to do with "b"`},
		{"validate", "needs a file"},
		{"validate --carrier acme x", `there is no carrier "acme"`},
		{"carriers acme", `there is no carrier "acme"`},
		{"secret set firm-harbor", "needs a key"},
		{"secret set firm-harbor password s3cr3t", "does not know what to do with"},
		{"secret set nobody password", `no account "nobody"`},
		{"secret set firm-harbor pin", `Harbor Mutual asks for no secret "pin": it asks for username, password`},
		{"run --account nobody", `no account "nobody"`},
		{"decide x filed --why y", `and not "filed"`},
		{"decide x ready", "--why is missing"},
		{"resume firm-harbor", "--why is missing"},
		{"resume nobody --why y", `no account "nobody"`},
		{"rehearse", "needs an account"},
		{"rehearse a b c", `does not know what to do with "c"`},
		{"rehearse nobody", `no account "nobody"`},
		{"rehearse firm-harbor --slow 1m", "--slow is a pause from 0 to 10s"},
		{"run --slow -1s", "--slow is a pause"},
		{"adopt firm-harbor", "needs a file"},
		{"adopt nobody x", `no account "nobody"`},
	} {
		t.Run(c.line, func(t *testing.T) {
			w := newWorld(t)
			w.settings("")
			if code := w.run(strings.Fields(c.line)...); code != exitUsage {
				t.Errorf("exit %d, want %d", code, exitUsage)
			}
			said(t, w.err.String(), c.says)
			if w.out.Len() > 0 {
				t.Errorf("standard output is for results, not for this: %s", &w.out)
			}
		})
	}
}

func TestNoCommandShowsHelp(t *testing.T) {
	w := newWorld(t)
	said(t, w.must(exitDone), "Usage:", "Exit codes:", "3  done, and something needs a person")
}

func TestVersion(t *testing.T) {
	said(t, newWorld(t).must(exitDone, "version"), "lodge ", "go1.")
}
