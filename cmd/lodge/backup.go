package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"example.com/lodge/internal/backup"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/release"
	"example.com/lodge/internal/secret"
)

// A backupOptions is the command line of lodge backup.
type backupOptions struct {
	file            string
	evidence, plain bool
	recipients      []string
}

func (a *app) backupCommand() *cobra.Command {
	var o backupOptions
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write all that Lodge knows into one file",
		Long: `Write the ledger, the copies of what is filed, what intake remembers, lodge.yaml
and the encrypted secrets into FILE, a new file, and read it again. lodge run may
go on meanwhile.

FILE holds invoices as they are filed. It is encrypted to the key that opens the
secrets, which is not in it: keep a copy of that key in another place. Whoever
loses it cannot read the backup. --recipient adds another key (age-keygen makes
one); --plain leaves FILE readable by everybody who gets it.

The evidence is not in it unless --evidence says so: it grows for years, and what
is in it never changes, so that any copying of its folder will do.`,
		Example: `  lodge backup /mnt/backup/lodge-2026-11-22.backup
  lodge backup --evidence --recipient age1… /mnt/backup/full.backup
  lodge backup verify /mnt/backup/full.backup`,
		Args: exactly("a file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return a.backup(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.evidence, "evidence", false, "put the evidence into it")
	cmd.Flags().BoolVar(&o.plain, "plain", false, "do not encrypt it")
	cmd.Flags().StringSliceVar(&o.recipients, "recipient", nil, "another `age1… key` that opens it; may be given several times")
	cmd.AddCommand(a.backupVerifyCommand())
	return cmd
}

func (a *app) backup(ctx context.Context, o backupOptions) (err error) {
	c, err := a.settings()
	if err != nil {
		return err
	}
	if err := here(c, recoveredThere); err != nil {
		return err
	}
	w := backup.Writing{Config: c, Evidence: o.evidence, Version: release.Version(), Now: a.clock.Now}
	if !o.plain {
		if w.Recipients, w.Keys, err = a.recipients(c, o.recipients); err != nil {
			return err
		}
	} else if len(o.recipients) > 0 {
		return misused("--plain and --recipient contradict each other")
	}
	if err := c.MakeFolders(); err != nil {
		return err
	}
	use, err := backup.Use(c.State)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, use.Close()) }()
	m, err := w.Write(ctx, o.file)
	if err != nil {
		return err
	}
	a.tellBackup(o.file, m)
	if o.plain {
		_, _ = fmt.Fprintln(a.out, "It is not encrypted: whoever gets it reads every invoice in it.")
	} else {
		_, _ = fmt.Fprintf(a.out, "It opens with the key in %s, which is not in it. Keep a copy of that key in another\n"+
			"place: without it nobody can read this backup.\n", c.Secrets.Identity)
	}
	if !o.evidence {
		_, _ = fmt.Fprintf(a.out, "The evidence is not in it: back up %s too.\n", c.Evidence())
	}
	return nil
}

// recipients are the keys that a backup is encrypted to: that of the secrets, and
// those that were named. The first opens it again.
func (a *app) recipients(c config.Config, more []string) ([]age.Recipient, []age.Identity, error) {
	key, err := secret.Key(c.Secrets.Identity)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: there is no key to encrypt the backup to: the operator types %s, which makes one, or adds --plain",
			err, a.with("secret set ACCOUNT KEY"))
	}
	if err != nil {
		return nil, nil, err
	}
	list := []age.Recipient{key.Recipient()}
	for _, text := range more {
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, nil, misused("--recipient %q is no age key, which begins with age1", text)
		}
		list = append(list, r)
	}
	return list, []age.Identity{key}, nil
}

func (a *app) tellBackup(file string, m backup.Manifest) {
	_, _ = fmt.Fprintf(a.out, "%s: of %s, %s, %s, %s: every hash is right.\n", file, a.stamp(m.MadeAt),
		count(m.Submissions(), "submission"), count(m.Files, "file"), size(m.Bytes))
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
}

func (a *app) backupVerifyCommand() *cobra.Command {
	var identity string
	cmd := &cobra.Command{
		Use:     "verify FILE",
		Short:   "Read a backup and check every hash in it",
		Example: `  lodge backup verify /mnt/backup/lodge-2026-11-22.backup`,
		Args:    exactly("a backup"),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := a.openers(identity)
			if err != nil {
				return err
			}
			m, err := backup.Verify(cmd.Context(), args[0], keys)
			if err != nil {
				return a.withKey(err)
			}
			a.tellBackup(args[0], m)
			return nil
		},
	}
	cmd.Flags().StringVar(&identity, "identity", "", "`file` with the key that opens it, unless it is that of the secrets")
	return cmd
}
