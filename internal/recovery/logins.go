package recovery

import (
	"context"
	"fmt"
	"path"
	"time"

	"github.com/oklog/ulid/v2"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
)

// logins stops the accounts of which a login failed after the ledger's copy was
// made: with the ledger the word was lost that it did, and carriers lock accounts
// after three. A person sees whether the site still takes the password.
func (r Recovery) logins(ctx context.Context) error {
	names, _, err := r.Evidence.Accounts()
	if err != nil {
		return err
	}
	for _, name := range names {
		item, err := r.Ledger.Account(ctx, name)
		if err != nil {
			return err
		}
		if item.Suspended != nil && item.Suspended.SecretVersion == "" {
			continue // only a person lifts it as it is; one that a newer secret lifts is of an older login
		}
		failed, err := r.failedLogin(ctx, item)
		if err != nil {
			return fmt.Errorf("account %s: it cannot be known whether a login failed after the ledger's copy was made: %w", name, err)
		}
		if failed.IsZero() {
			continue
		}
		err = r.Ledger.Suspend(ctx, name, r.Who, ledger.Suspension{Kind: string(carriers.ActionNeeded), Why: fmt.Sprintf(
			"the ledger is older than the evidence, and does not know of the login that failed at %s: see whether the site still takes the password",
			failed.UTC().Format(time.RFC3339))})
		if err != nil {
			return err
		}
	}
	return nil
}

// failedLogin is when a login to an account failed last that the ledger does not
// know of; zero if there is none, or if one succeeded after it.
func (r Recovery) failedLogin(ctx context.Context, item ledger.Account) (time.Time, error) {
	since := r.Since
	if link, head, err := r.Evidence.Link(item.Name, item.Chain.N); since.IsZero() && err == nil && head == item.Chain {
		since = link.At
	}
	var last ulid.ULID
	for folder, err := range r.Evidence.Folders(ctx, item.Name, evidence.Logins) {
		if err != nil {
			return time.Time{}, err
		}
		id, err := ulid.ParseStrict(path.Base(folder.Path)) // a stray is not a login
		if err == nil && ulid.Time(id.Time()).After(since) && id.Compare(last) > 0 {
			last = id
		}
	}
	if last.IsZero() {
		return time.Time{}, nil
	}
	// What was sent after a login was sent after one that succeeded. Names of attempts
	// are compared: they are of the same clock, and the ledger's may be another.
	at := ulid.Time(last.Time())
	later, err := r.Evidence.Latest(ctx, item.Name, 1, time.Time{})
	if err == nil && len(later) > 0 && later[0].Attempt > last.String() {
		return time.Time{}, nil
	}
	return at, err
}
