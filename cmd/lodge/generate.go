package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/lodge/ledes"
	"example.com/lodge/ledes/sample"
)

// A generateOrder is which invoices are to be made and where they go.
type generateOrder struct {
	invoices, lines       int
	seed                  uint64
	format, month, client string
	dir                   string // "": standard output
}

// How much may be asked for: what is more would fill a memory or a disk by a slip of the pen.
const (
	mostGenerated = 10_000
	mostLines     = 10_000
)

func (a *app) generateCommand() *cobra.Command {
	var o generateOrder
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Make up valid invoices, for demonstrations and tests",
		Long: `Make up invoices as law firms send them to carriers: fees, expenses, discounts and
credits of an insurance defence firm. Firms, people and cases do not exist. Every
invoice is accepted by lodge validate without a finding. It needs no settings.

The same seed, month and other flags make the same invoices, byte for byte; another
seed makes others. In another month the same seed has the same cases, with other work.

Without --dir all invoices are one file on standard output. With it each is a file
named by its number; a file that is there is never written over. What was made is
told on standard error. In LEDES98BI fees are taxed as where the firm is.`,
		Example: `  lodge generate | lodge validate -
  lodge generate --invoices 200 --month 2026-10 --dir samples
  lodge generate --seed 7 --lines 8 --format 98bi > invoices.txt
  lodge generate --client harbor --dir inbox/firm-harbor     for lodge portal harbor`,
		Args: none,
		RunE: func(*cobra.Command, []string) error { return a.generate(o) },
	}
	flags := cmd.Flags()
	flags.IntVar(&o.invoices, "invoices", 10, "how many invoices, a `number`")
	flags.IntVar(&o.lines, "lines", sample.DefaultLines, "the most line items of an invoice, a `number`")
	flags.Uint64Var(&o.seed, "seed", 1, "`number` that all that is made up follows from")
	flags.StringVar(&o.format, "format", string(ledes.LEDES1998B), "the `format`, LEDES1998B or LEDES98BI; 1998b or 98bi will do")
	flags.StringVar(&o.month, "month", "", "the `month` that is billed, as 2026-10; the last that has ended unless named")
	flags.StringVar(&o.client, "client", "", "only for this `client`, an insurance carrier; for several unless named")
	flags.StringVar(&o.dir, "dir", "", "`folder` that gets a file for each invoice; it is made if it is not there")
	return cmd
}

// writtenFormats are those that are generated.
func writtenFormats() []string { return []string{string(ledes.LEDES1998B), string(ledes.LEDES98BI)} }

// formatNamed is the format that was typed, in letters of either case, its LEDES left out or not.
func formatNamed(typed string) (ledes.Format, error) {
	for _, f := range writtenFormats() {
		if strings.EqualFold(typed, f) || strings.EqualFold("LEDES"+typed, f) {
			return ledes.Format(f), nil
		}
	}
	return "", misused("--format is %s, and not %q", strings.Join(writtenFormats(), " or "), typed)
}

// clientNames are the clients that invoices can be generated for, as they are typed.
func clientNames() []string {
	var names []string
	for _, c := range sample.Clients() {
		names = append(names, strings.ToLower(c.ID))
	}
	return names
}

// generateOptions checks what was typed.
func (a *app) generateOptions(o generateOrder) (sample.Options, ledes.Format, error) {
	format, err := formatNamed(o.format)
	if err != nil {
		return sample.Options{}, "", err
	}
	month, err := a.monthNamed(o.month, a.zone)
	if err != nil {
		return sample.Options{}, "", err
	}
	switch {
	case o.invoices < 1 || o.invoices > mostGenerated:
		return sample.Options{}, "", misused("--invoices is a number from 1 to %d, and not %d", mostGenerated, o.invoices)
	case o.lines < 1 || o.lines > mostLines:
		return sample.Options{}, "", misused("--lines is a number from 1 to %d, and not %d", mostLines, o.lines)
	case month.Year() < 1900:
		return sample.Options{}, "", misused("--month is a month from 1900 on, and not %q", o.month)
	case o.client != "" && !slices.Contains(clientNames(), strings.ToLower(o.client)):
		return sample.Options{}, "", misused("there is no client %q: it is one of %s", o.client, strings.Join(clientNames(), ", "))
	}
	return sample.Options{Month: month, Lines: o.lines, Client: o.client, Taxes: format == ledes.LEDES98BI}, format, nil
}

func (a *app) generate(o generateOrder) error {
	options, format, err := a.generateOptions(o)
	if err != nil {
		return err
	}
	write := a.generateFile
	if o.dir != "" {
		write = generateFiles
	}
	lines, err := write(o, options, format)
	if err != nil {
		return err
	}
	where := ""
	if o.dir != "" {
		where = printable(o.dir) + ": "
	}
	_, err = fmt.Fprintf(a.err, "%s%s with %s, %s, %s, seed %d.\n", where, count(o.invoices, "invoice"), count(lines, "line"),
		format, options.Month.Format("January 2006"), o.seed)
	return err
}
