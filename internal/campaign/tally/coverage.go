package tally

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Coverage is what happened in worlds, by name: programs that died at a point,
// faults, and pairs of both that met in one visit, or in one visit and the next.
type Coverage struct {
	Kills  map[string]int `json:"kills"`
	Faults map[string]int `json:"faults"`
	Pairs  map[string]int `json:"pairs"`
}

// NewCoverage is one of nothing.
func NewCoverage() Coverage {
	return Coverage{Kills: map[string]int{}, Faults: map[string]int{}, Pairs: map[string]int{}}
}

// Add adds o to c.
func (c Coverage) Add(o Coverage) {
	for _, m := range []struct{ to, from map[string]int }{{c.Kills, o.Kills}, {c.Faults, o.Faults}, {c.Pairs, o.Pairs}} {
		for name, n := range m.from {
			m.to[name] += n
		}
	}
}

// Met is how many names have a count, of how many.
func Met(m map[string]int) (met, of int) {
	for _, n := range m {
		if n > 0 {
			met++
		}
	}
	return met, len(m)
}

// String is the table for people: every point, every fault, and what never happened.
func (c Coverage) String() string {
	var b strings.Builder
	column(&b, "a program died at", c.Kills)
	column(&b, "a fault", c.Faults)
	met, of := Met(c.Pairs)
	fmt.Fprintf(&b, "\npairs of a death and a fault: %d of %d\n", met, of)
	never := make([]string, 0, of-met)
	for _, name := range slices.Sorted(maps.Keys(c.Pairs)) {
		if c.Pairs[name] == 0 {
			never = append(never, name)
		}
	}
	for _, name := range never[:min(len(never), mostNamed)] {
		fmt.Fprintf(&b, "  never: %s\n", name)
	}
	if more := len(never) - mostNamed; more > 0 {
		fmt.Fprintf(&b, "  and %d more\n", more)
	}
	return b.String()
}

// mostNamed is how many pairs that never happened are named.
const mostNamed = 60

func column(b *strings.Builder, title string, m map[string]int) {
	fmt.Fprintf(b, "\n%-56s %9s\n", title, "times")
	for _, name := range slices.Sorted(maps.Keys(m)) {
		times := fmt.Sprint(m[name])
		if m[name] == 0 {
			times = "never"
		}
		fmt.Fprintf(b, "  %-54s %9s\n", name, times)
	}
}
