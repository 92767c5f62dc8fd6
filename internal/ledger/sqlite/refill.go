package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"example.com/lodge/internal/submission"
)

// refilledBy is the last step of the schema that added to the summaries of rows
// that are there.
const refilledBy = 2

// atOnce is how many items refill holds in memory.
const atOnce = 1000

// refill fills in what was added to the summary of every row, from its item.
func refill(ctx context.Context, tx *sql.Tx) error {
	update, err := tx.PrepareContext(ctx, refillSQL())
	if err != nil {
		return err
	}
	defer update.Close()
	for last := ""; ; {
		page, err := itemsAfter(ctx, tx, last)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, s := range page {
			if _, err := update.ExecContext(ctx, append([]any{s.ID}, addedOf(s)...)...); err != nil {
				return fmt.Errorf("submission %s: %w", s.ID, err)
			}
		}
		last = page[len(page)-1].ID
	}
}

func itemsAfter(ctx context.Context, tx *sql.Tx, id string) ([]submission.Submission, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, item FROM submission WHERE id > ? ORDER BY id LIMIT ?", id, atOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []submission.Submission
	for rows.Next() {
		var id, item string
		if err := rows.Scan(&id, &item); err != nil {
			return nil, err
		}
		var s submission.Submission
		if err := json.Unmarshal([]byte(item), &s); err != nil {
			return nil, fmt.Errorf("submission %s: %w", id, err)
		}
		s.ID = id
		page = append(page, s)
	}
	return page, rows.Err()
}
