package campaign

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestMain takes the campaign's flags.
//
//	go test -c -o faults ./internal/campaign
//	./faults -test.v -test.run TestFaults -seeds 10000
//	./faults -test.v -test.run TestFaults -seed 4711 -seeds 1 -story
func TestMain(m *testing.M) {
	flag.Uint64("seed", 0, "the first world")
	flag.Uint64("seeds", 100, "how many worlds")
	flag.Bool("story", false, "tell all that happened in the worlds in which the promise was broken")
	flag.Parse()
	os.Exit(m.Run())
}

// asked is the value of a flag.
func asked[T any](t *testing.T, name string) T {
	t.Helper()
	v, ok := flag.Lookup(name).Value.(flag.Getter).Get().(T)
	if !ok {
		t.Fatalf("-%s is no %T", name, v)
	}
	return v
}

// TestFaults lives through worlds in which everything fails, and holds what became
// of the invoices against the portal's book. Its last line is the sum.
func TestFaults(t *testing.T) {
	dir := folder(t)
	first, count := asked[uint64](t, "seed"), asked[uint64](t, "seeds")
	var sum total
	begun, last := time.Now(), time.Now()
	for seed := first; seed < first+count; seed++ {
		v := live(t, seed, Rules{}, dir)
		sum.add(v)
		if len(v.Failures) > 0 {
			t.Errorf("seed %d (again: -seed %d -seeds 1 -story):\n\t%s", seed, seed, strings.Join(v.Failures, "\n\t"))
			if asked[bool](t, "story") {
				t.Log("\n" + v.Story)
			}
		}
		if time.Since(last) > 10*time.Second {
			last = time.Now()
			t.Logf("%d of %d worlds, %s", seed-first+1, count, time.Since(begun).Round(time.Second))
		}
	}
	t.Log(sum)
}

// total is the sum of a campaign.
type total struct {
	runs, broken, filed, kills, faults, beyond int
}

func (s *total) add(v Verdict) {
	s.runs++
	s.filed += v.Filed
	s.kills += v.Kills
	s.faults += v.Faults
	s.beyond += v.Beyond
	if len(v.Failures) > 0 {
		s.broken++
	}
}

func (s total) String() string {
	return fmt.Sprintf("faults: runs=%d broken=%d filed=%d kills=%d faults=%d unknowable=%d", s.runs, s.broken, s.filed, s.kills, s.faults, s.beyond)
}

// patience is how many worlds a knock-out is given at least.
const patience = 500

// TestKnockOuts takes one rule away at a time: the campaign must find it.
func TestKnockOuts(t *testing.T) {
	for _, k := range []struct {
		name  string
		rules Rules
	}{
		{"the intent before the request", Rules{Intent: true}},
		{"the fence", Rules{Fence: true}},
		{"the question whether the lease is over", Rules{Lease: true}},
		{"the look-before", Rules{LookBefore: true}},
		{"no retry of what may have been sent", Rules{BlindRetry: true}},
		{"no second try of a refused login", Rules{Login: true}},
		{"telling one revision's row from another's", Rules{Revision: true}},
	} {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			dir, count := folder(t), max(asked[uint64](t, "seeds"), patience)
			for seed := range count {
				v := live(t, seed, k.rules, dir)
				// What the double wrote is in no table.
				broken := slices.DeleteFunc(v.Failures, func(f string) bool { return strings.HasPrefix(f, history) })
				if len(broken) > 0 {
					t.Logf("found by world %d: %s", seed, broken[0])
					return
				}
			}
			t.Errorf("not found in %d worlds: either the rule is not needed, or the campaign does not test it", count)
		})
	}
}

// live lives through one world.
func live(t *testing.T, seed uint64, rules Rules, dir string) (v Verdict) {
	t.Helper()
	var err error
	synctest.Test(t, func(t *testing.T) { v, err = Run(t.Context(), seed, rules, dir) })
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// folder is one in memory, where the machine has one: the evidence of a thousand
// worlds is a million files.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lodge-campaign-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
	})
	return dir
}
