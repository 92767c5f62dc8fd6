package dynamo

import (
	"context"
	"crypto/rand"
	"fmt"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
)

// LoadAccount implements [ledger.Engine]: 1 read unit.
func (e *Engine) LoadAccount(ctx context.Context, name string) (ledger.Account, error) {
	it, err := e.get(ctx, accountItems, name, true)
	if err != nil {
		return ledger.Account{}, e.explain("load account "+name, err)
	}
	if it == nil {
		return ledger.Account{Name: name}, nil
	}
	a, err := unpacked[ledger.Account](bytesIn(it, value))
	return a, e.explain("load account "+name, err)
}

// Accounts implements [ledger.Engine]: 1 read unit for each 4 KB of all accounts.
func (e *Engine) Accounts(ctx context.Context) ([]ledger.Account, error) {
	items, err := e.collection(ctx, accountItems, "")
	var list []ledger.Account
	for _, it := range items {
		a, err := unpacked[ledger.Account](bytesIn(it, value))
		if err != nil {
			return nil, e.explain("account "+textOf(it, table.SK), err)
		}
		list = append(list, a)
	}
	return list, e.explain("accounts", err)
}

// StoreAccount implements [ledger.Engine]: 1 write unit for each KB.
func (e *Engine) StoreAccount(ctx context.Context, a ledger.Account) error {
	if err := name(a.Name); err != nil {
		return fmt.Errorf("store account: %w", err)
	}
	body, err := packed(a)
	if err != nil {
		return fmt.Errorf("store account %s: %w", a.Name, err)
	}
	x, token := &expression{}, rand.Text()[:13]
	x.equal(version, a.Version-1)
	x.set(version, number(a.Version))
	x.set(value, bytesOf(body))
	x.sign(token, a.Version == 1)
	err = e.write(ctx, accountItems, a.Name, x)
	if refused(err) {
		it, unread := e.get(ctx, accountItems, a.Name, true)
		if err = unread; err == nil {
			err = signed(it, intOf(it, version)-a.Version, token)
		}
	}
	return e.explain("store account "+a.Name, err)
}
