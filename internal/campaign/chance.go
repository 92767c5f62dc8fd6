package campaign

import (
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"
)

// chance is the luck of a world: the n-th draw of a name is the same in every run
// of a seed, whatever else is drawn and in whichever order.
type chance struct {
	seed uint64

	mu    sync.Mutex
	drawn map[string]uint64
}

func newChance(seed uint64) *chance { return &chance{seed: seed, drawn: map[string]uint64{}} }

// draw is the next number of a name, in [0, 1).
func (c *chance) draw(name string) float64 {
	c.mu.Lock()
	n := c.drawn[name]
	c.drawn[name]++
	c.mu.Unlock()
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))                                                   // a hash takes everything
	return rand.New(rand.NewPCG(c.seed, h.Sum64()+n*0x9e3779b97f4a7c15)).Float64() //nolint:gosec // it must be the same in every run
}

// of is true in p of the draws of a name.
func (c *chance) of(name string, p float64) bool { return c.draw(name) < p }

// pick is one of n.
func (c *chance) pick(name string, n int) int { return int(c.draw(name) * float64(n)) }

// between is a time of at least least and less than most.
func (c *chance) between(name string, least, most time.Duration) time.Duration {
	return least + time.Duration(c.draw(name)*float64(most-least))
}

// one draws one of several, by their weights.
func one[T any](c *chance, name string, list ...weighted[T]) T {
	total := 0.0
	for _, l := range list {
		total += l.weight
	}
	at := c.draw(name) * total
	for _, l := range list {
		if at -= l.weight; at < 0 {
			return l.what
		}
	}
	return list[len(list)-1].what
}

type weighted[T any] struct {
	what   T
	weight float64
}
