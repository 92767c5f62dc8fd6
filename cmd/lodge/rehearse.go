package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/stop"
	"example.com/lodge/internal/visit"
)

// A rehearsing is the command line of lodge rehearse.
type rehearsing struct {
	watching
	account, invoice, file string
	paused, json           bool
}

func (a *app) rehearseCommand() *cobra.Command {
	var o rehearsing
	cmd := &cobra.Command{
		Use:   "rehearse ACCOUNT [INVOICE]",
		Short: "Prove that an account works, without filing anything",
		Long: `Log in, look an invoice up and fill in the form, and stop before the step that
files it. Nothing is sent: the browser holds every request that could change
something. Nothing is written to the ledger but that the account was visited and
how its login ended: a refused login holds the account back, as in a run.

INVOICE is one that Lodge has; unless named it is the oldest one that is ready.
With --file it is one of a LEDES file, which is checked and registered nowhere.
Where there is neither, the newest accepted invoice is looked up, and the form is
not rehearsed.

An account that is held back or was paused (lodge pause) is not logged in to:
lodge resume first. One that lodge.yaml pauses is rehearsed with --paused.

The exit code is 0 if all that was rehearsed works, 3 if somebody has to act.`,
		Example: `  lodge rehearse firm-harbor
  lodge rehearse firm-harbor INV-1042 --headed --slow 500ms
  lodge rehearse firm-harbor --file invoice.txt`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return exactly("an account")(cmd, args)
			}
			return atMost(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.account = args[0]; len(args) > 1 {
				o.invoice = args[1]
			}
			return a.rehearse(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.file, "file", "", "take the invoice from this LEDES `file`; with INVOICE, the one of that number")
	cmd.Flags().BoolVar(&o.paused, "paused", false, "rehearse although lodge.yaml pauses the account")
	cmd.Flags().BoolVar(&o.json, "json", false, "one JSON object: what became of each part")
	o.flags(cmd.Flags())
	return cmd
}

func (a *app) rehearse(ctx context.Context, o rehearsing) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	if err := known(c, []string{o.account}); err != nil {
		return err
	}
	if acc, _ := c.Account(o.account); acc.Paused != "" && !o.paused {
		return fmt.Errorf("account %s is paused (%s): with --paused it is rehearsed all the same", o.account, acc.Paused)
	}
	ctx, done := a.untilStopped(ctx)
	defer done()
	w, err := a.works(ctx, c, []string{o.account}, o.watching)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	return w.rehearse(ctx, c, o)
}

// rehearse makes the visit and tells what it proved.
func (w *works) rehearse(ctx context.Context, c config.Config, o rehearsing) error {
	log := slog.New(slog.NewTextHandler(w.err, &slog.HandlerOptions{Level: w.level}))
	v, err := w.visit(ctx, o.account, log, nil)
	if err != nil {
		return err
	}
	r, err := w.choose(ctx, c, v.Account.Of(v.Carrier), o)
	if err != nil {
		return err
	}
	said := rehearsalText{app: w.app}
	r.Paused, r.Tell = o.paused, said.step
	_, _ = fmt.Fprintf(w.err, "Rehearsing %s at %s with %s. Nothing will be sent.\n",
		o.account, v.Account.Portal, cmp.Or(printable(r.what), "no invoice"))
	done, err := v.Rehearse(ctx, r.Rehearsal)
	if errors.Is(context.Cause(ctx), stop.ErrStopped) {
		return errors.Join(stop.ErrStopped, errors.New("nothing was sent"))
	}
	if _, statErr := os.Stat(done.Folder); statErr != nil {
		done.Folder = ""
	}
	if o.json {
		return errors.Join(w.rehearsalJSON(o, r, done, err), verdictOf(err))
	}
	return w.showRehearsal(done, err)
}

// verdictOf is how a rehearsal went, as an exit code.
func verdictOf(err error) error {
	switch {
	case err == nil:
		return nil
	case person(err):
		return errPerson
	}
	return errFailed
}

// who says who acts on what failed.
func who(err error) string {
	kind := carriers.KindOf(err)
	if kind == carriers.Unclassified {
		return ""
	}
	return cmp.Or(acting(kind.Acts()), "; later it may work")
}

// chosen is what is rehearsed, with how people call it.
type chosen struct {
	visit.Rehearsal
	what string
}
