package seed

import (
	"context"
	"math/rand/v2"
	"time"

	"example.com/lodge/internal/ledger"
)

// A world is an engine at a time that the teller sets. Its holders live.
type world struct {
	ledger.Engine
	now time.Time
}

// Now implements [ledger.Engine].
func (w *world) Now(context.Context) (time.Time, error) { return w.now, nil }

// Dead implements [ledger.Holders].
func (w *world) Dead(context.Context, string) (bool, error) { return false, nil }

func (w *world) set(t time.Time) { w.now = t }

func (w *world) pass(d time.Duration) { w.now = w.now.Add(d) }

// clockOf is the world's time as a clock.
type clockOf struct{ *world }

// Now implements clock.Clock.
func (c clockOf) Now() time.Time { return c.now }

// Boot implements clock.Clock.
func (c clockOf) Boot() time.Duration { return time.Duration(c.now.UnixNano()) }

// A teller invents what becomes of invoices.
type teller struct {
	*world
	ledger *ledger.Ledger
	random *rand.Rand
	month  time.Time
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// often picks from the front of the list rather than from its end.
func often[T any](random *rand.Rand, list []T) T {
	return list[min(random.IntN(len(list)), random.IntN(len(list)))]
}
