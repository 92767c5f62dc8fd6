package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/filing"
	"example.com/lodge/internal/ledger"
)

func (a *app) evidenceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evidence",
		Short: "Prove evidence, and remove what is older than it is kept",
		Long: `Evidence is what Lodge saw at a carrier's site: pictures, pages, answers, and what
it did there. Each attempt's files are named with their hashes in one link of the
account's chain. lodge show INVOICE tells where an invoice's evidence lies.`,
		Args: a.noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.verifyCommand(), a.pruneCommand(), a.sealCommand())
	return cmd
}

// chains runs f with the settings, the ledger and the evidence that belongs to it.
func (a *app) chains(ctx context.Context, f func(config.Config, *ledger.Ledger, *evidence.Store) error) error {
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		store, err := evidenceOf(ctx, c)
		if err != nil {
			return err
		}
		return errors.Join(f(c, l, store), store.Close())
	})
}

// evidenceOf is the evidence that belongs to the ledger, to be looked at.
func evidenceOf(ctx context.Context, c config.Config) (*evidence.Store, error) {
	if c.AWS == nil {
		return evidence.OpenCopy(c.Evidence())
	}
	store, err := cloud.OpenObjects(ctx, c, config.EvidenceKeys)
	if err != nil {
		return nil, err
	}
	return evidence.On(store), nil
}

// kept are the accounts that there is evidence of, or ought to be: those of
// lodge.yaml, of the ledger and of the evidence.
func kept(ctx context.Context, c config.Config, l *ledger.Ledger, store *evidence.Store) ([]string, error) {
	names, _, err := store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	items, err := l.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		names = append(names, item.Name)
	}
	names = append(names, c.Names()...)
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (a *app) sealCommand() *cobra.Command {
	var account, why string
	cmd := &cobra.Command{
		Use:   "seal INVOICE|ID",
		Short: "Seal evidence of an invoice that its program could not seal",
		Long: `Seal evidence that no link of the chain names, because the program that gathered
it was ended, or its disk was full, at that moment. lodge evidence verify tells of
such evidence. Look at it first: from then on the chain vouches that it was there
today, and says who sealed it.`,
		Example: `  lodge evidence seal INV-1042 --why "the disk was full on Tuesday"`,
		Args:    exactly("an invoice number or an id"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.seal(cmd.Context(), args[0], account, why) },
	}
	cmd.Flags().StringVar(&why, "why", "", "the `reason`, in a sentence (required)")
	cmd.Flags().StringVar(&account, "account", "", "the `account`, where several have an invoice of this number")
	return cmd
}

func (a *app) seal(ctx context.Context, what, account, why string) error {
	who, err := a.person(why)
	if err != nil {
		return err
	}
	return a.chains(ctx, func(c config.Config, l *ledger.Ledger, store *evidence.Store) error {
		desk := filing.Desk{Config: c, Ledger: l, Evidence: store}
		s, err := a.one(ctx, l, what, account)
		if err != nil {
			return err
		}
		if s.Lease.Owner != "" {
			return fmt.Errorf("%s: somebody works on it, and seals its evidence afterwards: wait until that is done", s.Key)
		}
		item, err := l.Account(ctx, s.Key.Account)
		if err != nil {
			return err
		}
		head, err := desk.Seal(ctx, ledger.Summarize(s), who+": "+why)
		if err != nil {
			return err
		}
		if head == item.Chain {
			_, err = fmt.Fprintf(a.out, "All evidence of %s is sealed already.\n", s.Key)
			return err
		}
		_, err = fmt.Fprintf(a.out, "The evidence of %s is sealed. The chain of account %s goes up to %s.\n", s.Key, s.Key.Account, head)
		return err
	})
}

// sealLeft seals what the dead had begun, once their submissions are free.
func (w *works) sealLeft(ctx context.Context, left []ledger.Summary) {
	w.tell(w.desk.SealLeft(ctx, left))
}

// whatIsLeft says why evidence that the ledger names in a folder, below the store, is
// not there; "" if it is.
func (a *app) whatIsLeft(ctx context.Context, store *evidence.Store, folder string, names []string) string {
	missing := 0
	for _, name := range names {
		if there, err := store.Has(ctx, path.Join(folder, name)); err != nil || !there {
			missing++
		}
	}
	if missing == 0 {
		return ""
	}
	word, err := store.Word(ctx, folder)
	if err != nil {
		return fmt.Sprintf("%s not there: %s tells more", count(missing, "file"), a.with("evidence verify"))
	}
	return fmt.Sprintf("removed, since evidence is kept for %s: links %d and %d of the chain tell what it was", word.Keep, word.Link, word.By)
}
