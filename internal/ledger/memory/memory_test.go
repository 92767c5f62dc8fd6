package memory_test

import (
	"testing"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
	"example.com/lodge/internal/ledger/memory"
)

func TestEngine(t *testing.T) {
	ledgertest.Run(t,
		func(*testing.T) ledger.Engine { return memory.New() },
		func(_ *testing.T, e ledger.Engine) ledger.Engine { return e }) // it is there as long as the program
}
