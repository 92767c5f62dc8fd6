package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"time"
)

// passed is how many rows Invoices looks at, at most, so that it is as fast on a
// million rows as on a hundred.
const passed = 2000

// Invoices returns the numbers that begin with prefix of up to limit invoices of
// the ledger at path, in order; of one account unless that is "". It is for
// completing what somebody types: it opens no ledger for writing, makes no file,
// waits for nobody, and looks through the first of many only.
func Invoices(ctx context.Context, path, account, prefix string, limit int) (numbers []string, err error) {
	option := "mode=ro&_pragma=query_only(1)"
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		option += "&immutable=1" // nobody has it open; a reader of a WAL would make files of its own
	}
	db, err := sql.Open("sqlite", dsn(path, 10*time.Millisecond, option))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	const query = `SELECT DISTINCT invoice FROM (
		SELECT invoice, account FROM submission WHERE invoice >= ?1 AND invoice < ?1 || char(1114111) AND invoice <> '' ORDER BY invoice LIMIT ?2
	) WHERE ?3 = '' OR account = ?3 LIMIT ?4`
	rows, err := db.QueryContext(ctx, query, prefix, passed, account, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var number string
		if err := rows.Scan(&number); err != nil {
			return nil, err
		}
		numbers = append(numbers, number)
	}
	return numbers, rows.Err()
}
