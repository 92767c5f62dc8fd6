package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/filing"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/browser/usual"
)

func (c *measuring) filingCommand() *cobra.Command {
	o := filing.Options{Self: self}
	cmd := &cobra.Command{
		Use:   "filing",
		Short: "Measure a submission beside plain HTTP and the usual way",
		Long: `File invoices at one simulated portal in several ways, every way once a round in
random order: plain HTTP with the same steps (floor), Lodge with one account
(lodge-1) and with four side by side (lodge-4), and chromedp with a full Chromium,
a browser and a login for each file (usual). Tell wall time, processor time and
memory of each, over all its processes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Tell = cmd.ErrOrStderr()
			return c.withLodge(cmd.Context(), func(dir, lodge string) error {
				o.Dir, o.Lodge = dir, lodge
				return c.filing(cmd, o)
			})
		},
	}
	cmd.Flags().IntVar(&o.Invoices, "invoices", 100, "a round, with the floor and with Lodge")
	cmd.Flags().IntVar(&o.Usual, "usual", 10, "invoices a round, the usual way")
	cmd.Flags().IntVar(&o.Rounds, "rounds", 2, "of wall and processor time")
	cmd.Flags().BoolVar(&o.Memory, "memory", true, "measure memory, in one more round")
	cmd.Flags().StringSliceVar(&o.Arms, "arm", nil, "only this `arm`: floor, lodge-1, lodge-4, usual; may be given several times")
	return cmd
}

func (c *measuring) filing(cmd *cobra.Command, o filing.Options) error {
	exe, err := browser.Find()
	if err != nil {
		return err
	}
	m := bench.Look(cmd.Context(), o.Lodge, exe, usual.Exe)
	runs, err := filing.Measure(cmd.Context(), o)
	if err != nil {
		return err
	}
	for _, r := range runs {
		m.Load = append(m.Load, r.Load)
	}
	m.Load = append(m.Load, bench.Load())
	report := filing.NewReport(m, runs)
	report.Write(cmd.OutOrStdout())
	return c.store(cmd, "filing.json", report)
}

// store writes what was measured for machines.
func (c *measuring) store(cmd *cobra.Command, name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "\nAll figures: %s\n", path)
	return nil
}
