package main

import (
	"github.com/spf13/cobra"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/floor"
	"example.com/lodge/internal/bench/meter"
	"example.com/lodge/internal/bench/reading"
	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/browser/usual"
)

// partCommands are the processes that bench starts of itself.
func partCommands() []*cobra.Command {
	list := []*cobra.Command{
		{
			Use:   "portal",
			Short: "Serve a simulated portal until standard input ends",
			RunE: func(cmd *cobra.Command, _ []string) error {
				return scene.ServePortal(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
			},
		},
		{
			Use:   "check",
			Short: "Check one LEDES file",
			Args:  cobra.ExactArgs(1),
			RunE:  func(cmd *cobra.Command, args []string) error { return reading.Check(args[0], cmd.OutOrStdout()) },
		},
		{
			Use:   "floor",
			Short: "File a job with nothing but HTTP",
			RunE: func(cmd *cobra.Command, _ []string) error {
				job, err := bench.ReadJob(cmd.InOrStdin())
				if err != nil {
					return err
				}
				return floor.File(cmd.Context(), job)
			},
		},
		{
			Use:   "usual",
			Short: "File a job with a full Chromium for each invoice",
			RunE: func(cmd *cobra.Command, _ []string) error {
				job, err := bench.ReadJob(cmd.InOrStdin())
				if err != nil {
					return err
				}
				return usual.File(cmd.Context(), usual.Exe, job)
			},
		},
		{
			Use:                "inside",
			Short:              "Run a command as its parent and report what it used",
			DisableFlagParsing: true,
			RunE:               func(_ *cobra.Command, args []string) error { return meter.Inside(args) },
		},
	}
	for _, c := range list {
		c.Hidden = true
	}
	return list
}
