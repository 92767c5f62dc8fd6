package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/lodge/internal/release"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Print the man page",
		Long: `Print the man page of lodge and all its commands, in the language of man pages.
It is made from the same texts as --help.`,
		Example: `  lodge man > /usr/local/share/man/man1/lodge.1
  lodge man | man -l -`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.man(cmd.Root()) },
	}
}

// man writes the page of root and all below it.
func (a *app) man(root *cobra.Command) error {
	w := bufio.NewWriter(a.out)
	p := page{w}
	p.line(`.TH LODGE 1 "%s" "%s" "Lodge"`, built(a.clock.Now()).Format(time.DateOnly), roff(release.Version()))
	p.line(".nh\n.ad l") // names are typed as they are read
	p.section("NAME")
	p.line(`lodge \- %s`, roff(strings.ToLower(root.Short[:1])+root.Short[1:]))
	p.section("SYNOPSIS")
	p.line(`\fBlodge\fR [\fB\-\-config\fR \fIfile\fR] \fIcommand\fR [\fIargument\fR ...]`)
	p.section("DESCRIPTION")
	p.text(root.Long)
	p.section("COMMANDS")
	for _, c := range root.Commands() {
		p.command(c)
	}
	for _, s := range closing() {
		p.section(s.title)
		p.items(s.items)
	}
	p.section("EXAMPLES")
	p.literal(root.Example)
	p.section("SEE ALSO")
	p.line(`\fBxvfb\-run\fR(1), \fBchromium\fR(1)`)
	return w.Flush()
}

// A page is a man page being written, in man(7) as mandoc and groff read it.
type page struct{ w io.Writer }

func (p page) line(format string, args ...any) { _, _ = fmt.Fprintf(p.w, format+"\n", args...) }

func (p page) section(title string) { p.line(".SH %s", title) }

// command writes one command and those below it.
func (p page) command(c *cobra.Command) {
	if c.Name() == "help" || !c.IsAvailableCommand() {
		return
	}
	if len(arguments(c)) > 0 || !c.HasAvailableSubCommands() {
		p.entry(c)
	}
	for _, sub := range c.Commands() {
		p.command(sub)
	}
}

// entry writes what one command does.
func (p page) entry(c *cobra.Command) {
	p.line(`.SS "%s"`, roff(c.CommandPath()))
	options := optionsOf(c)
	more := ""
	if len(options) > 0 {
		more = ` [\fIoption\fR ...]`
	}
	p.line(`\fB%s\fR%s%s`, roff(c.CommandPath()), roff(strings.TrimPrefix(c.Use, c.Name())), more)
	p.line(".PP")
	if c.Long == "" {
		p.text(c.Short + ".")
	} else {
		p.text(c.Long)
	}
	p.items(options)
	if c.Example != "" {
		p.line(".PP\nExamples:\n.PP")
		p.literal(c.Example)
	}
}

// text writes paragraphs; lines that are set in stay as they are, since they are
// lists.
func (p page) text(s string) {
	for i, part := range strings.Split(strings.TrimSpace(s), "\n\n") {
		if i > 0 {
			p.line(".PP")
		}
		var prose, list []string
		for l := range strings.Lines(part) {
			if l = strings.TrimRight(l, "\n"); strings.HasPrefix(l, "  ") {
				list = append(list, l)
			} else {
				prose = append(prose, l)
			}
		}
		if len(prose) > 0 {
			p.prose(strings.Join(prose, " "))
		}
		if len(prose) > 0 && len(list) > 0 {
			p.line(".PP")
		}
		if len(list) > 0 {
			p.literal(strings.Join(list, "\n"))
		}
	}
}

// proseColumns keeps lines of the source short, as man(7) asks.
const proseColumns = 70

// prose writes a paragraph, which is filled anew where it is read.
func (p page) prose(s string) {
	for _, l := range wrap(s, proseColumns) {
		p.line("%s", roff(l))
	}
}

// literal writes lines as they stand.
func (p page) literal(s string) { p.line(".nf\n%s\n.fi", roff(strings.TrimRight(s, "\n"))) }

// An item is something with what it means.
type item struct{ name, means string }

func (p page) items(list []item) {
	for _, t := range list {
		p.line(".TP\n\\fB%s\\fR", roff(t.name))
		p.prose(t.means)
	}
}

// optionsOf are a command's own flags.
func optionsOf(c *cobra.Command) []item {
	var list []item
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Name == "config" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if value != "" {
			name += " " + value
		}
		list = append(list, item{name, usage})
	})
	return list
}

// roff takes from a text what roff would obey.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
