package dynamo

import (
	"net/http"
	"testing"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
)

func TestConformance(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	reader := s.open(t, s.table(t), http.DefaultTransport)
	var tables []string
	open := func(t *testing.T) ledger.Engine {
		e := s.open(t, s.table(t), allowed(t))
		tables = append(tables, e.table)
		return e
	}
	reopen := func(t *testing.T, e ledger.Engine) ledger.Engine {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		return s.open(t, e.(*Engine).table, allowed(t))
	}
	ledgertest.Run(t, open, reopen)
	for _, reader.table = range tables {
		fit(t, everything(t, reader))
	}
}
