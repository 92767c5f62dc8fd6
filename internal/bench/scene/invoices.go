package scene

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/demo"
	"example.com/lodge/ledes"
)

// age is how old the files of an inbox are made, so that nobody waits for
// somebody who may still be writing them.
const age = time.Hour

// Papers writes n invoices of work done last month into dir, numbered PREFIX-0001
// and so on. spoil, if not nil, may change each before it is written.
func Papers(dir, prefix string, n int, spoil func(i int, inv *ledes.Invoice)) ([]bench.Invoice, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("invoices: %w", err)
	}
	now := time.Now().UTC()
	month := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	random := rand.New(rand.NewPCG(1998, uint64(n))) //nolint:gosec // invented work, the same on every machine
	var list []bench.Invoice
	for i := range n {
		inv := demo.Work(random, fmt.Sprintf("%s-%04d", prefix, i+1), month)
		if spoil != nil {
			spoil(i, &inv)
		}
		path := filepath.Join(dir, inv.Number+".txt")
		if err := write(path, inv, now.Add(-age)); err != nil {
			return nil, err
		}
		list = append(list, bench.Invoice{Number: inv.Number, Client: inv.ClientID, Matter: inv.ClientMatter, Path: path})
	}
	return list, nil
}

func write(path string, inv ledes.Invoice, at time.Time) error {
	var b bytes.Buffer
	if err := ledes.Write(&b, inv); err != nil {
		return fmt.Errorf("invoice %s: %w", inv.Number, err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("invoice %s: %w", inv.Number, err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		return fmt.Errorf("invoice %s: %w", inv.Number, err)
	}
	return nil
}
