package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/durable"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/report"
)

// A reportOrder is what the report is to be about and where it goes.
type reportOrder struct {
	month, zone, account, carrier string
	csv, html                     string // files, or "-"; "": not wanted
	minutes                       float64
}

func (a *app) reportCommand() *cobra.Command {
	var o reportOrder
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Say what became of a month's invoices, for others to read",
		Long: `Say what became of the invoices that arrived in a month: how many the carriers
have and what they add up to, what was rejected and why, what waits for whom,
what is late, and how long filing took. The month is that of the firm's zone.

On the terminal it is a table. --html writes one page that prints well, needs
nothing from anywhere, and holds nothing of the invoices but numbers, amounts
and the carriers' words. --csv writes a line for each invoice with all facts.`,
		Example: `  lodge report --month 2026-10
  lodge report --month 2026-10 --html october.html --csv october.csv
  lodge report --month 2026-10 --csv - | wc -l`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.report(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.month, "month", "", "the `month`; the last that has ended unless named")
	flags.StringVar(&o.zone, "zone", "", "the firm's time `zone`; that of this machine unless named")
	flags.StringVar(&o.account, "account", "", "only of this `account`")
	flags.StringVar(&o.carrier, "carrier", "", "only of this `carrier`")
	flags.StringVar(&o.csv, "csv", "", "a line for each invoice goes to this `file`; - is standard output")
	flags.StringVar(&o.html, "html", "", "a page goes to this `file`; - is standard output")
	flags.Float64Var(&o.minutes, "minutes-per-invoice", 3, "`minutes` of clicking that an invoice takes by hand")
	return cmd
}

// options checks what was typed.
func (a *app) reportOptions(o reportOrder) (report.Options, error) {
	zone := a.zone
	if o.zone != "" {
		var err error
		if zone, err = time.LoadLocation(o.zone); err != nil {
			return report.Options{}, misused("there is no time zone %q: it is named as in America/New_York", o.zone)
		}
	}
	from, err := a.monthNamed(o.month, zone)
	if err != nil {
		return report.Options{}, err
	}
	switch {
	case !(o.minutes >= 0 && o.minutes <= 24*60):
		return report.Options{}, misused("--minutes-per-invoice is a number of minutes, and not %v", o.minutes)
	case o.csv == "-" && o.html == "-":
		return report.Options{}, misused("only one of --csv and --html can go to standard output")
	case o.csv != "" && o.csv != "-" && filepath.Clean(o.csv) == filepath.Clean(o.html):
		return report.Options{}, misused("--csv and --html name the same file, %s", o.csv)
	}
	return report.Options{From: from, To: from.AddDate(0, 1, 0), Minutes: o.minutes, Account: o.account, Carrier: o.carrier}, nil
}

// monthNamed is the month that was typed, or the last that has ended: its first moment in
// a zone.
func (a *app) monthNamed(typed string, zone *time.Location) (time.Time, error) {
	if typed == "" {
		now := a.clock.Now().In(zone)
		return time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, zone), nil
	}
	month, err := time.ParseInLocation("2006-01", typed, zone)
	if err != nil {
		return time.Time{}, misused("--month is a month as in 2026-10, and not %q", typed)
	}
	return month, nil
}

func (a *app) report(ctx context.Context, o reportOrder) error {
	options, err := a.reportOptions(o)
	if err != nil {
		return err
	}
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		if options.At, err = l.Now(ctx); err != nil {
			return err
		}
		deadlines, err := a.deadlinesOf(c)
		if err != nil {
			return err
		}
		options.Refuses = func(s ledger.Summary) time.Time { return refuses(deadlines, s) }
		options.Title = func(name string) string {
			carrier, _ := a.carrier(name)
			return cmp.Or(carrier.Title, name)
		}
		list, err := l.All(ctx, ledger.Query{From: options.From, To: options.To, Account: o.account, Carrier: o.carrier})
		if err != nil {
			return err
		}
		return a.writeReport(report.Make(list, options), o)
	})
}

// writeReport writes the report to where it was ordered. Without an invoice it
// writes no file: an empty page looks like a month without work.
func (a *app) writeReport(r report.Report, o reportOrder) error {
	if len(r.Lines) == 0 {
		tell := a.out
		if o.csv == "-" || o.html == "-" {
			tell = a.err
		}
		_, err := fmt.Fprintf(tell, "No invoice arrived in %s (%s)%s. Nothing was written.\n", r.Month(), r.Zone(), only(o))
		return err
	}
	if o.csv == "" && o.html == "" {
		return a.showMonth(r)
	}
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{{o.csv, r.CSV}, {o.html, r.HTML}} {
		if file.name == "" {
			continue
		}
		if err := a.writeTo(file.name, file.write); err != nil {
			return fmt.Errorf("the report on %s: %w", r.Month(), err)
		}
		if file.name != "-" {
			_, _ = fmt.Fprintf(a.err, "%s: %s of %s.\n", file.name, count(r.All.Arrived.N, "invoice"), r.Month())
		}
	}
	return nil
}

func only(o reportOrder) string {
	text := ""
	if o.account != "" {
		text += " in account " + printable(o.account)
	}
	if o.carrier != "" {
		text += " for carrier " + printable(o.carrier)
	}
	return text
}

// writeTo writes all of a file or nothing: what is there under its name stays
// until the new one is whole.
func (a *app) writeTo(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if name == "-" {
		_, err := a.out.Write(b.Bytes())
		return err
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return fmt.Errorf("%w: whoever asks for the report names a folder that is there", err)
	}
	defer func() { _ = root.Close() }()
	return durable.Replace(root, filepath.Base(name), b.Bytes())
}
