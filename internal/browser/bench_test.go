package browser

import (
	"testing"

	"example.com/lodge/carriers/page"
)

// BenchmarkSteps measures single steps on a small local page.
func BenchmarkSteps(b *testing.B) {
	browser, err := Start(b.Context(), Options{Exe: shell, Profiles: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer browser.Close()
	tab, err := browser.Tab(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	ctx := tab.Context(b.Context())
	address := servePage(b, `<label for=f>Matter</label><input id=f><button>Submit</button>`)
	look := func() error { _, err := tab.Picture(ctx); return err }
	for name, step := range map[string]func() error{
		"goto":    func() error { return page.Do(ctx, page.Goto(address)) },
		"click":   func() error { return page.Do(ctx, page.Click(submit)) },
		"fill":    func() error { return page.Do(ctx, page.Fill(page.Label("Matter"), "CL-2026-004417-00012")) },
		"sign":    func() error { return page.Do(ctx, page.See(page.Good(page.Text("button", "submit")))) },
		"picture": look,
	} {
		if err := page.Do(ctx, page.Goto(address)); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("tab", func(b *testing.B) {
		for b.Loop() {
			tab, err := browser.Tab(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if err := tab.Close(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkLife measures a browser's start and its end.
func BenchmarkLife(b *testing.B) {
	profiles := b.TempDir()
	for b.Loop() {
		browser, err := Start(b.Context(), Options{Exe: shell, Profiles: profiles})
		if err != nil {
			b.Fatal(err)
		}
		if err := browser.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
