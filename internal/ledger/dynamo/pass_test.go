package dynamo

import (
	"context"
	"fmt"
	"testing"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/dispatch/dispatchtest"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// nobody is a holder of whom nothing is asked here.
type nobody struct{}

func (nobody) Dead(context.Context, string) (bool, error) { return false, nil }

// TestPassCost prints the requests, read and write units that a pass of dispatch takes, and what a
// task does to its slot, and sees to it that it is the same however much is due.
func TestPassCost(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	g := newGauge(t, s)
	l := ledger.New(g.Engine, clock.System{}, nobody{}, submission.Limits{})
	fleet := &dispatchtest.Fleet{}
	t.Cleanup(fleet.Close)
	d := &dispatch.Dispatcher{Ledger: l, Launcher: fleet, Limits: dispatch.Limits{Tasks: 4, Beside: 1, Accounts: 1}}
	for i := range 4 {
		d.Accounts = append(d.Accounts, dispatch.Account{Name: fmt.Sprint("firm-", i), Site: ledger.SiteName{Carrier: "harbor"}})
	}
	roomy := *d
	roomy.Limits.Tasks++
	stored, previous := 0, map[string]spent{}
	for _, due := range []int{100, 400} {
		for ; stored < due; stored++ {
			sub := sample(fmt.Sprint(stored), 1)
			sub.Key.Account = fmt.Sprint("firm-", stored%4)
			sub.ID = sub.Key.ID()
			if err := g.inner.Store(t.Context(), sub, nil); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name string
			do   func() error
		}{
			{"pass that starts 4 tasks", func() error { return passing(t, d, dispatch.Report{Due: 4, Planned: 4, Started: 4}) }},
			{"pass with all slots in use", func() error { return passing(t, d, dispatch.Report{Full: true}) }},
			{"pass with a slot for nobody", func() error { return passing(t, &roomy, dispatch.Report{Due: 4}) }},
			{"renew slot", func() error {
				_, err := l.RenewSlot(t.Context(), 1, slotOne(t, g), taskOne(t, g), dispatch.Lease*2)
				return err
			}},
			{"give slot", func() error { return l.GiveSlot(t.Context(), 1, slotOne(t, g)) }},
		} {
			g.meter.take()
			err := c.do()
			cost := g.meter.take()
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if before, ok := previous[c.name]; ok && before != cost {
				t.Errorf("%s: %+v with 100 due, %+v with %d", c.name, before, cost, due)
			}
			previous[c.name] = cost
			t.Logf("| %s, %d due of 4 accounts | %.0f | %.1f | %.1f |", c.name, due, cost.requests, cost.read, cost.write)
		}
		forgotten(t, g)
	}
}

func passing(t *testing.T, d *dispatch.Dispatcher, want dispatch.Report) error {
	r, err := d.Pass(t.Context())
	if err == nil && r != want {
		err = fmt.Errorf("the pass says %+v", r)
	}
	return err
}

// slotOne and taskOne are the fence and the task of slot 1, for which nothing is
// counted.
func slotOne(t *testing.T, g *gauge) int64  { return first(t, g).Fence }
func taskOne(t *testing.T, g *gauge) string { return first(t, g).Task }

func first(t *testing.T, g *gauge) ledger.Slot {
	t.Helper()
	a, err := g.inner.LoadAccount(t.Context(), "slots:")
	if err != nil || a.Slots.Taken[0].N != 1 {
		t.Fatalf("%+v, %v", a.Slots, err)
	}
	return a.Slots.Taken[0]
}

// forgotten frees all slots, and forgets who had them.
func forgotten(t *testing.T, g *gauge) {
	t.Helper()
	a, err := g.inner.LoadAccount(t.Context(), "slots:")
	if err != nil {
		t.Fatal(err)
	}
	a.Version, a.Slots = a.Version+1, &ledger.Slots{Fence: a.Slots.Fence}
	if err := g.inner.StoreAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}
