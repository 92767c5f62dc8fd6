package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/secret"
)

// A runOptions is the command line of lodge run.
type runOptions struct {
	accounts             []string
	watch, json, verbose bool
	looks                bool // nothing is filed: lodge reconcile
	watching             watching
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Take in what lies in the inbox and file it",
		Long: `Take in what lies in the inbox, file everything that is due, and end; with
--watch go on until it is stopped. Several of them may run at the same time.

Ctrl-C or SIGTERM: nothing new is begun, what is under way is finished. A second
one, or the end of the time that lodge.yaml calls grace, breaks it off; the next
run finds out at the carrier's site what became of it.`,
		Example: `  lodge run
  lodge run --watch --account firm-harbor`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.workOn(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.watch, "watch", false, "go on until stopped")
	o.flags(cmd.Flags())
	return cmd
}

// flags are those of every command that visits carriers' sites.
func (o *runOptions) flags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.accounts, "account", nil, "visit only this `account`; may be given several times")
	flags.BoolVar(&o.json, "json", false, "print the invoices that were worked on as lodge status --json does")
	o.watching.flags(flags)
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "tell more of what is done")
}

// workOn is work on the accounts of lodge.yaml, unless they are paused there.
func (a *app) workOn(ctx context.Context, o runOptions) error {
	if err := o.watching.check(); err != nil {
		return err
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	if err := known(c, o.accounts); err != nil {
		return err
	}
	for _, name := range o.accounts {
		if acc, _ := c.Account(name); acc.Paused != "" {
			return fmt.Errorf("account %s is paused (%s): the operator takes \"paused\" out of %s", name, acc.Paused, c.Path)
		}
	}
	return a.work(ctx, c, o)
}

// work files once, or until it is stopped.
func (a *app) work(ctx context.Context, c config.Config, o runOptions) error {
	hard, soft, done := a.stopping(ctx, c.Grace)
	defer done()
	w, err := a.works(hard, c, o.accounts, o.watching)
	if err != nil {
		return err
	}
	w.tellMore(o.verbose)
	w.looks = o.looks
	w.tell(w.desk.SealLogins(hard, w.accounts))
	end := w.relayBeside(hard)
	if o.watch {
		err = w.watch(hard, soft, o.json)
	} else {
		err = w.once(hard, soft, o.json)
	}
	end(soft)
	return errors.Join(err, w.close())
}

// once makes one round and says how it went.
func (w *works) once(hard, soft context.Context, json bool) error {
	r, err := w.round(hard, soft, true)
	ctx := context.WithoutCancel(hard) // what was done is told even if it was broken off
	if err == nil || len(r.worked) > 0 {
		err = errors.Join(err, w.report(ctx, r, json))
	}
	w.inform(hard, r)
	switch {
	case err != nil:
		return err
	case soft.Err() != nil:
		return errors.New("stopped before all was done. Nothing is lost: the next run goes on")
	}
	return w.verdict(ctx, r)
}

// How often the inbox is looked through while watching, and how long an account
// rests after it could not be worked on.
const (
	scanEvery = 5 * time.Second
	restAfter = 5 * time.Minute
)

// watch makes rounds until soft ends. At the end of a month one of them may take
// an hour, see [works.meanwhile]. Due look-ups are found by the same timer as new
// files: they are minutes apart, and asking the ledger costs nothing.
func (w *works) watch(hard, soft context.Context, json bool) error {
	_, _ = fmt.Fprintf(w.err, "Watching %s. Ctrl-C stops.\n", w.config.Inbox)
	w.rest = restAfter
	for {
		r, err := w.round(hard, soft, false)
		if hard.Err() != nil {
			return errors.New("broken off. Nothing is lost: the next run settles what was under way")
		}
		w.tellOnce(err)
		for _, f := range r.batch.Failures {
			w.resting[f.Account] = f.At.Add(f.Rest(restAfter))
		}
		if len(r.worked)+len(r.batch.Failures) > 0 {
			w.tell(w.report(hard, r, json))
		}
		w.informBeside(hard, r)
		if !clock.Pause(soft, scanEvery) {
			return nil
		}
	}
}

// tellOnce tells why a round failed, unless the one before failed alike.
func (w *works) tellOnce(err error) {
	text := fmt.Sprint(err)
	if err != nil && text != w.failed {
		w.tell(err)
	}
	w.failed = text
}

// verdict is how a round went, as an exit code: a failure that mends itself is
// one, whatever needs a person is told by another.
func (w *works) verdict(ctx context.Context, r round) error {
	for _, f := range r.batch.Failures {
		if !person(f.Err) {
			return errFailed
		}
	}
	held, err := w.troubles(ctx, w.config, w.ledger)
	if err != nil {
		return err
	}
	first, err := w.ledger.List(ctx, ledger.Query{NeedsFirst: true, Limit: 1})
	if err != nil {
		return err
	}
	left := r.left()
	if len(held)+len(r.batch.Failures)+len(left) > 0 || len(first) > 0 && first[0].Needs != "" {
		return errPerson
	}
	return nil
}

// person says whether what failed waits for somebody.
func person(err error) bool {
	switch carriers.KindOf(err) {
	case carriers.Credentials, carriers.ActionNeeded, carriers.Blocked, carriers.SiteChanged:
		return true
	}
	return errors.Is(err, secret.ErrMissing) || errors.Is(err, ledger.ErrSuspended) || errors.Is(err, ledger.ErrPaused)
}
