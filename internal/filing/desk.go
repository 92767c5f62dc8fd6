// Package filing is what filing needs beside the ledger's rules and a browser,
// wherever it is done: by lodge run on one machine, by a worker in AWS. It prepares
// visits, and looks after the evidence that they leave.
package filing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/release"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/visit"
)

// A Desk is everything that filing needs, opened. It is safe for use by several
// goroutines.
type Desk struct {
	Config   config.Config
	Carriers []carriers.Carrier // of this program
	Ledger   *ledger.Ledger
	Evidence *evidence.Store
	Staged   staged.Copies
	Secrets  secret.Store
	Owner    string // of the leases that visits take
	Browser  browser.Options
	Clock    clock.Clock
}

// Visit prepares a visit to an account: tell is told what happens, log takes what
// goes wrong on the way.
func (d *Desk) Visit(ctx context.Context, account string, log *slog.Logger, tell func(visit.Progress)) (visit.Visit, error) {
	acc, err := d.Config.Account(account)
	if err != nil {
		return visit.Visit{}, err
	}
	carrier, ok := carriers.Named(d.Carriers, acc.Carrier)
	if !ok {
		return visit.Visit{}, fmt.Errorf("account %s: this program has no carrier %q", account, acc.Carrier)
	}
	carrier.Limits.Visits = cmp.Or(acc.Visits, carrier.Limits.Visits)
	secrets, err := SecretsOf(ctx, d.Secrets, account, carrier)
	if err != nil {
		return visit.Visit{}, err
	}
	return visit.Visit{
		Carrier: carrier, Account: acc, Secrets: secrets, Ledger: d.Ledger, Evidence: d.Evidence, Clock: d.Clock,
		Owner: d.Owner, Staged: d.Staged, Browser: d.Browser, Log: log, Tell: tell, Version: release.Version(),
	}, nil
}

// SecretsOf reads what a carrier asks of an account, all of one version. Optional
// secrets may be missing; of the others a missing one is a [*secret.MissingError].
func SecretsOf(ctx context.Context, store secret.Store, account string, c carriers.Carrier) (visit.Secrets, error) {
	var keys []string
	for _, s := range c.Secrets {
		keys = append(keys, s.Key)
	}
	values, version, missing, err := secret.Together(ctx, store, account, keys...)
	if err != nil {
		return visit.Secrets{}, fmt.Errorf("account %s: %w", account, err)
	}
	var errs []error
	for _, s := range c.Secrets {
		if err := missing[s.Key]; err != nil && !s.Optional {
			errs = append(errs, err) // names the account by itself
		}
	}
	if len(errs) > 0 {
		return visit.Secrets{}, errors.Join(errs...)
	}
	return visit.Secrets{Values: values, Version: version}, nil
}
