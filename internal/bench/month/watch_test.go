package month

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// month is samples of an hour in which memory and descriptors grow as told,
// with a browser less now and then.
func hour(memory, files float64) []Sample {
	random := rand.New(rand.NewPCG(7, 7))
	var list []Sample
	for i := range 720 {
		at := float64(i * 5)
		s := Sample{At: at, Lodge: 50 + memory*at/3600 + 5*random.Float64(), Tree: 800 + 100*random.Float64(),
			Files: 60 + int(files*at/3600) + random.IntN(5), Browsers: 4, Processes: 30}
		if i%9 == 0 {
			s.Browsers, s.Tree, s.Files = 2, 400, s.Files-10
		}
		list = append(list, s)
	}
	return list
}

func TestLeaksAreSeen(t *testing.T) {
	for _, c := range []struct {
		name          string
		memory, files float64 // growth in the hour
		grow          []string
	}{
		{"flat", 0, 0, nil},
		{"shrinks", -20, -5, nil},
		{"memory", 60, 0, []string{"RSS"}},
		{"descriptors", 0, 40, []string{"descriptors"}},
	} {
		var grew []string
		for _, u := range uses(hour(c.memory, c.files), 4) {
			if !u.Flat() {
				grew = append(grew, u.Name)
			}
		}
		if len(grew) != len(c.grow) || len(grew) > 0 && !strings.Contains(grew[0], c.grow[0]) {
			t.Errorf("%s: %q grew; want %q", c.name, grew, c.grow)
		}
	}
}

// A minute says nothing about an hour, and no samples nothing at all.
func TestTooShortToTell(t *testing.T) {
	for _, list := range [][]Sample{hour(600, 600)[:12], nil} {
		for _, u := range uses(list, 4) {
			if !u.Short || !u.Flat() {
				t.Errorf("%+v", u)
			}
		}
	}
}
