package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.com/lodge/internal/ledger"
)

// schema holds one step a file, in the order of names. A step that was released
// is never changed.
//
//go:embed schema/*.sql
var schema embed.FS

// application marks the file as a ledger ("Lodg"; sqlite.org/pragma.html#pragma_application_id).
const application = 0x4c6f6467

// prepare brings the file up to date. Several processes may do so at once.
func prepare(ctx context.Context, db *sql.DB, patience time.Duration) error {
	steps, err := steps()
	if err != nil {
		return err
	}
	if current, err := upToDate(ctx, db, len(steps)); current || err != nil {
		return err
	}
	if err := useWAL(ctx, db, patience); err != nil {
		return err
	}
	return migrate(ctx, db, steps)
}

func steps() ([]string, error) {
	names, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	list := make([]string, len(names))
	for i, name := range names {
		text, err := schema.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list[i] = string(text)
	}
	return list, nil
}

// upToDate says whether there is nothing to prepare. It only reads, so that
// opening does not wait for a writer.
func upToDate(ctx context.Context, db *sql.DB, newest int) (bool, error) {
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return false, err
	}
	version, err := versionOf(ctx, db, newest)
	return err == nil && mode == "wal" && version == newest, err
}

// A querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// versionOf is how many steps the file has had. Its application_id keeps Lodge from
// writing into somebody else's database.
func versionOf(ctx context.Context, db querier, newest int) (int, error) {
	var version, mark, tables int
	err := db.QueryRowContext(ctx, `SELECT (SELECT user_version FROM pragma_user_version),
		(SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)`).Scan(&version, &mark, &tables)
	switch {
	case err != nil:
		return 0, err
	case mark != application && (version != 0 || mark != 0 || tables != 0):
		return 0, errors.New("the file is another program's database; the operator names another file")
	case version > newest:
		return 0, fmt.Errorf("it is of version %d, this program knows %d: %w", version, newest, ledger.ErrNewer)
	}
	return version, nil
}

// useWAL asks for write-ahead logging, which stays with the file. SQLite does not
// wait for other processes here, whatever the busy timeout says.
func useWAL(ctx context.Context, db *sql.DB, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		_, err := db.ExecContext(ctx, "PRAGMA journal_mode=WAL")
		if !busy(err) {
			return err
		}
		again := time.NewTimer(10 * time.Millisecond)
		select {
		case <-again.C:
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}

func busy(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code()&0xff == sqlite3.SQLITE_BUSY
}

// migrate runs the missing steps in one transaction. It looks at the version
// again when it has the write lock: another process may have been first.
func migrate(ctx context.Context, db *sql.DB, steps []string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := climb(ctx, tx, steps); err != nil {
		return errors.Join(err, ended(tx.Rollback()))
	}
	return tx.Commit()
}

func climb(ctx context.Context, tx *sql.Tx, steps []string) error {
	version, err := versionOf(ctx, tx, len(steps))
	if err != nil {
		return err
	}
	for i, step := range steps[version:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("step %d: %w", version+i+1, err)
		}
	}
	if version < refilledBy && len(steps) >= refilledBy {
		if err := refill(ctx, tx); err != nil {
			return fmt.Errorf("step %d: %w", refilledBy, err)
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(steps)))
	return err
}
