package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The man page has its sections in the usual order, every command with every
// flag, and nothing in it that roff would obey but what was meant.
func TestMan(t *testing.T) {
	w := newWorld(t)
	w.config = "-"
	page := w.must(exitDone, "man")
	var sections, macros []string
	literal := false
	for n, l := range strings.Split(strings.TrimSpace(page), "\n") {
		macro, rest, _ := strings.Cut(l, " ")
		if macro == ".SH" {
			sections = append(sections, rest)
		}
		if macro == ".nf" || macro == ".fi" {
			literal = macro == ".nf"
		}
		if strings.HasPrefix(l, ".") && !slices.Contains(macros, macro) {
			macros = append(macros, macro)
		}
		switch {
		case strings.HasPrefix(l, "'"):
			t.Errorf("line %d is obeyed: %s", n+1, l)
		case !literal && len(l) > 80 && !strings.HasPrefix(l, `\fB`):
			t.Errorf("line %d has %d columns: %s", n+1, len(l), l)
		case strings.Contains(strings.NewReplacer(`\-`, "", `\e`, "", `\&`, "", `\fB`, "", `\fI`, "", `\fR`, "").Replace(l), `\`):
			t.Errorf("line %d has a backslash that nobody meant: %s", n+1, l)
		}
	}
	if got := strings.Join(sections, ", "); got != "NAME, SYNOPSIS, DESCRIPTION, COMMANDS, FILES, ENVIRONMENT, EXIT STATUS, EXAMPLES, SEE ALSO" {
		t.Errorf("the sections are %s", got)
	}
	slices.Sort(macros)
	if got := strings.Join(macros, " "); got != ".PP .SH .SS .TH .TP .ad .fi .nf .nh" {
		t.Errorf("the macros are %s", got)
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Runnable() && (!c.HasSubCommands() || len(arguments(c)) > 0) {
			said(t, page, `.SS "`+roff(c.CommandPath())+`"`)
		}
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { said(t, page, roff("--"+f.Name)) })
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newWorld(t).root())
}

func TestRoff(t *testing.T) {
	for text, want := range map[string]string{
		"--json":       `\-\-json`,
		`a\b`:          `a\eb`,
		".hidden\n'q'": "\\&.hidden\n\\&'q'",
		"a.b 'c'":      "a.b 'c'",
	} {
		if got := roff(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
