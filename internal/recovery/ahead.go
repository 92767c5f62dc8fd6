package recovery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// Ahead says with two small reads for each account whether the evidence is ahead of
// the ledger: its chain goes on where the ledger's head ends, or does not lead there.
// It is for stores in which [Recovery.Behind] is dear, and asks first whether that is
// worth it. A ledger that was put back shows by what was sealed since; what was never
// sealed it does not tell of.
func (r Recovery) Ahead(ctx context.Context, accounts []string) (bool, error) {
	for _, account := range accounts {
		item, err := r.Ledger.Account(ctx, account)
		if err != nil {
			return false, err
		}
		if n := item.Chain.N; n > 0 {
			_, head, err := r.Evidence.Link(ctx, account, n)
			switch {
			case head == item.Chain:
			case err == nil, errors.Is(err, fs.ErrNotExist):
				return true, nil
			default:
				return false, fmt.Errorf("whether the ledger is as new as the evidence: %w", err)
			}
		}
		switch _, _, err := r.Evidence.Link(ctx, account, item.Chain.N+1); {
		case err == nil:
			return true, nil
		case !errors.Is(err, fs.ErrNotExist):
			return false, fmt.Errorf("whether the ledger is as new as the evidence: %w", err)
		}
	}
	return false, nil
}
