package month

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/portal"
)

// A month has its refusals, and most of it is simply accepted.
func TestMix(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	const n = 100_000
	refused, befallen := 0, 0
	for range n {
		switch f := draw(random); {
		case f == nil:
		case f.spoil != nil:
			refused++
		default:
			befallen++
		}
	}
	if share := float64(refused) / n; share < 0.06 || share > 0.08 {
		t.Errorf("%.1f %% are refused; want 6 to 8", 100*share)
	}
	if share := float64(befallen) / n; share < 0.05 || share > 0.15 {
		t.Errorf("%.1f %% have something else befall them", 100*share)
	}
}

// The portal takes every fault that a month switches on.
func TestFaultsAreThePortals(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var faults portal.Faults
	for _, f := range fates() {
		if f.fault == nil {
			continue
		}
		fault := f.fault(random)
		fault.Invoice = "M01-0001"
		if _, err := faults.Add(fault); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
	}
	for _, s := range spells() {
		if _, err := faults.Add(s.fault); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

// What befalls single invoices outlives a spell, and a spell ends.
func TestWeather(t *testing.T) {
	site := startPortal(t)
	special := portal.Fault{What: portal.Late, Invoice: "M01-0001", For: portal.Duration(time.Minute)}
	if err := site.AddFaults(t.Context(), special); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := bad(t.Context(), site, []portal.Fault{special}, spell{"down", 10 * time.Millisecond, portal.Fault{What: portal.Down}}); err != nil {
			t.Fatal(err)
		}
	}
	on, err := site.Faults(t.Context())
	if err != nil || len(on) != 1 || on[0].What != portal.Late || on[0].Invoice != "M01-0001" {
		t.Errorf("after the spells these are on: %+v, %v", on, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if struck, err := weather(ended, site, nil, 10, rand.New(rand.NewPCG(1, 1))); err != nil || len(struck) != 0 {
		t.Errorf("after the end: %v, %v", struck, err)
	}
}

func startPortal(t *testing.T) *scene.Portal {
	t.Helper()
	site, err := scene.StartPortal(context.WithoutCancel(t.Context()), self(t), t.TempDir(), []scene.User{scene.NewUser("one")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := site.Close(); err != nil {
			t.Error(err)
		}
	})
	return site
}
