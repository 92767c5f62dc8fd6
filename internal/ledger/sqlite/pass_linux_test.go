package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/dispatch/dispatchtest"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// BenchmarkPass is a whole pass on SQLite, on a disk, with so much due of 40
// accounts: one with all slots in use, as most are while much arrives; one that finds
// a slot free and nobody for it; and one that takes four slots, starts four tasks and
// notes them. A trigger makes one for each
// batch of ten events.
//
//	CGO_ENABLED=0 go test ./internal/ledger/sqlite -run - -bench BenchmarkPass
func BenchmarkPass(b *testing.B) {
	e, err := Open(b.Context(), filepath.Join(b.TempDir(), "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	stored := 0
	for _, due := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint("due=", due), func(b *testing.B) {
			stored = fillDue(b, e, stored, due)
			d := benched(e)
			b.Run("full", func(b *testing.B) {
				once(b, d)
				measured(b, func() {
					if r, err := d.Pass(b.Context()); err != nil || !r.Full {
						b.Fatalf("%+v, %v", r, err)
					}
				}, func() {})
				forget(b, e)
			})
			b.Run("room", func(b *testing.B) { // for one more, and nobody for it
				d := benched(e)
				d.Limits = dispatch.Limits{Tasks: dueOf + 1, Beside: 1, Accounts: 1}
				if _, err := d.Pass(b.Context()); err != nil {
					b.Fatal(err)
				}
				measured(b, func() {
					if r, err := d.Pass(b.Context()); err != nil || r.Full || r.Planned > 0 || r.Due != dueOf {
						b.Fatalf("%+v, %v", r, err)
					}
				}, func() {})
				forget(b, e)
			})
			b.Run("starting", func(b *testing.B) {
				measured(b, func() { once(b, d) }, func() { forget(b, e) })
			})
		})
	}
}

// processor is how much processor time this process has taken.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured makes passes for as long as the benchmark runs, and reports what each
// costs an event of a batch: processor time, which other work on the machine does
// not change, beside the clock's.
func measured(b *testing.B, pass, between func()) {
	b.Helper()
	var spent time.Duration
	for b.Loop() {
		begun := processor(b)
		pass()
		spent += processor(b) - begun
		b.StopTimer()
		between()
		b.StartTimer()
	}
	each := float64(b.N) * eventsOf * float64(time.Microsecond)
	b.ReportMetric(float64(spent)/each, "cpu-µs/event")
	b.ReportMetric(float64(b.Elapsed())/each, "µs/event")
}

// willing is a launcher that has started everything at once.
type willing struct{ dispatchtest.Fleet }

func (*willing) Start(_ context.Context, t dispatch.Task) (string, error) {
	return "task-" + t.Token, nil
}

func benched(e *Engine) *dispatch.Dispatcher {
	d := &dispatch.Dispatcher{
		Ledger:   ledger.New(e, clock.System{}, nobody{}, submission.Limits{}),
		Launcher: &willing{}, Limits: dispatch.Limits{Tasks: 4},
	}
	for i := range dueOf {
		d.Accounts = append(d.Accounts, dispatch.Account{Name: fmt.Sprintf("firm-%02d", i), Site: ledger.SiteName{Carrier: "harbor"}})
	}
	return d
}

// once makes a pass that starts four tasks.
func once(b *testing.B, d *dispatch.Dispatcher) {
	if r, err := d.Pass(b.Context()); err != nil || r.Started != 4 || r.Due != dueOf {
		b.Fatalf("%+v, %v", r, err)
	}
}

// forget frees all slots, and who had them.
func forget(b *testing.B, e *Engine) {
	a, err := e.LoadAccount(b.Context(), "slots:")
	if err != nil {
		b.Fatal(err)
	}
	a.Version++
	a.Slots = &ledger.Slots{Fence: a.Slots.Fence}
	if err := e.StoreAccount(b.Context(), a); err != nil {
		b.Fatal(err)
	}
}

// fillDue stores due submissions until there are n.
func fillDue(b *testing.B, e *Engine, from, n int) int {
	b.Helper()
	err := e.change(b.Context(), "fill", func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(b.Context(), insertSQL())
		if err != nil {
			return err
		}
		defer func() { _ = insert.Close() }()
		for i := from; i < n; i++ {
			key := submission.Key{Account: fmt.Sprintf("firm-%02d", i%dueOf), LawFirmID: "12-3", ClientID: "C1", Number: fmt.Sprint("INV-", i)}
			s := submission.New(key, "harbor")
			s.Version, s.CreatedAt, s.UpdatedAt = 1, begun.Add(time.Duration(i)*time.Second), begun
			s.Revisions = []submission.Revision{{Number: 1, State: submission.Ready}}
			row, err := rowOf(s)
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
	return max(from, n)
}

const (
	dueOf    = 40 // accounts
	eventsOf = 10 // that a trigger takes at a time
)
