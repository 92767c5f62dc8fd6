package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"example.com/lodge/internal/backup"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/secret"
)

// A restoreOptions is the command line of lodge restore.
type restoreOptions struct {
	file, identity               string
	dryRun, discardNewer, finish bool
	evidenceComplete             bool
}

func (a *app) restoreCommand() *cobra.Command {
	var o restoreOptions
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in place of the present ledger",
		Long: `Check every hash of a backup, and put its ledger in place of the present one,
which is put aside and never deleted. Copies of files and evidence are only added
to. lodge.yaml and the secrets are put where none are, and else left alone.

Nothing else of Lodge's may run meanwhile. A present ledger that is newer than the
backup is not replaced unless --discard-newer says so.

A restored ledger does not know what was sent after the backup. The evidence does:
the next lodge run brings every attempt of it into the ledger and looks it up
before it files anything. Keep the evidence folder.`,
		Example: `  lodge restore --dry-run /mnt/backup/lodge-2026-11-22.backup
  lodge restore /mnt/backup/lodge-2026-11-22.backup
  lodge restore --finish`,
		Args: func(cmd *cobra.Command, args []string) error {
			if o.finish {
				return none(cmd, args)
			}
			return exactly("a backup")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.finish {
				return a.finishRestore(cmd.Context())
			}
			o.file = args[0]
			return a.restore(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "check everything and change nothing")
	cmd.Flags().BoolVar(&o.discardNewer, "discard-newer", false, "put a ledger aside even if it is newer")
	cmd.Flags().BoolVar(&o.finish, "finish", false, "finish a restore that was broken off")
	cmd.Flags().BoolVar(&o.evidenceComplete, "evidence-complete", false, "nothing is missing in the evidence folder, whatever it looks like")
	cmd.Flags().StringVar(&o.identity, "identity", "", "`file` with the key that opens it, unless it is that of the secrets")
	return cmd
}

func (a *app) restore(ctx context.Context, o restoreOptions) error {
	keys, err := a.openers(o.identity)
	if err != nil {
		return err
	}
	c, there, err := a.settingsOrBackups(ctx, o, keys)
	if err != nil || !there {
		return a.withKey(err)
	}
	who, err := a.person("restored")
	if err != nil {
		return err
	}
	r := backup.Restoring{Config: c, Keys: keys, DryRun: o.dryRun, DiscardNewer: o.discardNewer,
		EvidenceComplete: o.evidenceComplete, Who: who, Now: a.clock.Now}
	done, err := r.Restore(ctx, o.file)
	if newer, ok := errors.AsType[*backup.NewerError](err); ok {
		a.tellLost(newer)
		return fmt.Errorf("%w: nothing was changed; to put that ledger aside all the same, type %s", err,
			a.with("restore --discard-newer "+quoted(o.file)))
	}
	if err != nil {
		return a.withKey(err)
	}
	a.tellBackup(o.file, done.Manifest)
	if o.dryRun {
		_, err = fmt.Fprintln(a.out, "It can be restored. Nothing was changed.")
		return err
	}
	a.tellRestored(c, done)
	return nil
}

// settingsOrBackups reads lodge.yaml, and takes it out of the backup first if
// there is none. there is false if it would have been, were this no rehearsal.
func (a *app) settingsOrBackups(ctx context.Context, o restoreOptions, keys []age.Identity) (_ config.Config, there bool, err error) {
	path := a.settingsPath()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		c, err := a.settings()
		if err == nil {
			err = here(c, recoveredThere)
		}
		return c, err == nil, err
	}
	m, err := backup.Verify(ctx, o.file, keys)
	if err != nil {
		return config.Config{}, false, err
	}
	settings, err := backup.Settings(ctx, o.file, keys)
	if err != nil {
		return config.Config{}, false, err
	}
	if o.dryRun {
		a.tellBackup(o.file, m)
		_, err := fmt.Fprintf(a.out, "It can be restored. %s would be written first. Nothing was changed.\n", path)
		return config.Config{}, false, err
	}
	if err := writeNew(path, settings); err != nil {
		return config.Config{}, false, err
	}
	_, _ = fmt.Fprintf(a.out, "%s is back.\n", path)
	c, err := a.settings()
	return c, err == nil, err
}

// settingsPath is where lodge.yaml is, or would be.
func (a *app) settingsPath() string {
	named, _ := a.variable("LODGE_CONFIG")
	return cmp.Or(a.config, named, "lodge.yaml")
}

// openers are the keys that open backups: the one in the file that was named, else that
// of the secrets, if there is one.
func (a *app) openers(identity string) ([]age.Identity, error) {
	named := identity != ""
	if !named {
		identity = filepath.Join(filepath.Dir(a.settingsPath()), config.Default(a.clock.Now()).Secrets.Identity)
		if c, err := a.settings(); err == nil {
			identity = c.Secrets.Identity
		}
	}
	key, err := secret.Key(identity)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil // a plain backup needs none
	}
	if err != nil {
		return nil, err
	}
	return []age.Identity{key}, nil
}

// withKey adds to an error about the key what to type.
func (a *app) withKey(err error) error {
	if errors.Is(err, backup.ErrKey) {
		return fmt.Errorf("%w: the operator names the copy of the key: --identity FILE", err)
	}
	return err
}

// tellLost names what a restore would lose.
func (a *app) tellLost(e *backup.NewerError) {
	for _, s := range e.Examples {
		_, _ = fmt.Fprintf(a.err, "  newer: %s of account %s, %s since %s\n",
			cmp.Or(s.Invoice, s.Object), s.Account, words(s.State), a.stamp(s.UpdatedAt))
	}
	if more := e.Submissions - len(e.Examples); more > 0 {
		_, _ = fmt.Fprintf(a.err, "  and %d more\n", more)
	}
}

func (a *app) tellRestored(c config.Config, done backup.Restored) {
	var b strings.Builder
	fmt.Fprintf(&b, "The ledger is as it was on %s. What was here before is in %s.\n", a.stamp(done.Manifest.MadeAt), done.Aside)
	if done.Secrets {
		fmt.Fprintf(&b, "The secrets are back in %s.\n", c.Secrets.File)
	}
	if _, err := os.Stat(c.Secrets.Identity); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(&b, "Their key is not in a backup: put your copy of it into %s.\n", c.Secrets.Identity)
	}
	if done.EvidenceLost {
		fmt.Fprintf(&b, "The evidence of what was sent since is not here. If there is a copy of the folder, put it into\n%s\n"+
			"and restore again with --evidence-complete. Without it, accounts whose carrier's site cannot be looked up\n"+
			"wait for you.\n", c.Evidence())
	}
	fmt.Fprintf(&b, "Decisions of people since then are gone: what was cancelled then is to be filed again now. Decide before you type\n"+
		"%s, which looks up what was sent since, before it files anything.\n", a.with("run"))
	_, _ = fmt.Fprint(a.out, b.String())
}

func (a *app) finishRestore(ctx context.Context) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	if err := here(c, recoveredThere); err != nil {
		return err
	}
	did, err := backup.Restoring{Config: c, Now: a.clock.Now}.Finish(ctx)
	if err != nil {
		return err
	}
	text := "There was no restore to finish; nothing of the state was changed by one."
	if did {
		text = "The restore is finished. " + a.with("run") + " looks up what was sent since the backup, before it files anything."
	}
	_, err = fmt.Fprintln(a.out, text)
	return err
}
