package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/objects"
	"example.com/lodge/ledes"
)

func (a *app) submitCommand() *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "submit FILE...",
		Short: "Put files into the inbox of an account",
		Long: `Put LEDES files into the inbox of an account, from where they are taken in: in AWS
at once, on this machine by the next run. A file that is there under its name is
replaced, as a corrected version of it. lodge validate tells before what is not
fit to be filed.`,
		Example: `  lodge submit --account firm-harbor INV-1042.txt`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return exactly("a file")(cmd, args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.submit(cmd.Context(), account, args) },
	}
	cmd.Flags().StringVar(&account, "account", "", "the `account` that they are for (required)")
	return cmd
}

func (a *app) submit(ctx context.Context, account string, files []string) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	if account == "" {
		return misused("--account says whose inbox it is")
	}
	if err := known(c, []string{account}); err != nil {
		return err
	}
	inbox, done, err := inboxOf(ctx, c, account)
	if err != nil {
		return err
	}
	defer done()
	for _, file := range files {
		if err := a.submitOne(ctx, inbox, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// inboxOf is the folder of an account's files, in the bucket or on this machine.
func inboxOf(ctx context.Context, c config.Config, account string) (_ objects.Store, done func(), err error) {
	if c.AWS != nil {
		store, err := cloud.OpenObjects(ctx, c, config.InboxKeys+account+"/")
		return store, func() {}, err
	}
	if err := c.MakeFolders(); err != nil {
		return nil, nil, err
	}
	folder, err := objects.MakeFolder(filepath.Join(c.Inbox, account))
	if err != nil {
		return nil, nil, err
	}
	return folder, func() { _ = folder.Close() }, nil
}

// submitOne puts a file into an inbox, whole.
func (a *app) submitOne(ctx context.Context, inbox objects.Store, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	name := filepath.Base(file)
	switch {
	case intake.Ignored(name):
		return errors.New("its name says that it is hidden or not whole, and such files are not taken in: give it another name")
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	case info.Size() > ledes.MaxSize:
		return fmt.Errorf("it has more than %d bytes, which no invoice has", ledes.MaxSize)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := inbox.Put(ctx, name, data); err != nil {
		if errors.Is(err, fs.ErrInvalid) {
			return fmt.Errorf("%w: give it another name", err)
		}
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s is in %s.\n", name, inbox.Place(name))
	return err
}
