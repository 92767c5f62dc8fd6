package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/filing"
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
		if err := here(c, prunedThere); err != nil && !dry {
			return err
		}
		if c.Keep.ForEver() {
			return fmt.Errorf("evidence is kept for ever: the operator sets \"keep\" under \"evidence\" in %s, for instance to 7y", c.Path)
		}
		if len(accounts) == 0 {
			if accounts, err = kept(ctx, c, l, store); err != nil {
				return err
			}
		}
		desk := filing.Desk{Config: c, Ledger: l, Evidence: store}
		done := "was removed"
		if dry {
			done = "would be removed"
		}
		for _, account := range accounts {
			r, err := desk.Prune(ctx, account, who, dry)
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(a.out, "%s: evidence of %s %s: %s, %s; of invoices that are not settled it stays (%s).\n", account,
				count(r.Attempts, "attempt"), done, count(r.Files, "file"), megabytes(r.Bytes), count(r.Kept, "attempt"))
		}
		return nil
	})
}

// pruneAsks is how often a run asks whether it is time to remove old evidence.
const pruneAsks = time.Hour

// pruneDaily removes old evidence, if no run has done so today.
func (w *works) pruneDaily(ctx context.Context) {
	if now := w.clock.Now(); !now.Before(w.prunes) {
		w.prunes = now.Add(pruneAsks)
		w.tell(w.desk.PruneDaily(ctx, w.accounts))
	}
}
