package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
)

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger ?#%41.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	e := opened(t, path)
	if err := e.Store(t.Context(), made("1", 1), line(1)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s", name, info.Mode())
		}
	}
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000", "user_version": "4", "application_id": "1282368615",
	} {
		for name, db := range map[string]*sql.DB{"write": e.write, "read": e.read} {
			var got string
			if err := db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s is %q, want %q: %v", name, pragma, got, want, err)
			}
		}
	}
	if _, err := e.read.ExecContext(t.Context(), "DELETE FROM submission"); err == nil {
		t.Error("a reader can write")
	}
}

// spoilt opens a ledger, lets spoil change it below, and closes it again.
func spoilt(t *testing.T, statement string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesThatAreNoLedger(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		is         error
		says       string
	}{
		{"text", text, nil, "not a ledger"},
		{"another program's database", spoilt(t, "CREATE TABLE moz_places (id INTEGER)"), nil, "another program's database"},
		{"another program's mark", spoilt(t, "PRAGMA application_id = 7"), nil, "another program's database"},
		{"a newer ledger", spoilt(t, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 99", application)), ledger.ErrNewer, "update"},
		{"a folder", t.TempDir(), nil, "is a directory"},
		{"no folder", filepath.Join(t.TempDir(), "none", "ledger.db"), os.ErrNotExist, "operator checks that its folder is there"},
		{"below a file", filepath.Join(text, "ledger.db"), nil, "not a directory"},
	} {
		before, _ := os.ReadFile(c.path)
		e, err := Open(t.Context(), c.path)
		if err == nil {
			t.Errorf("%s: opened: %v", c.name, e.Close())
			continue
		}
		if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: %v", c.name, err)
		}
		if after, _ := os.ReadFile(c.path); string(after) != string(before) {
			t.Errorf("%s: the file was changed", c.name)
		}
	}
}

// TestRefusedByTheSystem lets SQLite meet what a user without rights meets.
// Tests may run as root, whom no mode of a file stops: query_only gives the
// same result code.
func TestRefusedByTheSystem(t *testing.T) {
	e := opened(t, filepath.Join(t.TempDir(), "ledger.db"))
	if _, err := e.write.ExecContext(t.Context(), "PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	err := e.Store(t.Context(), made("1", 1), line(1))
	if err == nil || !strings.Contains(err.Error(), "the operator gives this user the right") {
		t.Errorf("got %v", err)
	}
}

func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	other := opened(t, path)
	tx, err := other.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := open(t.Context(), path, 50*time.Millisecond)
	if err != nil {
		t.Fatalf("opening waits for a writer: %v", err)
	}
	defer e.Close()
	if _, err := e.List(t.Context(), ledger.Query{}); err != nil {
		t.Errorf("reading waits for a writer: %v", err)
	}
	if err := e.Store(t.Context(), made("1", 1), line(1)); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("store: %v, want %v", err, ledger.ErrBusy)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := e.Store(t.Context(), made("1", 1), line(1)); err != nil {
		t.Errorf("after the lock: %v", err)
	}
}

// TestLockedWhileNew: a program that makes the ledger waits for another one.
func TestLockedWhileNew(t *testing.T) {
	path := spoilt(t, "PRAGMA journal_mode = DELETE")
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it only holds the lock
	if _, err := open(t.Context(), path, 50*time.Millisecond); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("got %v, want %v", err, ledger.ErrBusy)
	}
}

// TestWALWaits: SQLite itself does not wait here, so useWAL does.
func TestWALWaits(t *testing.T) {
	path := spoilt(t, "PRAGMA journal_mode = DELETE")
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	freed := make(chan error, 1)
	defer time.AfterFunc(100*time.Millisecond, func() { freed <- tx.Rollback() }).Stop()
	if err := useWAL(t.Context(), db, time.Minute); err != nil {
		t.Errorf("it did not wait: %v", err)
	}
	if err := <-freed; err != nil {
		t.Error(err)
	}
}

func TestFullDisk(t *testing.T) {
	e := opened(t, filepath.Join(t.TempDir(), "ledger.db"))
	s := made("1", 1)
	if err := e.Store(t.Context(), s, line(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := e.write.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // no page more than there are
		t.Fatal(err)
	}
	s.Version, s.Seq = 2, 2
	s.Revisions[0].Why = strings.Repeat("long ", 10_000)
	err := e.Store(t.Context(), s, line(2))
	if err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Fatalf("got %v", err)
	}
	if got, err := e.Load(t.Context(), s.ID); err != nil || got.Version != 1 {
		t.Errorf("version %d is stored after a failed write: %v", got.Version, err)
	}
	if _, err := e.write.ExecContext(t.Context(), "PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if err := e.Store(t.Context(), s, line(2)); err != nil {
		t.Errorf("when there is room again: %v", err)
	}
}

// TestStepsAreAtomic: a step that fails leaves the file as it was.
func TestStepsAreAtomic(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	e := opened(t, path)
	all, err := steps()
	if err != nil {
		t.Fatal(err)
	}
	bad := append(slices.Clone(all), "CREATE TABLE more (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)")
	if err := migrate(t.Context(), e.write, bad); err == nil {
		t.Fatal("the bad step passed")
	}
	var tables int
	if err := e.read.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_schema WHERE name = 'more'").Scan(&tables); err != nil || tables != 0 {
		t.Errorf("half of the step is there: %d, %v", tables, err)
	}
	good := append(slices.Clone(all), "CREATE TABLE more (x INTEGER) STRICT")
	if err := migrate(t.Context(), e.write, good); err != nil {
		t.Fatal(err)
	}
	if version, err := versionOf(t.Context(), e.read, len(good)); err != nil || version != len(good) {
		t.Errorf("version %d, want %d: %v", version, len(good), err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, ledger.ErrNewer) {
		t.Errorf("the program before opens it: %v", err)
	}
}

func TestCancelledWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	e := opened(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	err := e.change(ctx, "test", func(tx *sql.Tx) error {
		if err := put(ctx, tx, made("1", 1), must(rowOf(made("1", 1)))); err != nil {
			return err
		}
		cancel()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := e.Load(t.Context(), made("1", 1).ID); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a cancelled write is stored: %v", err)
	}
	if err := e.Store(t.Context(), made("1", 1), line(1)); err != nil {
		t.Errorf("the engine is stuck after a cancelled write: %v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
