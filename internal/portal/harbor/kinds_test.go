package harbor_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

// Pages that are shown in place of others, or with something in them.
func TestFaultsOfPages(t *testing.T) {
	for _, c := range []struct{ what, path, says string }{
		{"captcha", "/dashboard", "One more moment"},
		{"terms", "/dashboard", "Our terms have changed"},
		{"leaving", "/invoices/new", "onbeforeunload"},
		{"print", "/invoices/new", "window.print()"},
		{"popup", "/invoices/new", `open("/dashboard")`},
		{"twice", "/invoices/new", "fetch(e.target.action"},
		{"reload", "/invoices/uploads/U-000001", "location.reload()"},
		{"another", "/invoices/uploads/U-000001", "LOST-1"},
		{"empty", "/invoices", "0 found"},
		{"download", "/dashboard", "\x00\x00\x00"},
		{"huge", "/dashboard", "all work and no play"},
	} {
		t.Run(c.what, func(t *testing.T) {
			p, _ := start(t)
			b := ada(t, p)
			b.file(good("INV-1"))
			b.add(`{"what":"` + c.what + `","next":1}`)
			if v := b.get(c.path); !strings.Contains(v.body, c.says) {
				t.Errorf("%s says %.200q", c.path, v.body)
			}
			if v := b.get(c.path); strings.Contains(v.body, c.says) {
				t.Errorf("once the fault is used up, it says %q", c.says)
			}
		})
	}
}

// An invoice that came before is what another's result shows, where there is one.
func TestAnother(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	b.file(good("INV-1"))
	v := b.file(good("INV-2"))
	b.add(`{"what":"another","next":1}`)
	if v = b.get(v.path); !strings.Contains(v.body, "INV-1") || strings.Contains(v.body, "INV-2") {
		t.Errorf("it says %.200q", v.body)
	}
}

// A page that drips comes whole, and late.
func TestDrip(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	begun := time.Now()
	whole := b.get("/invoices").body
	quick := time.Since(begun)
	b.add(`{"what":"drip","at":"history","for":"400ms","next":1}`)
	begun = time.Now()
	if v := b.get("/invoices"); v.body != whole || time.Since(begun) < quick+300*time.Millisecond {
		t.Errorf("it took %s and says %.200q", time.Since(begun), v.body)
	}
}

// Whoever watches is told of each request, and of its end.
func TestWatch(t *testing.T) {
	var begun, over atomic.Int32
	o := portal.Options{Dir: t.TempDir(), Users: harbor.Users(), Watch: func(place portal.Place) func() {
		if place == portal.LoginPage {
			begun.Add(1)
		}
		return func() { over.Add(1) }
	}}
	p, err := harbor.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	ada(t, p)
	if begun.Load() != 1 || over.Load() < 3 {
		t.Errorf("%d login pages begun, %d requests over", begun.Load(), over.Load())
	}
}
