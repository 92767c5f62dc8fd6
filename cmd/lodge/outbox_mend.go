package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/outbox"
)

func (a *app) outboxSkipCommand() *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "skip DESTINATION INVOICE|ID",
		Short: "Give up the event that a destination refuses, so that later ones go on",
		Long: `Give up the next event of an invoice that a destination was not told of, because
its receiver refuses it and always will. Later events of that invoice go on.`,
		Example: `  lodge outbox skip books INV-1042`,
		Args:    exactly("a destination", "an invoice number or an id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.outboxSkip(cmd.Context(), args[0], args[1], account)
		},
	}
	cmd.Flags().StringVar(&account, "account", "", "the `account`, where several have an invoice of this number")
	return cmd
}

func (a *app) outboxSkip(ctx context.Context, destination, what, account string) error {
	return a.reading(ctx, func(_ config.Config, l *ledger.Ledger) error {
		s, err := a.one(ctx, l, what, account)
		if err != nil {
			return err
		}
		event, err := outbox.Skip(ctx, l, destination, s.ID)
		if errors.Is(err, outbox.ErrPaid) {
			return fmt.Errorf("nothing is skipped: of %s nothing waits for destination %s", s.Key, destination)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "%s of %s, of %s, is not sent to %s any more. What comes after it is.\n",
			event.Type, s.Key, event.Timestamp.In(a.zone).Format(time.DateTime), destination)
		return err
	})
}

func (a *app) outboxForgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forget DESTINATION",
		Short: "Forget a destination with what it was not told of yet",
		Long: `Forget a destination that was taken out of lodge.yaml, with what it was not told
of yet. One that comes back under that name is told of what happens from then on.`,
		Example: `  lodge outbox forget books`,
		Args:    exactly("a destination"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.outboxForget(cmd.Context(), args[0]) },
	}
}

func (a *app) outboxForget(ctx context.Context, destination string) error {
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		for _, d := range c.Outbox {
			if d.Name == destination {
				return fmt.Errorf("destination %s is in %s, and the next run would begin with it anew: take it out first", destination, c.Path)
			}
		}
		if err := l.Dismiss(ctx, destination); err != nil {
			return err
		}
		_, err := fmt.Fprintf(a.out, "Nothing waits for destination %s any more.\n", destination)
		return err
	})
}
