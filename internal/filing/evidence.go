package filing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// Seal seals, in the name of by, what programs that ended have left of a
// submission, and tells the ledger how far the chain goes. It returns that.
func (d *Desk) Seal(ctx context.Context, s ledger.Summary, by string) (submission.Head, error) {
	item, err := d.Ledger.Account(ctx, s.Account)
	if err != nil {
		return submission.Head{}, err
	}
	now, err := d.Ledger.Now(ctx)
	if err != nil {
		return submission.Head{}, err
	}
	head, err := d.Evidence.SealLeft(ctx, s.Account, s.ID, "", evidence.Sealing{After: item.Chain, At: now, By: by, Invoice: s.Invoice})
	if head.N > 0 {
		err = errors.Join(err, d.Ledger.Chained(ctx, s.Account, head))
	}
	return head, err
}

// SealLeft seals what the dead had begun, once their submissions are free.
func (d *Desk) SealLeft(ctx context.Context, left []ledger.Summary) error {
	var failed []error
	for _, s := range left {
		if _, err := d.Seal(ctx, s, d.Owner); err != nil {
			failed = append(failed, fmt.Errorf("evidence of invoice %s that an ended program left was not sealed: %w", s.Invoice, err))
		}
	}
	return errors.Join(failed...)
}

// SealLogins seals what was seen of failed logins by programs that ended.
func (d *Desk) SealLogins(ctx context.Context, accounts []string) error {
	var failed []error
	for _, account := range accounts {
		if _, err := d.Seal(ctx, ledger.Summary{Account: account, ID: evidence.Logins}, d.Owner); err != nil {
			failed = append(failed, fmt.Errorf("evidence of failed logins to account %s was not sealed: %w", account, err))
		}
	}
	return errors.Join(failed...)
}

// Prune removes old evidence of an account in the name of who, as the settings say
// how long it is kept; dry only counts.
func (d *Desk) Prune(ctx context.Context, account, who string, dry bool) (evidence.Removed, error) {
	item, err := d.Ledger.Account(ctx, account)
	if err != nil {
		return evidence.Removed{}, err
	}
	now, err := d.Ledger.Now(ctx)
	if err != nil {
		return evidence.Removed{}, err
	}
	keep := d.Config.Keep
	r, head, err := d.Evidence.Prune(ctx, account, evidence.Pruning{
		Sealing: evidence.Sealing{After: item.Chain, At: now, By: who}, Before: keep.Before(now), Keep: keep.String(), Dry: dry,
		Free: func(ctx context.Context, id string) (bool, error) {
			s, err := d.Ledger.Get(ctx, id)
			if errors.Is(err, ledger.ErrNotFound) {
				return false, nil // the ledger ought to know it: nothing is removed until it does
			}
			return err == nil && s.Settled(), err
		},
	})
	if head.N > 0 && !dry {
		err = errors.Join(err, d.Ledger.Chained(ctx, account, head))
	}
	return r, err
}

// pruneEvery is how often old evidence is removed.
const pruneEvery = 24 * time.Hour

// PruneDaily removes old evidence of accounts, if nobody has done so today.
func (d *Desk) PruneDaily(ctx context.Context, accounts []string) error {
	if d.Config.Keep.ForEver() {
		return nil
	}
	var failed []error
	for _, account := range accounts {
		mine, err := d.Ledger.PruneTurn(ctx, account, pruneEvery)
		if err == nil && mine {
			_, err = d.Prune(ctx, account, d.Owner, false)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("old evidence of account %s was not removed: %w", account, err))
		}
	}
	return errors.Join(failed...)
}
