package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"example.com/lodge/internal/ledger"
)

// LoadAccount implements [ledger.Engine].
func (e *Engine) LoadAccount(ctx context.Context, name string) (ledger.Account, error) {
	row := e.read.QueryRowContext(ctx, "SELECT item FROM account WHERE name = ?", name)
	a, err := decode[ledger.Account](row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return ledger.Account{Name: name}, nil
	}
	return a, e.explain("load account "+name, err)
}

// Accounts implements [ledger.Engine].
func (e *Engine) Accounts(ctx context.Context) ([]ledger.Account, error) {
	list, err := collect(ctx, e.read, "SELECT item FROM account ORDER BY name", nil, decode[ledger.Account])
	return list, e.explain("accounts", err)
}

// StoreAccount implements [ledger.Engine].
func (e *Engine) StoreAccount(ctx context.Context, a ledger.Account) error {
	if err := name(a.Name); err != nil {
		return fmt.Errorf("store account: %w", err)
	}
	item, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("store account %s: %w", a.Name, err)
	}
	query := "UPDATE account SET version = ?2, item = ?3 WHERE name = ?1 AND version = ?2 - 1"
	if a.Version == 1 {
		query = "INSERT INTO account VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
	}
	return e.change(ctx, "store account "+a.Name, func(tx *sql.Tx) error {
		return conditional(tx.ExecContext(ctx, query, a.Name, a.Version, string(item)))
	})
}
