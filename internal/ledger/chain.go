package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/lodge/internal/submission"
)

// ErrForked says that the ledger knows a link of an account's chain of evidence
// by another hash.
var ErrForked = errors.New("the ledger knows this link of the evidence by another hash")

// Chained remembers how far an account's chain of evidence goes. It only ever
// moves forward: a head that is behind the one on record changes nothing. Another
// hash for the link on record is [ErrForked].
func (l *Ledger) Chained(ctx context.Context, account string, head submission.Head) error {
	_, err := l.writeAccount(ctx, account, func(a *Account, _ time.Time) error {
		switch {
		case head.N == a.Chain.N && head.SHA != a.Chain.SHA:
			return fmt.Errorf("link %d: %w: lodge evidence verify tells more; the operator acts", head.N, ErrForked)
		case head.N <= a.Chain.N:
			return errNothing
		}
		a.Chain = head
		return nil
	})
	if err != nil {
		return fmt.Errorf("evidence of account %s: %w", account, err)
	}
	return nil
}

// PruneTurn takes the turn to remove old evidence of an account, once in every:
// true for one caller only.
func (l *Ledger) PruneTurn(ctx context.Context, account string, every time.Duration) (mine bool, err error) {
	_, err = l.writeAccount(ctx, account, func(a *Account, now time.Time) error {
		mine = a.PrunedAt.IsZero() || !now.Before(a.PrunedAt.Add(every))
		if !mine {
			return errNothing
		}
		a.PrunedAt = now
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("evidence of account %s: %w", account, err)
	}
	return mine, nil
}
