package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/lodge/internal/submission"
)

// offers are what is offered for the last word of a command line, which may be
// empty.
func (w *world) offers(line string) []string {
	w.t.Helper()
	out := w.must(exitDone, append([]string{"__completeNoDesc"}, strings.Split(line, " ")...)...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if w.err.Len() > 0 && !strings.HasPrefix(w.err.String(), "Completion ended with directive") {
		w.t.Errorf("%s: %s", line, &w.err)
	}
	return lines[:len(lines)-1] // the last one is the directive
}

// What is offered for each place, with an account and three invoices.
func TestComplete(t *testing.T) {
	w := newWorld(t)
	if err := w.filled(accepted(), rejected(), ready()).Close(); err != nil {
		t.Fatal(err)
	}
	w.write("inbox/firm-harbor/b.txt", "")
	w.write("inbox/firm-harbor/a.txt", "")
	for _, c := range []struct{ line, want string }{
		{"rehea", "rehearse"},
		{"resume ", "firm-harbor"},
		{"resume x", ""},
		{"resume firm-harbor ", ""},
		{"rehearse firm-harbor INV", "INV-0001 INV-0002 INV-0003"},
		{"rehearse nobody INV", ""},
		{"show INV-0002", "INV-0002"},
		{"show --account nobody ", ""},
		{"resolve INV-0001 ", "accept reject cancel submit-again filed-by-hand look-up"},
		{"rerun INV-0001 INV-0002", "INV-0002"},
		{"pause --carrier ", "harbor"},
		{"status --state accepted,re", "accepted,ready accepted,rejected"},
		{"status --needs ", "biller operator author any"},
		{"status --carrier ", "harbor"},
		{"validate --profile ", "firm-harbor harbor"},
		{"validate --profile h", "harbor"},
		{"validate --limit ", ""},
		{"status --invoice INV-0003", "INV-0003"},
		{"status --limit ", ""},
		{"run --account ", "firm-harbor"},
		{"generate --format ", "LEDES1998B LEDES98BI"},
		{"generate --client h", "harbor"},
		{"generate --seed ", ""},
		{"carriers ", "harbor"},
		{"secret set firm-harbor ", "username password"},
		{"adopt firm-harbor ", "a.txt b.txt"},
		{"adopt firm-harbor a.txt ", "a.txt b.txt"},
		{"adopt ../../etc ", ""},
		{"completion ", "bash zsh fish powershell"},
	} {
		if diff := cmp.Diff(strings.Fields(c.want), w.offers(c.line), cmp.Transformer("none", func(l []string) []string { return append([]string{}, l...) })); diff != "" {
			t.Errorf("%s: %s", c.line, diff)
		}
	}
}

// Whatever is wrong, nothing is offered and nobody is told.
func TestCompleteNothing(t *testing.T) {
	for name, settings := range map[string]string{"none": "", "broken": "accounts: [", "no ledger": "\n"} {
		w := newWorld(t)
		if settings != "" {
			w.write("lodge.yaml", settings)
		}
		if name == "no ledger" {
			w.settings("")
		}
		for _, line := range []string{"show ", "rehearse firm-harbor ", "secret set nobody ", "adopt nobody "} {
			if got := w.offers(line); len(got) > 0 {
				t.Errorf("%s: %s: %q", name, line, got)
			}
		}
		if _, err := os.Stat(filepath.Join(w.dir, "state")); err == nil {
			t.Errorf("%s: folders were made", name)
		}
	}
}

// Every argument and flag of every command has a name that is known to the
// completion, so that a new command is completed without another word.
func TestEveryArgumentIsKnown(t *testing.T) {
	known := []string{"ACCOUNT", "CARRIER", "NAME", "INVOICE", "ID", "KEY", "FILE", "DIR", "CHANNEL", "DESTINATION"}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, word := range arguments(cmd) {
			for name := range strings.SplitSeq(word, "|") {
				if name == strings.ToUpper(name) && !slices.Contains(known, name) {
					t.Errorf("%s: nothing completes %s", cmd.CommandPath(), name)
				}
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			name, _ := pflag.UnquoteUsage(f)
			if _, ok := cmd.GetFlagCompletionFunc(f.Name); !ok && f.NoOptDefVal == "" && name != "file" && name != "folder" {
				t.Errorf("%s: nothing completes --%s", cmd.CommandPath(), f.Name)
			}
		})
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(newWorld(t).root())
}

// completed is what bash makes of a line whose end was completed: the script has
// COMP_WORDS and COMP_CWORD as bash sets them, and bash-completion's function
// that reads them.
const completed = `
_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
source <(lodge completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9
compopt() { :; }
__start_lodge
printf '%s\n' "${COMPREPLY[@]}"
`

// TestBash has a real bash complete with the real command, on a real ledger.
func TestBash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.filled(accepted(), submission.Revision{State: submission.Ready}).Close(); err != nil {
		t.Fatal(err)
	}
	lodge := filepath.Join(w.dir, "bin", "lodge")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", lodge, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	before := w.ledgerFiles()
	for _, c := range []struct{ line, want string }{
		{"lodge reh", "rehearse"},
		{"lodge rehearse ", "firm-harbor"},
		{"lodge rehearse firm-harbor INV-000", "INV-0001 INV-0002"},
		{"lodge show INV-0002", "INV-0002"},
		{"lodge status --state accep", "accepted"},
		{"lodge --config /nowhere resume ", ""},
	} {
		cmd := exec.CommandContext(t.Context(), "bash", append([]string{"--norc", "--noprofile", "-c", completed, "bash"}, strings.Split(c.line, " ")...)...)
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(lodge)+":"+os.Getenv("PATH"), "LODGE_CONFIG="+w.config)
		var warned strings.Builder
		cmd.Stderr = &warned
		out, err := cmd.Output()
		if err != nil || warned.Len() > 0 {
			t.Errorf("%s: %v: %s", c.line, err, warned.String())
		}
		words := strings.Fields(strings.ReplaceAll(string(out), "  (", "\x00("))
		if got := strings.Join(firstWords(words), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
	if diff := cmp.Diff(before, w.ledgerFiles()); diff != "" {
		t.Errorf("completing has changed: %s", diff)
	}
	begun := time.Now()
	cmd := exec.CommandContext(t.Context(), lodge, "--config", w.config, "__complete", "show", "INV")
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
	t.Logf("one completion took %v", time.Since(begun))
}

// firstWords drops descriptions, which bash is shown where several are offered.
func firstWords(words []string) []string {
	var first []string
	for _, w := range words {
		if !strings.ContainsAny(w, "\x00()") {
			first = append(first, w)
		}
	}
	return first
}

// ledgerFiles are the files of the state folder, with their times.
func (w *world) ledgerFiles() []string {
	w.t.Helper()
	var all []string
	err := filepath.WalkDir(filepath.Join(w.dir, "state"), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && !d.IsDir() {
			all = append(all, path+" "+info.ModTime().String())
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestCompletionScripts are those of the other shells, by what cobra promises of
// them: each asks the command itself.
func TestCompletionScripts(t *testing.T) {
	for shell, part := range map[string]string{"bash": "__start_lodge", "zsh": "#compdef lodge", "fish": "complete -c lodge", "powershell": "Register-ArgumentCompleter"} {
		w := newWorld(t)
		said(t, w.must(exitDone, "completion", shell), part, "__complete")
	}
	w := newWorld(t)
	w.must(exitUsage, "completion", "tcsh")
	said(t, w.err.String(), `not for "tcsh"`)
}
