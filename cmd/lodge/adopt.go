package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/release"
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
		RunE: func(cmd *cobra.Command, args []string) error { return a.adopt(cmd.Context(), args[0], args[1:]) },
	}
}

func (a *app) adopt(ctx context.Context, account string, files []string) (err error) {
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
	if c.AWS != nil {
		return a.adoptThere(ctx, c, account, files, who)
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

// adoptThere adopts objects of the bucket: each gets a version that came now, which
// rings the trigger.
func (a *app) adoptThere(ctx context.Context, c config.Config, account string, files []string, who string) error {
	d, err := a.deployment(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	inbox, err := d.Inbox(ctx, a.carriers, release.Version())
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := inbox.Adopt(ctx, account, f, who); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(a.out, "%s will be taken in within a minute.\n", count(len(files), "file"))
	return err
}
