package dispatch_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/dispatch/dispatchtest"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

// BenchmarkPlan is the pure part, which grows with the accounts that have something
// due, however much that is.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{10, 100, 1_000, 10_000} {
		b.Run(fmt.Sprint("accounts=", n), func(b *testing.B) {
			due := make([]ledger.Due, n)
			for i := range due {
				due[i] = ledger.Due{Account: fmt.Sprint("firm-", i), At: noon.Add(-time.Duration(i*7919%n) * time.Second)}
			}
			s := dispatch.Situation{Now: noon, Due: due, May: all(due), Limits: dispatch.Limits{Tasks: 4}}
			for b.Loop() {
				if p := dispatch.Plan(s); len(p) != 4 && n > 10 {
					b.Fatalf("%d tasks", len(p))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/account")
		})
	}
}

// BenchmarkPass is a whole pass on SQLite, on a disk, with so much due of 40
// accounts: one with all slots in use, as most are while much arrives; one that finds
// a slot free and nobody for it; and one that takes four slots, starts four tasks and
// notes them. A trigger makes one for each
// batch of ten events.
//
//	CGO_ENABLED=0 go test ./internal/dispatch -run - -bench . -benchtime 2s
func BenchmarkPass(b *testing.B) {
	e, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	stored := 0
	for _, due := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint("due=", due), func(b *testing.B) {
			stored = fill(b, e, stored, due)
			d := benched(e)
			b.Run("full", func(b *testing.B) {
				once(b, d)
				for b.Loop() {
					if r, err := d.Pass(b.Context()); err != nil || !r.Full {
						b.Fatalf("%+v, %v", r, err)
					}
				}
				perEvent(b)
				forget(b, e)
			})
			b.Run("room", func(b *testing.B) { // for one more, and nobody for it
				d := benched(e)
				d.Limits = dispatch.Limits{Tasks: 41, Beside: 1, Accounts: 1}
				if _, err := d.Pass(b.Context()); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if r, err := d.Pass(b.Context()); err != nil || r.Full || r.Planned > 0 || r.Due != accountsOf {
						b.Fatalf("%+v, %v", r, err)
					}
				}
				perEvent(b)
				forget(b, e)
			})
			b.Run("starting", func(b *testing.B) {
				for b.Loop() {
					once(b, d)
					b.StopTimer()
					forget(b, e)
					b.StartTimer()
				}
				perEvent(b)
			})
		})
	}
}

// perEvent reports what a pass costs each event of a batch.
func perEvent(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/batchOf, "µs/event")
}

// instant is a launcher that has started everything at once.
type instant struct{ dispatchtest.Fleet }

func (*instant) Start(_ context.Context, t dispatch.Task) (string, error) {
	return "task-" + t.Token, nil
}

func benched(e ledger.Engine) *dispatch.Dispatcher {
	d := &dispatch.Dispatcher{
		Ledger:   ledger.New(e, clock.System{}, &mortals{}, submission.Limits{}),
		Launcher: &instant{}, Limits: dispatch.Limits{Tasks: 4},
	}
	for i := range accountsOf {
		d.Accounts = append(d.Accounts, dispatch.Account{Name: fmt.Sprintf("firm-%02d", i), Site: harbor})
	}
	return d
}

// once makes a pass that starts four tasks.
func once(b *testing.B, d *dispatch.Dispatcher) {
	if r, err := d.Pass(b.Context()); err != nil || r.Started != 4 || r.Due != accountsOf {
		b.Fatalf("%+v, %v", r, err)
	}
}

// forget frees all slots, and who had them.
func forget(b *testing.B, e ledger.Engine) {
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

// fill stores due submissions until there are n.
func fill(b *testing.B, e ledger.Engine, from, n int) int {
	for i := from; i < n; i++ {
		s := submission.New(submission.Key{Account: fmt.Sprintf("firm-%02d", i%accountsOf), LawFirmID: "12-3", ClientID: "C1", Number: fmt.Sprint("INV-", i)}, "harbor")
		s.Version, s.CreatedAt, s.UpdatedAt = 1, noon, noon
		s.Revisions = []submission.Revision{{Number: 1, State: submission.Ready}}
		if err := e.Store(b.Context(), s, nil); err != nil {
			b.Fatal(err)
		}
	}
	return max(from, n)
}
