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
// accepted; one in 50 needs somebody, for one of 40 reasons, one in 1,000 waits,
// the rest of the states have a handful each.
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
	alike3 := ledger.Query{Needs: []carriers.Person{carriers.Biller}, Carrier: "carrier-3", States: []submission.State{submission.Rejected},
		Alike: "code X3 is invalid", Limit: 3}
	ofAccount := alike3
	ofAccount.Account = "account-3"
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
		{"needing-somebody", list(b, e, ledger.Query{Needs: []carriers.Person{carriers.Biller}, Limit: 50})},
		{"alike-three", list(b, e, alike3)},
		{"alike-three-of-account", list(b, e, ofAccount)},
		{"arrived-in-a-day", list(b, e, ledger.Query{From: begun.AddDate(0, 0, 10), To: begun.AddDate(0, 0, 11)})},
		{"late-three", list(b, e, ledger.Query{Carrier: "carrier-7", Unfiled: true, DatedTo: begun.AddDate(9, 0, 0), Limit: 3})},
		{"late-count", func() error {
			_, err := e.CountOf(b.Context(), ledger.Query{Carrier: "carrier-7", Unfiled: true, DatedTo: begun.AddDate(9, 0, 0)})
			return err
		}},
		{"groups", func() error { _, err := e.Groups(b.Context()); return err }},
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

// begun is when the first submission of the benchmark arrived.
var begun = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

func example(i int) submission.Submission {
	s := submission.New(submission.Key{Account: fmt.Sprint("account-", i%40), LawFirmID: "12-3", ClientID: "C", Number: fmt.Sprint("INV-", i)},
		fmt.Sprint("carrier-", i%8))
	s.Version = 1
	s.CreatedAt = begun.Add(time.Duration(i) * time.Minute)
	s.UpdatedAt = s.CreatedAt
	r := submission.Revision{
		Number: 1, State: submission.Accepted, Date: s.CreatedAt.Truncate(24 * time.Hour), Why: "the carrier's site accepted it", Object: submission.Object{Name: fmt.Sprint("inbox/", i, ".txt")},
		Receipt: carriers.Receipt{Number: fmt.Sprint("R", i), Status: "Accepted", Text: "Your invoice was accepted.", State: carriers.StateAccepted},
	}
	switch {
	case i%100_003 == 7:
		r.State, s.Lease.Owner = submission.Submitting, "holder"
	case i/40%50 == 1 && i%10 == 9:
		r.State, r.Needs, r.Why = submission.NeedsPerson, carriers.Operator, fmt.Sprintf("%d live rows", 2+i/2000%4)
	case i/40%50 == 1:
		r.State, r.Needs = submission.Rejected, carriers.Biller
		r.Receipt = carriers.Receipt{Text: fmt.Sprintf("code X%d is invalid", i/2000%36), State: carriers.StateRejected}
	case i%1000 == 3:
		r.State = submission.Ready
	case i%1000 == 4:
		r.State = submission.Submitted
	}
	s.Revisions = []submission.Revision{r}
	return s
}
