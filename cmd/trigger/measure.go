package main

import (
	"cmp"
	"context"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
)

// measure writes the figures that the alarms watch.
func (t *trigger) measure(ctx context.Context) error {
	o, err := t.deployment.Ledger.Outlook(ctx)
	if err != nil {
		return err
	}
	needs, err := t.needs(ctx, o.Accounts)
	if err != nil {
		return err
	}
	var age time.Duration
	for _, d := range o.Due {
		age = max(age, o.At.Sub(d.At))
	}
	t.metrics.Waiting(age, needs)
	return nil
}

// needs counts what waits for whom.
func (t *trigger) needs(ctx context.Context, accounts []ledger.Account) (map[carriers.Person]int, error) {
	needs := map[carriers.Person]int{}
	for _, who := range carriers.People() {
		n, err := t.deployment.Ledger.CountOf(ctx, ledger.Query{Needs: []carriers.Person{who}})
		if err != nil {
			return nil, err
		}
		needs[who] = n
	}
	for _, a := range accounts {
		if a.Suspended != nil {
			needs[cmp.Or(carriers.Kind(a.Suspended.Kind).Acts(), carriers.Operator)]++
		}
	}
	strays, err := t.deployment.Ledger.Strays(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range strays.List {
		needs[s.Needs]++
	}
	needs[carriers.Operator] += strays.More // of whom is not kept
	return needs, nil
}
