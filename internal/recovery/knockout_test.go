package recovery_test

import (
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/recovery"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestKnockOut files invoices, puts the ledger of before in place, and visits
// again, at sites where the look-up before a submission finds nothing: without
// the recovery they are filed twice, with it they are not.
func TestKnockOut(t *testing.T) {
	t.Parallel()
	blind := func() carriers.Carrier {
		c := harbor.Carrier()
		c.History.Blind = "its history is closed to vendors"
		return c
	}
	for name, site := range map[string]struct {
		carrier carriers.Carrier
		fault   portal.What
	}{
		"a site that cannot be looked up": {carrier: blind()},
		"a history that lags":             {carrier: harbor.Carrier(), fault: portal.Lag},
	} {
		for _, recovers := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", recovered", false: ", not recovered"}[recovers], func(t *testing.T) {
				b := visittest.New(t, site.carrier)
				known := b.Register(visittest.Moor, "KNOWN", visittest.Invoice{})
				old := filepath.Join(b.Dir, "old.db")
				check(t, b.Engine.Engine.(*sqlite.Engine).Snapshot(t.Context(), old))
				later := b.Register(visittest.Moor, "LATER", visittest.Invoice{})
				if site.fault != "" {
					b.Fault(portal.Fault{What: site.fault, For: portal.Duration(time.Hour)})
				}
				visited(t, b)

				restored(t, b, old)
				want := 2
				if recovers {
					want = 1
					report, err := recovery.Recovery{Ledger: b.Ledger, Evidence: b.Evidence, Who: "r"}.Run(t.Context())
					if err != nil || report.Attempts != 2 {
						t.Fatalf("recovered: %+v, %v", report, err)
					}
				}
				b.Register(visittest.Moor, "LATER", visittest.Invoice{}) // its file is still in the inbox
				visited(t, b)
				for _, number := range []string{"KNOWN", "LATER"} {
					if n := b.Uploads(number); n != want {
						t.Errorf("the portal took %s in %d times, want %d", number, n, want)
					}
				}
				for _, id := range []string{known, later} {
					if s := b.Get(id); recovers && s.Current().State != submission.Uncertain {
						t.Errorf("%s is %s, and nobody can know", s.Key, s.Current().State)
					}
				}
			})
		}
	}
}

// restored puts another ledger in place of the bench's.
func restored(t *testing.T, b *visittest.Bench, file string) {
	t.Helper()
	e, err := sqlite.Open(t.Context(), file)
	check(t, err)
	t.Cleanup(func() { _ = e.Close() })
	b.Engine.Engine = e
	b.Reborn()
}

func visited(t *testing.T, b *visittest.Bench) {
	t.Helper()
	v := b.Visit(visittest.Moor)
	v.Browser.Patience = 30 * time.Second // what is shown here is no matter of speed
	v.Gate.Appear, v.Gate.Answer, v.Gate.End = v.Browser.Patience, v.Browser.Patience, v.Browser.Patience
	_, err := v.Run(t.Context(), t.Context())
	check(t, err)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
