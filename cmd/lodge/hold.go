package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A holding is what a person holds back, or releases.
type holding struct{ what, account, why string }

func (a *app) holdCommand() *cobra.Command {
	return a.holdingCommand("hold", a.hold, &cobra.Command{
		Short: "Hold an invoice back: nothing is filed for it until it is released",
		Long: `Hold an invoice back. Nothing is filed for it until somebody releases it, also when
a new version of its file arrives; a form that is being filled in at this moment
is left before it is sent. What was sent before is still looked up.

lodge status tells what is on hold, by whom and why.`,
		Example: `  lodge hold INV-1042 --why "the client disputes line 7"`,
	})
}

func (a *app) releaseCommand() *cobra.Command {
	return a.holdingCommand("release", a.release, &cobra.Command{
		Short: "Release an invoice that was on hold: it goes on where it stood",
		Long: `Release an invoice that was on hold. It goes on where it stood: the next run files
what is ready.`,
		Example: `  lodge release INV-1042 --why "line 7 is agreed"`,
	})
}

// holdingCommand makes cmd one that is about an invoice and says why.
func (a *app) holdingCommand(name string, run func(context.Context, holding) error, cmd *cobra.Command) *cobra.Command {
	var h holding
	cmd.Use = name + " INVOICE|ID"
	cmd.Args = exactly("an invoice number or an id")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		h.what = args[0]
		return run(cmd.Context(), h)
	}
	cmd.Flags().StringVar(&h.why, "why", "", "the `reason`, in a sentence (required)")
	cmd.Flags().StringVar(&h.account, "account", "", "the `account`, where several have an invoice of this number")
	return cmd
}

func (a *app) hold(ctx context.Context, h holding) error {
	return a.holding(ctx, h, submission.Event{Kind: submission.Held}, func(s submission.Submission) string {
		text := "Nothing is filed for it until somebody types\n  " + a.with("release "+quoted(cmp.Or(s.Key.Number, s.ID))+" --why TEXT")
		if s.Current().State.LookUp() {
			return "What was sent before is still looked up. " + text
		}
		return text
	})
}

func (a *app) release(ctx context.Context, h holding) error {
	return a.holding(ctx, h, submission.Event{Kind: submission.Released, Hold: submission.HoldPerson}, func(s submission.Submission) string {
		if s.Current().State == submission.Ready {
			return "The " + a.filer(s) + " files it: " + a.with("run")
		}
		return "It goes on where it stood."
	})
}

func (a *app) holding(ctx context.Context, h holding, e submission.Event, then func(submission.Submission) string) error {
	who, err := a.person(h.why)
	if err != nil {
		return err
	}
	e.Who, e.Why = who, h.why
	return a.reading(ctx, func(_ config.Config, l *ledger.Ledger) error {
		s, err := a.one(ctx, l, h.what, h.account)
		if err != nil {
			return err
		}
		after, err := l.Decide(ctx, s.ID, e)
		if err != nil {
			return notHeld(s, e, err)
		}
		where := "on hold"
		if e.Kind == submission.Released {
			where = "released: it is " + a.describe(ledger.Summarize(after))
		}
		_, err = fmt.Fprintf(a.out, "%s is %s. %s\n", s.Key, where, then(after))
		return err
	})
}

// notHeld says why an invoice could not be held or released.
func notHeld(s submission.Submission, e submission.Event, err error) error {
	refusal, ok := errors.AsType[*submission.Refusal](err)
	switch {
	case errors.Is(err, ledger.ErrHeld):
		return plainly(err, "%s is being sent at this moment, and cannot be held any more: lodge show tells in a minute what became of it", s.Key)
	case !ok:
		return err
	case len(refusal.Rows) == 0:
		return plainly(err, "%s is %s: nothing is filed for it in any case", s.Key, words(refusal.State))
	case e.Kind == submission.Released:
		return plainly(err, "%s is not on hold", s.Key)
	}
	return plainly(err, "%s is not put on hold: %s", s.Key, refusal.Reason)
}
