package sqlite

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files are the names and contents in a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = fmt.Sprintf("%d bytes, %x", len(data), sha256.Sum256(data))
	}
	return all
}

// TestInvoices offers the numbers that begin as typed, of a ledger that is in use
// or not, and leaves no trace of having looked.
func TestInvoices(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger ?#%41.db")
	e := opened(t, path)
	for _, n := range []string{"INV-1", "INV-2", "INV-10", "inv-3", "A_1", "AB1", "A%"} {
		s := made(n, 1)
		s.Key.Number = n
		if n == "INV-2" {
			s.Key.Account = "other"
		}
		if err := e.Store(t.Context(), s, line(1)); err != nil {
			t.Fatal(err)
		}
	}
	account := made("1", 1).Key.Account
	for _, inUse := range []bool{true, false} {
		if !inUse {
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
		}
		before := files(t, filepath.Dir(path))
		for _, c := range []struct {
			account, prefix string
			limit           int
			want            []string
		}{
			{"", "INV-", 9, []string{"INV-1", "INV-10", "INV-2"}},
			{"", "INV-1", 1, []string{"INV-1"}},
			{account, "INV-", 9, []string{"INV-1", "INV-10"}},
			{"nobody", "", 9, nil},
			{"", "A_", 9, []string{"A_1"}},
			{"", "A%", 9, []string{"A%"}},
			{"", "'; DROP TABLE submission; --", 9, nil},
			{"", "", 2, []string{"A%", "AB1"}},
		} {
			got, err := Invoices(t.Context(), path, c.account, c.prefix, c.limit)
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("in use %v: %+v: %v %s", inUse, c, err, diff)
			}
		}
		after := files(t, filepath.Dir(path))
		for name := range after {
			if filepath.Ext(name) == ".db-shm" {
				delete(before, name) // the memory that readers and writers share has their marks
				delete(after, name)
			}
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("in use %v: looking has changed files: %s", inUse, diff)
		}
	}
}

// TestNoInvoices: what is no ledger is an error, and makes no file.
func TestNoInvoices(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"none": "", "garbage": "not a database, and long enough to be looked at as if it were one"} {
		path := filepath.Join(dir, name)
		if content != "" {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before := files(t, dir)
		if got, err := Invoices(t.Context(), path, "", "", 9); err == nil {
			t.Errorf("%s has %q", name, got)
		}
		if diff := cmp.Diff(before, files(t, dir)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestFirstOfMany: of very many invoices only some are looked at.
func TestFirstOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	e := opened(t, path)
	if _, err := e.write.ExecContext(t.Context(), `INSERT INTO submission (id, version, account, carrier, invoice, revision, state, hold, confirmation, said,
			attempts, needs, urgent, found, owner, object, not_before, due_at, due_rank, updated_at, item)
		SELECT 'id' || n, 1, 'a', 'c', printf('INV-%06d', n), 1, 'ready', '', '', '', 0, '', 0, 0, '', '', 0, NULL, 2, 0, '{}'
		FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) SELECT n FROM c)`); err != nil {
		t.Fatal(err)
	}
	if got, err := Invoices(t.Context(), path, "", "INV-004", 50); err != nil || len(got) != 50 || got[0] != "INV-004000" {
		t.Errorf("%d, %v", len(got), err)
	}
	if got, err := Invoices(t.Context(), path, "b", "", 50); err != nil || len(got) != 0 {
		t.Errorf("%d, %v", len(got), err)
	}
}
