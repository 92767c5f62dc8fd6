package sqlite

import (
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.com/lodge/internal/ledger"
)

// A cause says in plain words what a result code of SQLite means here.
type cause struct {
	code  int // primary result code (sqlite.org/rescode.html)
	says  string
	wraps error
}

func causes() []cause {
	return []cause{
		{sqlite3.SQLITE_BUSY, "another program writes to it for too long; try again, or find that program", ledger.ErrBusy},
		{sqlite3.SQLITE_LOCKED, "another program writes to it for too long; try again, or find that program", ledger.ErrBusy},
		{sqlite3.SQLITE_FULL, "the disk is full and nothing was written; the operator makes room, then a rerun goes on", nil},
		{sqlite3.SQLITE_NOTADB, "the file is not a ledger; the operator puts the right file there, or takes it away for a new one", nil},
		{sqlite3.SQLITE_CORRUPT, "the file is damaged; nothing may be filed until the operator has restored it from a backup", nil},
		{sqlite3.SQLITE_READONLY, "it cannot be written; the operator gives this user the right to write to the file and its folder", nil},
		{sqlite3.SQLITE_PERM, "it cannot be written; the operator gives this user the right to write to the file and its folder", nil},
		{sqlite3.SQLITE_CANTOPEN, "it cannot be opened; the operator checks that its folder is there and may be written", nil},
		{sqlite3.SQLITE_IOERR, "the disk fails or is full; the operator looks at it before anything else is filed", nil},
	}
}

// explain says which ledger, what failed and who acts. nil stays nil.
func (e *Engine) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if failed, ok := errors.AsType[*sqlite.Error](err); ok {
		for _, c := range causes() {
			if failed.Code()&0xff == c.code {
				return wrapped(fmt.Sprintf("ledger %s: %s: %s", e.path, what, c.says), c.wraps, err)
			}
		}
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("ledger %s: %s: the operator checks that its folder is there and may be written: %w", e.path, what, err)
	}
	return fmt.Errorf("ledger %s: %s: %w", e.path, what, err)
}

func wrapped(says string, kind, err error) error {
	if kind == nil {
		return fmt.Errorf("%s: %w", says, err)
	}
	return fmt.Errorf("%s: %w: %w", says, kind, err)
}
