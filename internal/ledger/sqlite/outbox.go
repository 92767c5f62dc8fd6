package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"example.com/lodge/internal/ledger"
)

// Enrol implements [ledger.Engine].
func (e *Engine) Enrol(ctx context.Context, destination string) error {
	if err := name(destination); err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	var there bool
	err := e.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM destination WHERE name = ?)", destination).Scan(&there)
	if err != nil || there { // the common case waits for no writer
		return e.explain("enrol "+destination, err)
	}
	return e.change(ctx, "enrol "+destination, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO destination VALUES (?) ON CONFLICT DO NOTHING", destination)
		return err
	})
}

// Dismiss implements [ledger.Engine].
func (e *Engine) Dismiss(ctx context.Context, destination string) error {
	return e.change(ctx, "dismiss "+destination, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM destination WHERE name = ?", destination)
		return err
	})
}

// owedSQL reads a page of what is owed to a destination from the table's key.
const owedSQL = "SELECT id, delivered FROM owed WHERE destination = ? AND id > ? ORDER BY id LIMIT ?"

// Owed implements [ledger.Engine].
func (e *Engine) Owed(ctx context.Context, destination, after string, limit int) ([]ledger.Owed, error) {
	args := []any{destination, after, limit}
	list, err := collect(ctx, e.read, owedSQL, args, func(scan func(...any) error) (ledger.Owed, error) {
		var o ledger.Owed
		err := scan(&o.ID, &o.Delivered)
		return o, err
	})
	return list, e.explain("what is owed to "+destination, err)
}

// Delivered implements [ledger.Engine]. It touches no row of a submission, so
// that it cannot be in the way of whoever works on one; and because it asks for
// the last entry in the transaction that forgets the debt, none that is written
// meanwhile is forgotten.
func (e *Engine) Delivered(ctx context.Context, destination, id string, seq int64) error {
	return e.change(ctx, "delivered "+id, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE owed SET delivered = max(delivered, ?3) WHERE destination = ?1 AND id = ?2",
			destination, id, seq)
		_, also := tx.ExecContext(ctx, `DELETE FROM owed WHERE destination = ?1 AND id = ?2
			AND delivered >= (SELECT max(seq) FROM entry WHERE id = ?2)`, destination, id)
		return errors.Join(err, also)
	})
}
