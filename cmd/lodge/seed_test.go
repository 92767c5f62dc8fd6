package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/ledger/ledgertest/seed"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/secret"
)

// A ledger to try commands on:
//
//	go test ./cmd/lodge -run TestSeed -seed.dir DIR
//
// writes DIR/lodge.yaml and a ledger of 2,000 invoices at 20 accounts, of last
// month; -seed.bulk 1000000 adds years of others.
var (
	seedDir  = flag.String("seed.dir", "", "the folder to write a ledger to; it must be empty")
	seedSize = flag.Int("seed.invoices", 2000, "how many invoices arrive in the month")
	seedBulk = flag.Int("seed.bulk", 0, "how many arrived before")
)

// seeded fills a folder that commands can be tried on.
func (w *world) seeded(invoices, bulk int, now time.Time) {
	w.t.Helper()
	accounts := seed.Accounts(20, "harbor")
	if bulk > 0 {
		accounts = seed.Accounts(40, "harbor")
	}
	var yaml strings.Builder
	fmt.Fprintln(&yaml, "watermark: 2020-01-01T00:00:00Z\nstage: test\nbrowser: {allow_unsandboxed: true}\naccounts:")
	for _, a := range accounts {
		fmt.Fprintf(&yaml, "  %s: {carrier: %s, portal: \"https://127.0.0.1:9\"}\n", a.Name, a.Carrier)
	}
	w.write("lodge.yaml", yaml.String())
	w.config = filepath.Join(w.dir, "lodge.yaml")
	c, err := w.app.settings()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := c.MakeFolders(); err != nil {
		w.t.Fatal(err)
	}
	for _, a := range accounts[:len(accounts)-1] { // the last one has no login, and is held back
		for _, key := range []string{"username", "password"} {
			if err := w.app.secrets(c).Set(w.t.Context(), a.Name, key, secret.NewValue("harbor-lights")); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	w.fill(c.Ledger(), accounts, invoices, bulk, now)
}

// fill writes the ledger where the system keeps files in memory, if it does, and
// moves it: each write waits for the disk.
func (w *world) fill(path string, accounts []seed.Account, invoices, bulk int, now time.Time) {
	w.t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lodge-seed-")
	if err != nil {
		dir = w.t.TempDir()
	}
	defer os.RemoveAll(dir)
	made := filepath.Join(dir, "ledger.db")
	e, err := sqlite.Open(w.t.Context(), made)
	if err != nil {
		w.t.Fatal(err)
	}
	month := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	if err := seed.Bulk(w.t.Context(), e, seed.Options{Accounts: accounts, Invoices: bulk, Month: month}); err != nil {
		w.t.Fatal(err)
	}
	if err := seed.Month(w.t.Context(), e, seed.Options{Accounts: accounts, Invoices: invoices, Month: month}); err != nil {
		w.t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.move(made, path)
}

func (w *world) move(from, to string) {
	w.t.Helper()
	in, err := os.Open(from)
	if err != nil {
		w.t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := out.ReadFrom(in); err != nil {
		w.t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		w.t.Fatal(err)
	}
}

// TestSeed: what is seeded is a ledger that commands read, with something in it
// for everybody.
func TestSeed(t *testing.T) {
	w := newWorld(t)
	invoices, bulk := 300, 0
	if *seedDir != "" {
		w.dir, invoices, bulk = *seedDir, *seedSize, *seedBulk
	}
	w.seeded(invoices, bulk, time.Now())
	said(t, w.must(exitPerson, "status"), "THE BILLER ACTS", "THE OPERATOR ACTS", "HELD BACK")
}
