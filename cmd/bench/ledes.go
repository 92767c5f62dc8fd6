package main

import (
	"github.com/spf13/cobra"

	"example.com/lodge/internal/bench/reading"
)

func (c *measuring) ledesCommand() *cobra.Command {
	o := reading.Options{Self: self}
	var megabytes int64
	cmd := &cobra.Command{
		Use:   "ledes",
		Short: "Measure how fast LEDES files are read and checked",
		Long: `Cut the same valid LEDES 1998B file into fields with encoding/csv and with
package ledes, and check it; then check a very large one in a process of its own
and tell how much memory that took.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.inside(func(dir string) error {
				o.Dir, o.Large = dir, megabytes<<20
				return reading.Run(cmd.Context(), o, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().IntVar(&o.Rounds, "rounds", 9, "of each way of reading")
	cmd.Flags().IntVar(&o.Size, "size", 64<<20, "`bytes` that are read once a round")
	cmd.Flags().Int64Var(&megabytes, "large", 1024, "`MB` of the very large file; 0: none")
	return cmd
}
