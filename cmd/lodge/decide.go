package main

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// A decision is what a person says about an invoice.
type decision struct {
	what, want, account, why, confirmation string

	revision int
}

// wants are the ends that a person may bring about.
func wants() []string {
	return []string{string(submission.Uncertain), string(submission.Ready), string(submission.Accepted),
		string(submission.Rejected), string(submission.Cancelled)}
}

// receipt is the carrier's word as the person has it.
func (d decision) receipt() *carriers.Receipt {
	switch submission.State(d.want) {
	case submission.Accepted:
		return &carriers.Receipt{Number: d.confirmation, Status: d.want, Text: d.why, State: carriers.StateAccepted}
	case submission.Rejected:
		return &carriers.Receipt{Number: d.confirmation, Status: d.want, Text: d.why, State: carriers.StateRejected}
	}
	return nil
}

func (a *app) decideCommand() *cobra.Command {
	var d decision
	cmd := &cobra.Command{
		Use:   "decide INVOICE|ID " + strings.Join(wants(), "|"),
		Short: "Decide about an invoice that Lodge may not decide about",
		Long: `Decide about an invoice that needs a person, after a look at the carrier's site:

  uncertain  it may have been sent: the next run looks it up
  ready      file it; if it may have been sent, it must have been looked up just before
  accepted   the carrier has it, and you have its word
  rejected   the carrier has refused it, and you have its word
  cancelled  it is not to be filed any more

Who decided and why stays in the invoice's history.`,
		Example: `  lodge decide INV-1042 accepted --confirmation 730187 --why "seen on the portal by hand"
  lodge decide INV-1042 uncertain --why "the portal was down, it is up now"`,
		Args: exactly("an invoice number or an id", "one of "+strings.Join(wants(), ", ")),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.what, d.want = args[0], args[1]
			return a.decide(cmd.Context(), d)
		},
	}
	cmd.Flags().StringVar(&d.why, "why", "", "the `reason`, in a sentence (required)")
	cmd.Flags().StringVar(&d.confirmation, "confirmation", "", "the carrier's confirmation `number`")
	cmd.Flags().StringVar(&d.account, "account", "", "the `account`, where several have an invoice of this number")
	cmd.Flags().IntVar(&d.revision, "revision", 0, "the `N`th version of the file; the current one unless named")
	return cmd
}

func (a *app) decide(ctx context.Context, d decision) error {
	if !slices.Contains(wants(), d.want) {
		return misused("an invoice can be decided to be %s, and not %q", strings.Join(wants(), ", "), d.want)
	}
	who, err := a.person(d.why)
	if err != nil {
		return err
	}
	return a.reading(ctx, func(_ config.Config, l *ledger.Ledger) error {
		s, err := a.one(ctx, l, d.what, d.account)
		if err != nil {
			return err
		}
		s, err = l.Decide(ctx, s.ID, submission.Event{
			Kind: submission.Decided, Who: who, Why: d.why, Want: submission.State(d.want), Revision: d.revision, Receipt: d.receipt(),
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "%s is %s.\n", s.Key, a.describe(ledger.Summarize(s)))
		return err
	})
}

// person is who types, for the history. A decision without a reason is none.
func (a *app) person(why string) (string, error) {
	if strings.TrimSpace(why) == "" {
		return "", misused("--why is missing: say in a sentence why, for whoever reads the history")
	}
	u, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("who decides? %w", err)
	}
	return u.Username, nil
}

func (a *app) resumeCommand() *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "resume ACCOUNT",
		Short: "Let an account be visited again that was held back",
		Long: `Let an account be visited again after a carrier refused its login, or asked for
something that only a person can do. Where the password was wrong, lodge secret
set is enough: a new one lets the account be visited by itself.`,
		Example: `  lodge resume firm-harbor --why "new terms accepted by hand"`,
		Args:    exactly("an account"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.resume(cmd.Context(), args[0], why) },
	}
	cmd.Flags().StringVar(&why, "why", "", "the `reason`, in a sentence (required)")
	return cmd
}

func (a *app) resume(ctx context.Context, account, why string) error {
	who, err := a.person(why)
	if err != nil {
		return err
	}
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		if err := known(c, []string{account}); err != nil {
			return err
		}
		item, err := l.Account(ctx, account)
		if err != nil {
			return err
		}
		if item.Suspended == nil {
			return fmt.Errorf("account %s is not held back by the ledger: %s tells what holds it", account, a.with("status"))
		}
		if err := l.LiftSuspension(ctx, account, who, why); err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "Account %s may be visited again.\n", account)
		return err
	})
}

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
