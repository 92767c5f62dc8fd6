package sqlite

import (
	"path/filepath"
	"testing"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
)

func opened(t *testing.T, path string) *Engine {
	t.Helper()
	e, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestConformance(t *testing.T) {
	open := func(t *testing.T) ledger.Engine {
		return opened(t, filepath.Join(t.TempDir(), "ledger ?#%41&x=1.db"))
	}
	reopen := func(t *testing.T, e ledger.Engine) ledger.Engine {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		return opened(t, e.(*Engine).path)
	}
	ledgertest.Run(t, open, reopen)
}
