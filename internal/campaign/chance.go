package campaign

import (
	"sync"
	"time"
)

// chance is the luck of a world: the n-th draw of a name is the same in every run
// of a seed, whatever else is drawn and in whichever order.
type chance struct {
	seed uint64

	mu    sync.Mutex
	drawn map[string]uint64
	parts map[string]*chance
}

func newChance(seed uint64) *chance {
	return &chance{seed: seed, drawn: map[string]uint64{}, parts: map[string]*chance{}}
}

// draw is the next number of a name, in [0, 1).
func (c *chance) draw(name string) float64 {
	c.mu.Lock()
	n := c.drawn[name]
	c.drawn[name]++
	c.mu.Unlock()
	return float64(mixed(c.seed^mixed(hashOf(name)+n))>>11) / (1 << 53)
}

// sub is the luck of a part of the world, which others' draws leave alone.
func (c *chance) sub(part string) *chance {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.parts[part] == nil {
		c.parts[part] = newChance(mixed(c.seed ^ hashOf(part)))
	}
	return c.parts[part]
}

// hashOf is FNV-1a.
func hashOf(name string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 0x100000001b3
	}
	return h
}

// mixed is SplitMix64: every bit of x changes half of those of the result.
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
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
