package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// Load implements [ledger.Engine].
func (e *Engine) Load(ctx context.Context, id string) (submission.Submission, error) {
	var item string
	var s submission.Submission
	err := e.read.QueryRowContext(ctx, "SELECT item FROM submission WHERE id = ?", id).Scan(&item)
	if errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("submission %s: %w", id, ledger.ErrNotFound)
	}
	if err == nil {
		err = json.Unmarshal([]byte(item), &s)
	}
	return s, e.explain("load "+id, err)
}

// Store implements [ledger.Engine].
func (e *Engine) Store(ctx context.Context, s submission.Submission, entries []submission.Entry) error {
	if err := errors.Join(name(s.ID), name(s.Key.Account)); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	row, err := rowOf(s)
	if err != nil {
		return fmt.Errorf("store %s: %w", s.ID, err)
	}
	return e.change(ctx, "store "+s.ID, func(tx *sql.Tx) error {
		if err := put(ctx, tx, s, row); err != nil {
			return err
		}
		return addEntries(ctx, tx, s.ID, entries)
	})
}

// put writes the row if the version before it is the one that is stored.
func put(ctx context.Context, tx *sql.Tx, s submission.Submission, row []any) error {
	query := updateSQL()
	if s.Version == 1 {
		query = insertSQL()
	}
	return conditional(tx.ExecContext(ctx, query, row...))
}

// conditional is ErrConflict if nothing was written.
func conditional(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return ledger.ErrConflict
	}
	return err
}

func addEntries(ctx context.Context, tx *sql.Tx, id string, entries []submission.Entry) error {
	for _, entry := range entries {
		text, err := json.Marshal(entry)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO entry VALUES (?, ?, ?)", id, entry.Seq, string(text)); err != nil {
			return fmt.Errorf("entry %d: %w", entry.Seq, err)
		}
	}
	return nil
}

// History implements [ledger.Engine].
func (e *Engine) History(ctx context.Context, id string) ([]submission.Entry, error) {
	const query = "SELECT entry FROM entry WHERE id = ? ORDER BY seq"
	list, err := collect(ctx, e.read, query, []any{id}, func(scan func(...any) error) (submission.Entry, error) {
		return decode[submission.Entry](scan)
	})
	return list, e.explain("history of "+id, err)
}

// decode reads a row of one JSON column.
func decode[T any](scan func(...any) error) (T, error) {
	var text string
	var v T
	if err := scan(&text); err != nil {
		return v, err
	}
	err := json.Unmarshal([]byte(text), &v)
	return v, err
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, db *sql.DB, query string, args []any, row func(scan func(...any) error) (T, error)) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := row(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
