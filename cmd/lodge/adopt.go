package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/intake"
)

func (a *app) adoptCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "adopt ACCOUNT FILE...",
		Short: "Let files be filed that are older than the watermark",
		Long: `Let files of an account be filed although they are older than the watermark in
lodge.yaml. FILE is the name as lodge run tells it, in the account's folder of the
inbox.`,
		Example: `  lodge adopt firm-harbor INV-1042.txt`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return exactly("an account", "a file")(cmd, args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.adopt(args[0], args[1:]) },
	}
}

func (a *app) adopt(account string, files []string) (err error) {
	who, err := a.person("adopted")
	if err != nil {
		return err
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	if err := known(c, []string{account}); err != nil {
		return err
	}
	if err := c.MakeFolders(); err != nil {
		return err
	}
	in, err := intake.New(intake.Options{Inbox: c.Inbox, State: c.State, Accounts: a.inboxes(c), Clock: a.clock})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for _, f := range files {
		if err := in.Adopt(account, f, who); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(a.out, "%s will be taken in by the next run.\n", count(len(files), "file"))
	return err
}
