package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/release"
	"example.com/lodge/internal/secret"
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
	staged   staged.Copies
	intake   *intake.Intake
	holder   *holder.Holder
	browser  browser.Options
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
	w := &works{app: a, config: c, accounts: accounts, level: slog.LevelWarn,
		resting: map[string]time.Time{}, told: map[string]bool{}}
	if len(accounts) == 0 {
		w.accounts = unpaused(c)
	}
	if look.headed {
		w.config.Visits = 1 // people watch one window
	}
	if w.browser, err = browserOptions(c, look); err != nil {
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
	copies, err := objects.OpenFolder(c.State)
	if err != nil {
		return nil, err
	}
	w.staged, w.copies = staged.Copies{Store: copies}, copies
	w.intake, err = intake.New(intake.Options{
		Inbox: c.Inbox, State: c.State, Watermark: c.Watermark,
		Accounts: a.inboxes(c), Staged: w.staged, Ledger: w.ledger, Clock: a.clock,
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
			byAccount[acc.Name] = carrier
		}
	}
	return byAccount
}

// errUnsandboxed refuses root: Chromium gives up its sandbox then, and what a
// page breaks out of is all that stands between it and the other accounts.
var errUnsandboxed = errors.New("as root Chromium runs without its sandbox: run lodge as another user, " +
	"or, where that cannot be, set \"allow_unsandboxed: true\" under \"browser\" in lodge.yaml: the operator decides")

// browserOptions finds the browser before anything needs it.
func browserOptions(c config.Config, look watching) (browser.Options, error) {
	if os.Geteuid() == 0 && !c.Browser.AllowUnsandboxed {
		return browser.Options{}, errUnsandboxed
	}
	o := browser.Options{Exe: c.Browser.Path, Profiles: c.Profiles(), NoSandbox: c.Browser.AllowUnsandboxed,
		Headed: look.headed, Slow: look.slow}
	if o.Exe == "" {
		find := browser.Find
		if look.headed {
			find = browser.FindHeaded
		}
		exe, err := find()
		if o.Exe = exe; err != nil {
			return o, err
		}
	}
	if _, err := os.Stat(o.Exe); err != nil {
		return o, fmt.Errorf("the browser that lodge.yaml or $LODGE_CHROMIUM names is not there: %w: the operator corrects it", err)
	}
	return o, o.Presentable()
}

// visit prepares the visit to an account.
func (w *works) visit(ctx context.Context, account string, log *slog.Logger, tell func(visit.Progress)) (visit.Visit, error) {
	acc, err := w.config.Account(account)
	if err != nil {
		return visit.Visit{}, err
	}
	carrier, err := w.carrier(acc.Carrier)
	if err != nil {
		return visit.Visit{}, err
	}
	carrier.Limits.Visits = cmp.Or(acc.Visits, carrier.Limits.Visits)
	secrets, err := secretsOf(ctx, w.secrets(w.config), account, carrier)
	if err != nil {
		return visit.Visit{}, err
	}
	return visit.Visit{
		Carrier: carrier, Account: acc, Secrets: secrets, Ledger: w.ledger, Evidence: w.evidence, Clock: w.clock,
		Owner: w.holder.ID(), Staged: w.staged, Browser: w.browser, Log: log, Tell: tell,
		Version: release.Version(), LooksOnly: w.looks,
	}, nil
}

// secretsOf reads what the carrier asks for. Optional secrets may be missing.
func secretsOf(ctx context.Context, store secret.Store, account string, c carriers.Carrier) (visit.Secrets, error) {
	values := map[string]secret.Value{}
	var errs []error
	for _, s := range c.Secrets {
		value, err := store.Get(ctx, account, s.Key)
		switch {
		case err == nil:
			values[s.Key] = value
		case !errors.Is(err, secret.ErrMissing):
			errs = append(errs, fmt.Errorf("account %s: secret %s: %w", account, s.Key, err))
		case !s.Optional:
			errs = append(errs, err) // names the account by itself
		}
	}
	if len(errs) > 0 {
		return visit.Secrets{}, errors.Join(errs...)
	}
	version, err := store.Version(ctx, account)
	if err != nil {
		return visit.Secrets{}, fmt.Errorf("account %s: %w", account, err)
	}
	return visit.Secrets{Values: values, Version: version}, nil
}

// willing are the accounts that are not resting after a failure.
func (w *works) willing() []string {
	now := w.clock.Now()
	return slices.DeleteFunc(slices.Clone(w.accounts), func(name string) bool { return now.Before(w.resting[name]) })
}
