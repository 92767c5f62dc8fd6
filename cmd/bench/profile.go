package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/bench/profile"
	"example.com/lodge/internal/bench/scene"
)

func (c *measuring) profileCommand() *cobra.Command {
	o := profile.Options{Self: self}
	var goProfile string
	cmd := &cobra.Command{
		Use:   "profile",
		Short: "Tell where the time of a visit goes",
		Long: `File invoices with Lodge at a simulated portal, one account, and tell where wall
and processor time go: by step of the median invoice, by kind of process, by
thread. Looking costs a little itself: for figures to compare use bench filing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.inside(func(dir string) (err error) {
				o.Dir = dir
				if goProfile != "" {
					if goProfile, err = filepath.Abs(goProfile); err != nil {
						return err
					}
					o.Variable = fmt.Sprintf("%s=%s", scene.ProfileVariable, goProfile)
					o.Lodge, err = scene.BuildProfiled(cmd.Context(), dir)
				} else {
					o.Lodge, err = c.program(cmd.Context(), filepath.Join(dir, "bin"))
				}
				if err != nil {
					return err
				}
				return profile.Run(cmd.Context(), o, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().IntVar(&o.Invoices, "invoices", 30, "how many")
	cmd.Flags().IntVar(&o.Threads, "threads", 15, "how many of the busiest threads are shown")
	cmd.Flags().StringVar(&goProfile, "go-profile", "", "write a profile of Lodge's Go code to this `file`; Lodge is built for it")
	return cmd
}
