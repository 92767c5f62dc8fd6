package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
)

// A pausing is what a person pauses or resumes: one account, or all of a
// carrier.
type pausing struct{ account, carrier, why string }

func (a *app) pauseCommand() *cobra.Command {
	return a.pausingCommand("pause", a.pause, &cobra.Command{
		Short: "Pause an account, or all accounts of a carrier: it is not visited",
		Long: `Pause an account, or all accounts of a carrier: nobody logs in, files or looks up
until it is resumed. A visit under way finishes its invoice and ends. Files that
arrive are taken in and wait.`,
		Example: `  lodge pause firm-harbor --why "Harbor asks us to wait for its new portal"
  lodge pause --carrier harbor --why "maintenance until Monday"`,
	})
}

func (a *app) resumeCommand() *cobra.Command {
	return a.pausingCommand("resume", a.resume, &cobra.Command{
		Short: "Let an account be visited again that was paused or held back",
		Long: `Let an account be visited again, after a pause, or after a carrier refused its login
or asked for something that only a person can do. Of an account that is paused the
pause ends and nothing else: where a login was refused too, it is said, and the
same line typed once more lets that login be tried again. Where the password was
wrong, lodge secret set is enough: a new one lets the account be visited by itself.

With --carrier the pauses of all its accounts end; refused logins are left as they
are.`,
		Example: `  lodge resume firm-harbor --why "new terms accepted by hand"`,
	})
}

// pausingCommand makes cmd one that is about an account or a carrier and says why.
func (a *app) pausingCommand(name string, run func(context.Context, pausing) error, cmd *cobra.Command) *cobra.Command {
	var p pausing
	cmd.Use = name + " ACCOUNT|--carrier CARRIER"
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case p.carrier == "":
			return exactly("an account, or --carrier")(cmd, args)
		case len(args) > 0:
			return misused("%s is about an account or about a carrier, and not both: type %s --help", cmd.CommandPath(), cmd.CommandPath())
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			p.account = args[0]
		}
		return run(cmd.Context(), p)
	}
	cmd.Flags().StringVar(&p.why, "why", "", "the `reason`, in a sentence (required)")
	cmd.Flags().StringVar(&p.carrier, "carrier", "", "all accounts of this `carrier` in lodge.yaml")
	return cmd
}

// accounts are the names of those that p is about.
func (a *app) accounts(c config.Config, p pausing) ([]string, error) {
	if p.carrier == "" {
		return []string{p.account}, known(c, []string{p.account})
	}
	if _, err := a.carrier(p.carrier); err != nil {
		return nil, err
	}
	var names []string
	for _, acc := range c.Accounts {
		if acc.Carrier == p.carrier {
			names = append(names, acc.Name)
		}
	}
	if len(names) == 0 {
		return nil, misused("%s has no account of carrier %s", c.Path, p.carrier)
	}
	return names, nil
}

// each does something for every account that p is about, one by one, and goes on
// when one fails.
func (a *app) each(ctx context.Context, p pausing, do func(c config.Config, l *ledger.Ledger, account, who string) error) error {
	who, err := a.person(p.why)
	if err != nil {
		return err
	}
	return a.reading(ctx, func(c config.Config, l *ledger.Ledger) error {
		names, err := a.accounts(c, p)
		if err != nil {
			return err
		}
		var person error
		var failed []error
		for _, name := range names {
			if err := do(c, l, name, who); errors.Is(err, errPerson) {
				person = err
			} else if err != nil {
				failed = append(failed, err)
			}
		}
		return cmp.Or(errors.Join(failed...), person)
	})
}

func (a *app) pause(ctx context.Context, p pausing) error {
	return a.each(ctx, p, func(_ config.Config, l *ledger.Ledger, account, who string) error {
		err := l.Pause(ctx, account, who, p.why)
		if there, ok := errors.AsType[*ledger.PausedError](err); ok {
			_, err = fmt.Fprintf(a.out, "Account %s is paused already, by %s since %s: %s\n",
				account, there.Who, a.stamp(there.At), printable(there.Why))
			return err
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "Account %s is paused. A visit under way ends after its invoice. To go on: %s\n",
			account, a.with("resume "+account+" --why TEXT"))
		return err
	})
}

func (a *app) resume(ctx context.Context, p pausing) error {
	return a.each(ctx, p, func(c config.Config, l *ledger.Ledger, account, who string) error {
		item, err := l.Account(ctx, account)
		switch {
		case err != nil:
			return err
		case item.Paused != nil:
			return a.endPause(ctx, c, l, account, who, p.why)
		case p.carrier != "":
			_, err = fmt.Fprintf(a.out, "Account %s is not paused.\n", account)
			return errors.Join(err, a.stillHeld(c, item))
		case item.Suspended == nil:
			return fmt.Errorf("account %s is not held back by the ledger: %s tells what holds it", account, a.with("status"))
		}
		if err := l.LiftSuspension(ctx, account, who, p.why); err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "Account %s may be visited again.\n", account)
		return err
	})
}

// endPause ends a pause and tells what else holds the account back.
func (a *app) endPause(ctx context.Context, c config.Config, l *ledger.Ledger, account, who, why string) error {
	item, err := l.Resume(ctx, account, who, why)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "Account %s is not paused any more.\n", account)
	return errors.Join(err, a.stillHeld(c, item))
}

// stillHeld tells what holds an account back besides a pause; errPerson if
// something does.
func (a *app) stillHeld(c config.Config, item ledger.Account) error {
	acc, err := c.Account(item.Name)
	if err == nil && acc.Paused != "" {
		_, _ = fmt.Fprintf(a.out, "It is paused in %s too (%s): take \"paused\" out of there.\n", c.Path, printable(acc.Paused))
	}
	if item.Suspended == nil {
		if acc.Paused != "" {
			return errPerson
		}
		return nil
	}
	t := a.suspended(c, item.Name, *item.Suspended)
	_, _ = fmt.Fprintf(a.out, "It is still held back since %s: %s\n", a.stamp(t.Since), printable(t.Why))
	a.remedy("the "+string(t.Needs)+" acts", t.Next)
	return errPerson
}
