package main

import (
	"fmt"
	"github.com/spf13/cobra"

	"example.com/lodge/internal/release"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Tell which build this is",
		Args:  none,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, release.Version())
			return err
		},
	}
}
