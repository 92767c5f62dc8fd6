package recovery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
)

// logins stops the accounts of which a login failed that the ledger does not know of:
// with the ledger the word was lost that it did, and carriers lock accounts after
// three. A person sees whether the site still takes the password.
func (r Recovery) logins(ctx context.Context) error {
	names, _, err := r.Evidence.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		err := r.login(ctx, name)
		if err != nil {
			return fmt.Errorf("account %s: a login may have failed that the ledger does not know of: %w", name, err)
		}
	}
	return nil
}

func (r Recovery) login(ctx context.Context, account string) error {
	missed, err := r.missed(ctx, account)
	if err != nil || len(missed) == 0 {
		return err
	}
	last := slices.MaxFunc(missed, func(a, b evidence.Login) int { return cmp.Compare(a.Fence, b.Fence) })
	// What was sent after a login was sent after one that succeeded. Names of attempts
	// are compared: they are of the same clock, and the ledger's may be another.
	later, err := r.Evidence.Latest(ctx, account, 1, time.Time{})
	if err != nil {
		return err
	}
	var stop *ledger.Suspension
	if len(later) == 0 || later[0].Attempt < missed[0].Attempt {
		stop = &ledger.Suspension{Kind: string(carriers.ActionNeeded), Why: fmt.Sprintf(
			"the ledger is older than the evidence, and does not know of the login that failed at %s: see whether the site still takes the password",
			when(missed[0]).UTC().Format(time.RFC3339))}
	}
	return r.Ledger.RecoverLogin(ctx, account, r.Who, last.Fence, stop)
}

// missed are the failed logins to an account, newest first, of visits that the ledger
// does not know of, since it never gave so high a fence.
func (r Recovery) missed(ctx context.Context, account string) ([]evidence.Login, error) {
	item, err := r.Ledger.Account(ctx, account)
	if err != nil {
		return nil, err
	}
	latest, err := r.Evidence.FailedLogins(ctx, account, newest)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(latest, func(l evidence.Login) bool { return l.Fence <= item.Fence }), nil
}

// when a login was kept, which its name says; zero if it has another.
func when(l evidence.Login) time.Time {
	id, err := ulid.ParseStrict(l.Attempt)
	if err != nil {
		return time.Time{}
	}
	return ulid.Time(id.Time())
}
