package main

import "github.com/spf13/cobra"

func (a *app) reconcileCommand() *cobra.Command {
	o := runOptions{looks: true}
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "Look up what was sent, and file nothing",
		Long: `Look up at the carriers' sites what was sent and is not settled, and what was
accepted and may still be refused, as far as it is due. Nothing is taken in and
nothing is filed. lodge run does the same before it files.`,
		Example: `  lodge reconcile
  lodge reconcile --account firm-harbor`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.workOn(cmd.Context(), o) },
	}
	o.flags(cmd.Flags())
	return cmd
}
