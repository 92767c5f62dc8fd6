package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
)

func (a *app) pruneCommand() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "prune [ACCOUNT]",
		Short: "Remove evidence that is older than it is kept",
		Long: `Remove the files of attempts that are older than lodge.yaml keeps evidence
(evidence: keep), and whose invoices are settled: what is open, or waits for
somebody, stays. The chain says what was removed and under which setting, and
stays whole: lodge evidence verify accepts that, and nothing else.

lodge run does it by itself, once a day.`,
		Example: `  lodge evidence prune --dry-run`,
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.prune(cmd.Context(), args, dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only tell what would be removed")
	return cmd
}

func (a *app) prune(ctx context.Context, accounts []string, dry bool) error {
	who, err := a.person("kept long enough")
	if err != nil {
		return err
	}
	return a.chains(ctx, func(c config.Config, l *ledger.Ledger, store *evidence.Store) error {
		if c.Keep.ForEver() {
			return fmt.Errorf("evidence is kept for ever: the operator sets \"keep\" under \"evidence\" in %s, for instance to 7y", c.Path)
		}
		if len(accounts) == 0 {
			if accounts, err = kept(ctx, c, l, store); err != nil {
				return err
			}
		}
		done := "was removed"
		if dry {
			done = "would be removed"
		}
		for _, account := range accounts {
			r, err := prune(ctx, l, store, c.Keep, account, who, dry)
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(a.out, "%s: evidence of %s %s: %s, %s; of invoices that are not settled it stays (%s).\n", account,
				count(r.Attempts, "attempt"), done, count(r.Files, "file"), megabytes(r.Bytes), count(r.Kept, "attempt"))
		}
		return nil
	})
}

// prune removes old evidence of an account in the name of who.
func prune(
	ctx context.Context, l *ledger.Ledger, store *evidence.Store, keep config.Keep, account, who string, dry bool,
) (evidence.Removed, error) {
	item, err := l.Account(ctx, account)
	if err != nil {
		return evidence.Removed{}, err
	}
	now, err := l.Now(ctx)
	if err != nil {
		return evidence.Removed{}, err
	}
	r, head, err := store.Prune(ctx, account, evidence.Pruning{
		Sealing: evidence.Sealing{After: item.Chain, At: now, By: who}, Before: keep.Before(now), Keep: keep.String(), Dry: dry,
		Free: func(ctx context.Context, id string) (bool, error) {
			s, err := l.Get(ctx, id)
			if errors.Is(err, ledger.ErrNotFound) {
				return false, nil // the ledger ought to know it: nothing is removed until it does
			}
			return err == nil && s.Settled(), err
		},
	})
	if head.N > 0 && !dry {
		err = errors.Join(err, l.Chained(ctx, account, head))
	}
	return r, err
}

// How often a run removes old evidence, and how often it asks whether it is time.
const (
	pruneEvery = 24 * time.Hour
	pruneAsks  = time.Hour
)

// pruneDaily removes old evidence, if no run has done so today.
func (w *works) pruneDaily(ctx context.Context) {
	now := w.clock.Now()
	if w.config.Keep.ForEver() || now.Before(w.prunes) {
		return
	}
	w.prunes = now.Add(pruneAsks)
	for _, account := range w.accounts {
		mine, err := w.ledger.PruneTurn(ctx, account, pruneEvery)
		if err == nil && mine {
			_, err = prune(ctx, w.ledger, w.evidence, w.config.Keep, account, w.holder.ID(), false)
		}
		if err != nil {
			w.tell(fmt.Errorf("old evidence of account %s was not removed: %w", account, err))
		}
	}
}
