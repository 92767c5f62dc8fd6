// Package sqlite keeps a ledger in one SQLite file that several processes of
// one machine share. Every write is durable when it returns: WAL with
// synchronous=FULL (sqlite.org/pragma.html#pragma_synchronous). The file has to
// lie on a local disk: WAL shares memory between processes
// (sqlite.org/wal.html), and no network file system does.
package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/lodge/internal/ledger"
)

// Patience is how long an operation waits for another process's write.
const Patience = 10 * time.Second

// readers is how many reads go on side by side.
const readers = 4

// An Engine is a [ledger.Engine] over one file.
type Engine struct {
	path  string
	write *sql.DB // one connection: SQLite has one writer at a time
	read  *sql.DB
}

var _ ledger.Engine = (*Engine)(nil)

// Open opens the ledger in the file at path and makes one, mode 0600, if there
// is none; the folder must be there. A ledger of an older Lodge is brought up to
// date. Errors: [ledger.ErrNewer], [ledger.ErrBusy] after [Patience], or what
// is wrong with the file and who acts.
func Open(ctx context.Context, path string) (*Engine, error) {
	return open(ctx, path, Patience)
}

func open(ctx context.Context, path string, patience time.Duration) (*Engine, error) {
	e := &Engine{path: path}
	if err := private(path); err != nil {
		return nil, e.explain("open", err)
	}
	var err error
	if e.write, err = sql.Open("sqlite", dsn(path, patience, "_txlock=immediate")); err != nil {
		return nil, e.explain("open", err)
	}
	e.write.SetMaxOpenConns(1)
	if e.read, err = sql.Open("sqlite", dsn(path, patience, "_pragma=query_only(1)")); err != nil {
		return nil, e.explain("open", errors.Join(err, e.write.Close()))
	}
	e.read.SetMaxOpenConns(readers)
	if err := prepare(ctx, e.write, patience); err != nil {
		return nil, errors.Join(e.explain("open", err), e.Close())
	}
	return e, nil
}

// private makes the file if it is not there and takes a ledger from other users.
// SQLite gives its side files the same mode. Another program's file stays as it
// is.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	// The mark lies at byte 68 of the header (sqlite.org/fileformat.html#application_id).
	mark := make([]byte, 4)
	n, err := f.ReadAt(mark, 68)
	switch {
	case n == 0 && errors.Is(err, io.EOF), binary.BigEndian.Uint32(mark) == application:
		err = f.Chmod(0o600)
	case errors.Is(err, io.EOF):
		err = nil // too short: SQLite says what it is
	}
	return errors.Join(err, f.Close())
}

// dsn is the address of the file for the driver. The path is escaped, so that
// no sign in it is read as an option.
func dsn(path string, patience time.Duration, option string) string {
	file := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	file.RawQuery = strings.Join([]string{
		fmt.Sprintf("_pragma=busy_timeout(%d)", patience.Milliseconds()),
		"_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)", option,
	}, "&")
	return file.String()
}

// Close implements [ledger.Engine].
func (e *Engine) Close() error {
	if err := errors.Join(e.read.Close(), e.write.Close()); err != nil {
		return e.explain("close", err)
	}
	return nil
}

// Name implements [ledger.Engine].
func (e *Engine) Name(ctx context.Context) (string, error) {
	var name string
	if err := e.read.QueryRowContext(ctx, "SELECT name FROM self").Scan(&name); err != nil {
		return "", e.explain("the ledger's name", err)
	}
	return name, nil
}

// Now implements [ledger.Engine] with this machine's clock: all who share the
// file run on it.
func (e *Engine) Now(ctx context.Context) (time.Time, error) { return time.Now().UTC(), ctx.Err() }

// change runs do in one transaction that holds the write lock from its start.
func (e *Engine) change(ctx context.Context, what string, do func(*sql.Tx) error) error {
	tx, err := e.write.BeginTx(ctx, nil)
	if err != nil {
		return e.explain(what, err)
	}
	if err := do(tx); err != nil {
		return e.explain(what, errors.Join(err, ended(tx.Rollback())))
	}
	return e.explain(what, tx.Commit())
}

// ended hides that a transaction was over already: SQLite ends one by itself on
// a full disk, database/sql when the context ends.
func ended(err error) error {
	if err == nil || errors.Is(err, sql.ErrTxDone) || strings.Contains(err.Error(), "no transaction is active") {
		return nil
	}
	return err
}

// name refuses what cannot be a name in every engine.
func name(s string) error {
	if s == "" || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return fmt.Errorf("the name %q: %w", s, ledger.ErrValue)
	}
	return nil
}

// nanos stores a time; the zero time is 0.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
