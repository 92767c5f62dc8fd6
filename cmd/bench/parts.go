package main

import (
	"github.com/spf13/cobra"

	"example.com/lodge/internal/bench/meter"
	"example.com/lodge/internal/bench/scene"
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
