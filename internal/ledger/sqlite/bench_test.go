package sqlite

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// rowsKey sets how large the ledger of the benchmark is; a million rows take
// some minutes to make.
const rowsKey = "LODGE_BENCH_ROWS"

// BenchmarkLarge asks of a large ledger what commands and runs ask. Most of it is
// accepted; one in 1,000 waits, one in 5,000 needs somebody, the rest of the
// states have a handful each.
func BenchmarkLarge(b *testing.B) {
	rows := 20_000
	if text, ok := os.LookupEnv(rowsKey); ok {
		var err error
		if rows, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	e, err := Open(b.Context(), filepath.Join(b.TempDir(), "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	fill(b, e, rows)
	last := made("nobody", 0).ID
	held := true
	for _, c := range []struct {
		name string
		ask  func() error
	}{
		{"status", list(b, e, ledger.Query{NeedsFirst: true, Limit: 50})},
		{"status-1000", list(b, e, ledger.Query{NeedsFirst: true})},
		{"status-of-account", list(b, e, ledger.Query{NeedsFirst: true, Account: "account-7", Limit: 50})},
		{"status-of-carrier", list(b, e, ledger.Query{NeedsFirst: true, Carrier: "carrier-3", Limit: 50})},
		{"status-of-rare-state", list(b, e, ledger.Query{NeedsFirst: true, States: []submission.State{submission.Submitting}, Limit: 50})},
		{"status-of-invoice", list(b, e, ledger.Query{NeedsFirst: true, Invoice: "INV-17"})},
		{"page-by-id", list(b, e, ledger.Query{After: last})},
		{"waiting-of-account", list(b, e, ledger.Query{Account: "account-7", States: []submission.State{submission.Ready, submission.Uncertain}})},
		{"due", list(b, e, ledger.Query{Account: "account-7", DueBy: time.Now(), Limit: 20})},
		{"held", list(b, e, ledger.Query{Held: &held})},
		{"held-of-account", list(b, e, ledger.Query{Account: "account-7", Held: &held})},
		{"counts", func() error { _, err := e.Counts(b.Context()); return err }},
		{"next-due", func() error { _, err := e.NextDue(b.Context()); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("store", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if err := e.Store(b.Context(), made(fmt.Sprint("new-", b.N, "-", i), 1), line(1)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func list(b *testing.B, e *Engine, q ledger.Query) func() error {
	return func() error { _, err := e.List(b.Context(), q); return err }
}

// fill stores n submissions of 40 accounts at 8 carriers.
func fill(b *testing.B, e *Engine, n int) {
	b.Helper()
	begin := time.Now()
	const batch = 10_000
	for from := 0; from < n; from += batch {
		err := e.change(b.Context(), "fill", func(tx *sql.Tx) error {
			insert, err := tx.PrepareContext(b.Context(), insertSQL())
			if err != nil {
				return err
			}
			defer func() { _ = insert.Close() }()
			for i := from; i < min(n, from+batch); i++ {
				row, err := rowOf(example(i))
				if err != nil {
					return err
				}
				if _, err := insert.ExecContext(b.Context(), row...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d rows in %s", n, time.Since(begin).Round(time.Second))
}

func example(i int) submission.Submission {
	s := submission.New(submission.Key{Account: fmt.Sprint("account-", i%40), LawFirmID: "12-3", ClientID: "C", Number: fmt.Sprint("INV-", i)},
		fmt.Sprint("carrier-", i%8))
	s.Version = 1
	s.CreatedAt = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
	s.UpdatedAt = s.CreatedAt
	r := submission.Revision{
		Number: 1, State: submission.Accepted, Why: "the carrier's site accepted it", Object: submission.Object{Name: fmt.Sprint("inbox/", i, ".txt")},
		Receipt: carriers.Receipt{Number: fmt.Sprint("R", i), Status: "Accepted", Text: "Your invoice was accepted.", State: carriers.StateAccepted},
	}
	switch {
	case i%100_003 == 7:
		r.State, s.Lease.Owner = submission.Submitting, "holder"
	case i%5000 == 1:
		r.State, r.Needs = submission.Rejected, carriers.Biller
	case i%5000 == 2:
		r.State, r.Needs = submission.NeedsPerson, carriers.Operator
	case i%1000 == 3:
		r.State = submission.Ready
	case i%1000 == 4:
		r.State = submission.Submitted
	}
	s.Revisions = []submission.Revision{r}
	return s
}
