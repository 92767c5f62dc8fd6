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
		{"report --month october", `--month is a month as in 2026-10, and not "october"`},
		{"report --month 2026-13", "--month is a month"},
		{"report --zone Atlantis", `there is no time zone "Atlantis"`},
		{"report --minutes-per-invoice -1", "is a number of minutes"},
		{"report --minutes-per-invoice NaN", "is a number of minutes"},
		{"report --csv - --html -", "only one of --csv and --html"},
		{"report --csv a --html ./a", "name the same file"},
		{"status --limit -1", "--limit is a number of invoices"},
		{"show", "needs an invoice number or an id"},
		{"show a b", `does not know what to do with "b"`},
		{"validate", "needs a file"},
		{"validate --profile acme x", `has no account "acme", and there is no carrier "acme"`},
		{"validate --carrier harbor x", "unknown flag: --carrier"},
		{"validate --limit huge x", `"huge" is no size such as 500MB`},
		{"validate --limit 0 x", `"0" is not between 1 and`},
		{"validate --limit 99999999999GB x", `"99999999999GB" is not between 1 and`},
		{"generate x", `"x" is one`},
		{"generate --invoices 0", "--invoices is a number from 1 to 10000, and not 0"},
		{"generate --invoices 10001", "--invoices is a number from 1 to 10000"},
		{"generate --invoices ten", "invalid argument"},
		{"generate --lines 0", "--lines is a number from 1 to 10000, and not 0"},
		{"generate --lines 10001", "--lines is a number"},
		{"generate --seed -1", "invalid argument"},
		{"generate --format xml", `--format is LEDES1998B or LEDES98BI, and not "xml"`},
		{"generate --month 2026-13", "--month is a month as in 2026-10"},
		{"generate --month 1899-12", "--month is a month from 1900 on"},
		{"generate --client acme", `there is no client "acme": it is one of harbor,`},
		{"generate --invoices 25 --lines 10000", "25 invoices in one file: their line items are too many. Ask for fewer, or name a folder with --dir"},
		{"generate --invoices 2000 --format 98bi", "2000 invoices in one file: the file is larger than"},
		{"carriers acme", `there is no carrier "acme"`},
		{"secret set firm-harbor", "needs a key"},
		{"secret set firm-harbor password s3cr3t", "does not know what to do with"},
		{"secret set nobody password", `no account "nobody"`},
		{"secret set firm-harbor pin", `Harbor Mutual asks for no secret "pin": it asks for username, password`},
		{"run --account nobody", `no account "nobody"`},
		{"decide x", `there is no command "decide"`},
		{"resolve x filed --why y", `and not "filed"`},
		{"resolve x submit-again", "--why is missing"},
		{"resolve x", "needs one of accept, reject, cancel"},
		{"resolve x cancel --confirmation 7 --why y", "--confirmation goes with accept, reject and filed-by-hand"},
		{"hold x", "--why is missing"},
		{"release", "needs an invoice number or an id"},
		{"pause", "needs an account, or --carrier"},
		{"pause firm-harbor", "--why is missing"},
		{"pause nobody --why y", `no account "nobody"`},
		{"pause --carrier acme --why y", `there is no carrier "acme"`},
		{"pause firm-harbor --carrier harbor --why y", "and not both"},
		{"rerun --why y", "rerun needs an invoice or a filter"},
		{"rerun --account firm-harbor", "--why is missing"},
		{"rerun --account nobody --why y", `no account "nobody"`},
		{"rerun --carrier acme --why y", `there is no carrier "acme"`},
		{"rerun --state happy --why y", `there is no state "happy"`},
		{"rerun --month October --why y", `"October" is not a month such as 2026-10`},
		{"rerun --month 2026-10 --since 2026-10-01 --why y", "--month goes without"},
		{"rerun --since 2026-10-09 --until 2026-10-08 --why y", "is after --until"},
		{"rerun --since yesterday --why y", `"yesterday" is not a day`},
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
