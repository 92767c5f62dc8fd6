package e2e

import (
	"fmt"
	"testing"
	"time"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// What is put into the bucket is filed, once, whatever becomes of the events: some
// come twice, some come late.
func TestFiles(t *testing.T) {
	s, ok := deploy(t)
	if !ok {
		return
	}
	for n := range 4 {
		account := []string{visittest.Moor, visittest.Pier}[n%2]
		s.arrive(account, fmt.Sprintf("INV-%d", n))
	}
	sums := s.until("all are accepted", 3*time.Minute, func(list []ledger.Summary) bool {
		for _, sum := range list {
			if sum.State != submission.Accepted {
				return false
			}
		}
		return true
	})
	s.proven(sums)
	s.told(len(sums))
}

// proven: the portal took each invoice in once, and there is evidence of it.
func (s *stage) proven(sums []ledger.Summary) {
	s.t.Helper()
	kept, err := s.Objects(config.EvidenceKeys)
	s.check(err)
	store := evidence.On(kept)
	for _, sum := range sums {
		if n := s.portal.Counts().Invoices[sum.Invoice].Uploads; n != 1 {
			s.t.Errorf("the portal took %s in %d times", sum.Invoice, n)
		}
		sub, err := s.Ledger.Get(s.t.Context(), sum.ID)
		s.check(err)
		for _, a := range sub.Current().Attempts {
			if len(a.Evidence) == 0 {
				s.t.Errorf("%s: nothing proves attempt %s", sum.Invoice, a.ID)
			}
			s.check(store.Verify(s.t.Context(), a.Evidence))
		}
	}
}

// told prints the sum, and checks what holds for every test.
func (s *stage) told(accepted int) {
	s.t.Helper()
	duplicates := s.portal.Counts().Duplicates
	s.t.Logf("cloud: put=%d accepted=%d duplicates=%d max_tasks=%d/%d", s.put, accepted, duplicates, s.cluster.Most(), tasks)
	if duplicates != 0 || s.cluster.Most() > tasks {
		s.t.Errorf("%d duplicates, %d tasks at once", duplicates, s.cluster.Most())
	}
	for _, account := range []string{visittest.Moor, visittest.Pier} {
		if n := s.cluster.MostOf(account); n > 1 {
			s.t.Errorf("%d tasks for account %s at once", n, account)
		}
	}
}
