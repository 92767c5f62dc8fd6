package month

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/portal"
)

// A spell is a bad time of a whole portal.
type spell struct {
	name  string
	lasts time.Duration
	fault portal.Fault
}

// spells are what a portal goes through, again and again. None of them is kind to
// what is under way: a portal that goes down does so in the middle of an upload.
func spells() []spell {
	const second = time.Second
	return []spell{
		{"slow", 40 * second, portal.Fault{What: portal.Slow, For: portal.Duration(700 * time.Millisecond)}},
		{"down", 20 * second, portal.Fault{What: portal.Down}},
		{"session ended", 5 * second, portal.Fault{What: portal.LoggedOut, At: portal.UploadPage, Next: 1}},
		{"very slow", 15 * second, portal.Fault{What: portal.Slow, For: portal.Duration(3 * second)}},
		{"session ended", 5 * second, portal.Fault{What: portal.LoggedOut, At: portal.History, Next: 1}},
		{"maintenance", 20 * second, portal.Fault{What: portal.Maintenance, At: portal.LoginPage}},
		{"500 at an upload", 5 * second, portal.Fault{What: portal.Broken, Next: 1}},
	}
}

// fair is how long a portal is well between two spells, about.
const fair = 4 * time.Minute

// weather puts a portal through its spells until most of its invoices have
// arrived, and returns how often each struck. What befalls single invoices
// stays on throughout.
func weather(ctx context.Context, site *scene.Portal, faults []portal.Fault, invoices int, random *rand.Rand) (map[string]int, error) {
	struck := map[string]int{}
	for i := random.IntN(len(spells())); ; i++ {
		if !clock.Pause(ctx, fair/2+time.Duration(random.Int64N(int64(fair)))) {
			return struck, nil
		}
		counts, err := site.Counts(ctx)
		if err != nil {
			return struck, fmt.Errorf("weather: %w", err)
		}
		if counts.Uploads*20 >= invoices*19 { // 95 %
			return struck, nil
		}
		s := spells()[i%len(spells())]
		struck[s.name]++
		if err := bad(ctx, site, faults, s); err != nil {
			return struck, fmt.Errorf("weather: %w", err)
		}
	}
}

// bad has a portal go through one spell. What befalls single invoices goes on.
func bad(ctx context.Context, site *scene.Portal, faults []portal.Fault, s spell) error {
	if err := site.AddFaults(ctx, s.fault); err != nil {
		return err
	}
	if !clock.Pause(ctx, s.lasts) {
		return nil
	}
	return errors.Join(site.ClearFaults(ctx), site.AddFaults(ctx, faults...))
}
