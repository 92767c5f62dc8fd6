package dynamo

import (
	"net/http"
	"testing"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/ledger/ledgertest"
)

func TestConformance(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	var last *Engine
	open := func(t *testing.T) ledger.Engine {
		last = s.open(t, s.table(t), http.DefaultTransport)
		return last
	}
	reopen := func(t *testing.T, e ledger.Engine) ledger.Engine {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		return s.open(t, e.(*Engine).table, http.DefaultTransport)
	}
	ledgertest.Run(t, open, reopen)
	for _, it := range everything(t, last) {
		if it[table.Definition().Expires] != nil {
			t.Errorf("an item of the ledger would expire: %v", it)
		}
	}
}
