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
	query := updateSQL
	if s.Version == 1 {
		query = insertSQL
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

// columns are those of rowOf, but for the version before.
const (
	insertSQL = `INSERT INTO submission VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
		ON CONFLICT DO NOTHING`
	updateSQL = `UPDATE submission SET version = ?2, account = ?3, carrier = ?4, invoice = ?5, revision = ?6, state = ?7, hold = ?8,
		confirmation = ?9, said = ?10, attempts = ?11, needs = ?12, urgent = ?13, found = ?14, owner = ?15, object = ?16,
		not_before = ?17, due_at = ?18, due_rank = ?19, updated_at = ?20, item = ?21
		WHERE id = ?1 AND version = ?2 - 1`
)

// rowOf is s as a row, in the order of the table's columns.
func rowOf(s submission.Submission) ([]any, error) {
	item, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	sum := ledger.Summarize(s)
	var due any
	if !sum.DueAt.IsZero() {
		due = sum.DueAt.UnixNano()
	}
	rank := 2
	if sum.State.LookUp() {
		rank = 1
	}
	return []any{
		s.ID, s.Version, sum.Account, sum.Carrier, sum.Invoice, sum.Revision, string(sum.State), string(sum.Hold),
		sum.Confirmation, sum.Text, sum.Attempts, sum.Needs, sum.Needs != "", sum.Found, sum.Owner, sum.Object,
		nanos(sum.NotBefore), due, rank, nanos(sum.UpdatedAt), string(item),
	}, nil
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
