package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/lodge/internal/ledger"
)

// Snapshot writes the ledger as it is at one moment into a new file at path,
// while others go on reading and writing (sqlite.org/lang_vacuum.html#vacuuminto),
// and checks it. The caller makes the file durable, and removes it after an error.
func (e *Engine) Snapshot(ctx context.Context, path string) error {
	// SQLite would take some files that are there for empty ones.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return e.explain("copy", err)
	}
	// A connection of its own: those that read refuse to write any file, and the
	// one that writes is needed for the ledger.
	db, err := sql.Open("sqlite", dsn(e.path, Patience, "mode=ro"))
	if err != nil {
		return e.explain("copy", err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return e.explain("copy to "+path, err)
	}
	return Check(ctx, path)
}

// Check reads all of the ledger in the file at path, and says what is wrong
// with it. It changes nothing.
func Check(ctx context.Context, path string) error {
	e := &Engine{path: path}
	db, err := sql.Open("sqlite", dsn(path, Patience, "mode=ro"))
	if err != nil {
		return e.explain("check", err)
	}
	defer db.Close()
	steps, err := steps()
	if err != nil {
		return err
	}
	version, err := versionOf(ctx, db, len(steps))
	if err == nil && version == 0 {
		err = errors.New("the file is no ledger")
	}
	if err != nil {
		return e.explain("check", err)
	}
	var said string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said); err != nil {
		return e.explain("check", err)
	}
	if said != "ok" {
		return e.explain("check", fmt.Errorf("the file is damaged: %s", said))
	}
	return nil
}

// A Difference is what one ledger has beyond another one.
type Difference struct {
	Submissions int              // that the other does not have, or has in an older version
	Accounts    int              // likewise
	Latest      time.Time        // of the changes
	Examples    []ledger.Summary // some of the submissions, the latest changes first
}

// Beyond compares the ledger with an older copy of itself, in the file at path,
// and returns what would be lost if that took its place. It gives at most n
// examples.
func (e *Engine) Beyond(ctx context.Context, path string, n int) (Difference, error) {
	conn, err := e.read.Conn(ctx)
	if err != nil {
		return Difference{}, e.explain("compare", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "ATTACH ? AS copy", dsn(path, Patience, "mode=ro")); err != nil {
		return Difference{}, e.explain("compare with "+path, err)
	}
	d, err := beyond(ctx, conn, n)
	_, detached := conn.ExecContext(context.WithoutCancel(ctx), "DETACH copy")
	return d, e.explain("compare with "+path, errors.Join(err, detached))
}

// lost are the submissions that the copy does not have as they are. A ledger
// that was restored before may be newer in time and older in number.
const lost = ` FROM main.submission AS s LEFT JOIN copy.submission AS c ON c.id = s.id
	WHERE c.id IS NULL OR s.version > c.version OR s.updated_at > c.updated_at`

func beyond(ctx context.Context, conn *sql.Conn, n int) (Difference, error) {
	var d Difference
	var latest sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT count(*), max(s.updated_at)"+lost).Scan(&d.Submissions, &latest); err != nil {
		return d, err
	}
	d.Latest = instant(latest.Int64)
	const accounts = `SELECT count(*) FROM main.account AS s LEFT JOIN copy.account AS c ON c.name = s.name
		WHERE c.name IS NULL OR s.version > c.version`
	if err := conn.QueryRowContext(ctx, accounts).Scan(&d.Accounts); err != nil {
		return d, err
	}
	rows, err := conn.QueryContext(ctx, "SELECT s.account, s.invoice, s.state, s.object, s.updated_at"+lost+
		" ORDER BY s.updated_at DESC LIMIT ?", n)
	if err != nil {
		return d, err
	}
	defer rows.Close()
	for rows.Next() {
		var s ledger.Summary
		var updated int64
		if err := rows.Scan(&s.Account, &s.Invoice, &s.State, &s.Object, &updated); err != nil {
			return d, err
		}
		s.UpdatedAt = instant(updated)
		d.Examples = append(d.Examples, s)
	}
	return d, rows.Err()
}
