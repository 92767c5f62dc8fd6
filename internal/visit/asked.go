package visit

import (
	"context"
	"fmt"

	"example.com/lodge/internal/ledger"
)

// lookUpOne looks up the one submission that a person asks about. What another
// visit has settled meanwhile, or made ready, is left as it is.
func (s *session) lookUpOne(ctx, soft context.Context) (Report, error) {
	sub, err := s.Ledger.Get(ctx, s.LookUp)
	if err != nil {
		return Report{}, err
	}
	d := ledger.Summarize(sub)
	if d.Account != s.Account.Name {
		return Report{}, fmt.Errorf("%s is not of account %s", sub.Key, s.Account.Name)
	}
	if more, err := s.ready(ctx, soft, d); !more || err != nil || !d.State.LookUp() {
		return Report{}, err
	}
	if err := s.one(ctx, d); err != nil {
		return Report{}, fmt.Errorf("invoice %s, account %s: %w", d.Invoice, s.Account.Name, err)
	}
	return Report{Done: 1}, nil
}
