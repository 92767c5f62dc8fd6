package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
)

func (a *app) homeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "home",
		Short: "Tell this ledger's name, and which accounts it files for",
		Long: `Tell this ledger's name, and which accounts it files for. Two ledgers that file for
one account cannot know of each other's uploads, and the carrier may get an invoice
twice. Where several machines have Lodge, name the one that files under "home" of the
account, in the lodge.yaml of all of them: the others only look.

A backup keeps the name, and so does what is restored from it: stop the old machine
before Lodge runs on the new one.`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.reading(cmd.Context(), func(c config.Config, l *ledger.Ledger) error { return a.home(cmd.Context(), c, l) })
		},
	}
}

func (a *app) home(ctx context.Context, c config.Config, l *ledger.Ledger) error {
	name, err := l.Name(ctx)
	if err != nil {
		return err
	}
	list := table{head: []string{"ACCOUNT", "HOME", "THIS LEDGER"}}
	for _, acc := range c.Accounts {
		switch {
		case acc.Home == "":
			list.add(acc.Name, "not named", "files, and so would any other")
		case acc.AtHome(name) != nil:
			list.add(acc.Name, acc.Home, "looks, and files nothing")
		default:
			list.add(acc.Name, acc.Home, "files")
		}
	}
	_, _ = fmt.Fprintf(a.out, "This ledger is %s.\n\n", name)
	list.write(a.out, a.columns)
	return nil
}
