package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/filing"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/visit"
)

// works is everything that filing needs, opened.
type works struct {
	*app
	config   config.Config
	accounts []string // to be visited
	ledger   *ledger.Ledger
	evidence *evidence.Store
	copies   *objects.Folder
	intake   *intake.Intake
	holder   *holder.Holder
	desk     *filing.Desk
	level    slog.Level // of what is told of the work
	tellers  *tellers   // who else is told of it
	relay    *outbox.Relay
	looks    bool // nothing is taken in or filed: what was sent is looked up

	rest    time.Duration        // of an account after a failure, in a run that watches; 0: for the rest of the run
	resting map[string]time.Time // accounts that are left alone until then
	told    map[string]bool      // what was said of the inbox already
	failed  string               // how the last round failed
	prunes  time.Time            // when to ask again whether old evidence is to be removed
}

// works opens everything that filing for accounts needs; none means all that are
// not paused. What is missing is told before anything is begun.
func (a *app) works(ctx context.Context, c config.Config, accounts []string, look watching) (_ *works, err error) {
	if err := here(c, filedThere); err != nil {
		return nil, err
	}
	w := &works{app: a, config: c, accounts: accounts, level: slog.LevelWarn,
		resting: map[string]time.Time{}, told: map[string]bool{}}
	if len(accounts) == 0 {
		w.accounts = unpaused(c)
	}
	if look.headed {
		w.config.Visits = 1 // people watch one window
	}
	chromium, err := filing.Browser(c, browser.Options{Headed: look.headed, Slow: look.slow})
	if err != nil {
		return nil, err
	}
	if w.ledger, err = a.ledger(ctx, c); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.holder, err = holder.Register(c.Owners()); err != nil {
		return nil, err
	}
	if w.evidence, err = evidence.Open(c.Evidence()); err != nil {
		return nil, err
	}
	if err := w.recover(ctx); err != nil {
		return nil, err
	}
	if w.copies, err = objects.OpenFolder(c.State); err != nil {
		return nil, err
	}
	w.desk = &filing.Desk{
		Config: w.config, Carriers: a.carriers, Ledger: w.ledger, Evidence: w.evidence, Staged: staged.Copies{Store: w.copies},
		Secrets: a.secrets(c), Owner: w.holder.ID(), Browser: chromium, Clock: a.clock,
	}
	w.intake, err = intake.New(intake.Options{
		Inbox: c.Inbox, State: c.State, Watermark: c.Watermark,
		Accounts: a.inboxes(c), Staged: w.desk.Staged, Ledger: w.ledger, Clock: a.clock,
	})
	if err != nil {
		return nil, err
	}
	w.tellers = a.tellers(ctx, c)
	if w.relay, err = a.relay(ctx, c, w.ledger, w.tellers.logger(a.err)); err != nil {
		return nil, err
	}
	if _, err := browser.Sweep(ctx, c.Profiles()); err != nil {
		w.say(fmt.Sprintf("what ended browsers left was not all removed: %v", err)) // costs disk, and no invoice
	}
	return w, nil
}

func (w *works) close() error {
	w.tellers.close()
	var errs []error
	if w.intake != nil {
		errs = append(errs, w.intake.Close())
	}
	if w.copies != nil {
		errs = append(errs, w.copies.Close())
	}
	if w.evidence != nil {
		errs = append(errs, w.evidence.Close())
	}
	if w.holder != nil {
		errs = append(errs, w.holder.Close())
	}
	return errors.Join(append(errs, w.ledger.Close())...)
}

func unpaused(c config.Config) []string {
	var names []string
	for _, acc := range c.Accounts {
		if acc.Paused == "" {
			names = append(names, acc.Name)
		}
	}
	return names
}

// inboxes are the carriers by account. Files of a paused account are taken in
// too: only visits wait.
func (a *app) inboxes(c config.Config) map[string]carriers.Carrier {
	byAccount := map[string]carriers.Carrier{}
	for _, acc := range c.Accounts {
		if carrier, err := a.carrier(acc.Carrier); err == nil {
			byAccount[acc.Name] = acc.Of(carrier)
		}
	}
	return byAccount
}

// visit prepares the visit to an account.
func (w *works) visit(ctx context.Context, account string, log *slog.Logger, tell func(visit.Progress)) (visit.Visit, error) {
	v, err := w.desk.Visit(ctx, account, log, tell)
	v.LooksOnly = w.looks
	return v, err
}

// willing are the accounts that are not resting after a failure.
func (w *works) willing() []string {
	now := w.clock.Now()
	return slices.DeleteFunc(slices.Clone(w.accounts), func(name string) bool { return now.Before(w.resting[name]) })
}
