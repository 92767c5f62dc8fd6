package dispatch_test

import (
	"fmt"
	"testing"
	"time"

	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/ledger"
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
