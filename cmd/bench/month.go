package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/month"
	"example.com/lodge/internal/browser"
)

// errBroken ends a month in which a promise was broken. Which was told already.
var errBroken = errors.New("a promise was broken")

func (c *measuring) monthCommand() *cobra.Command {
	o := month.Options{Self: self}
	cmd := &cobra.Command{
		Use:   "month",
		Short: "File a month of many accounts at portals that misbehave",
		Long: `File a month's invoices with lodge run --watch, at several simulated portals that
refuse, are slow, go down, end sessions and lose connections, until everything has
a final word or is with a person. Tell what it took, whether memory and open files
stayed flat, and what Fargate would charge; hold every word of Lodge's against the
portals' own counts. The exit status is 1 if a promise was broken.`,
		Example: `  bench month --invoices 200 --accounts 4     a trial of some ten minutes`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Tell = cmd.ErrOrStderr()
			return c.withLodge(cmd.Context(), func(dir, lodge string) error {
				o.Dir, o.Lodge = dir, lodge
				return c.month(cmd, o)
			})
		},
	}
	cmd.Flags().IntVar(&o.Invoices, "invoices", 2000, "of all accounts together")
	cmd.Flags().IntVar(&o.Accounts, "accounts", 20, "with a login each")
	cmd.Flags().IntVar(&o.Portals, "portals", 4, "that they are spread over")
	cmd.Flags().IntVar(&o.Visits, "visits", 4, "side by side")
	cmd.Flags().DurationVar(&o.Limit, "limit", time.Hour, "`time` within which all must be settled")
	return cmd
}

func (c *measuring) month(cmd *cobra.Command, o month.Options) error {
	exe, err := browser.Find()
	if err != nil {
		return err
	}
	m := bench.Look(cmd.Context(), o.Lodge, exe)
	m.Load = []string{bench.Load()}
	report, err := month.Run(cmd.Context(), o)
	if err != nil {
		return err
	}
	m.Load = append(m.Load, bench.Load())
	report.Machine = m
	report.Write(cmd.OutOrStdout())
	if err := c.store(cmd, "month.json", report); err != nil {
		return err
	}
	if len(report.Broken) > 0 {
		return errBroken
	}
	return nil
}
