package campaign

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// TestSeed lives through a few worlds.
func TestSeed(t *testing.T) {
	dir := folder(t)
	failed, points := 0, int64(0)
	for seed := first(); seed < first()+count(); seed++ {
		v := live(t, seed, Rules{}, dir)
		points = max(points, v.Points)
		if len(v.Failures) > 0 {
			failed++
			t.Logf("seed %d: %s", seed, strings.Join(v.Failures, "\n"))
			if *tell {
				t.Log("\n" + v.Story)
			}
		}
	}
	t.Logf("at most %d points", points)
	if failed > 0 {
		t.Errorf("%d failed", failed)
	}
}

var (
	from  = flag.Uint64("seed", 0, "")
	seeds = flag.Uint64("seeds", 200, "")
	tell  = flag.Bool("story", false, "")
)

func first() uint64 { return *from }
func count() uint64 { return *seeds }

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

// folder is one in memory, where there is one.
func folder(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "campaign-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestKnockOuts takes one rule away at a time: the campaign must find it.
func TestKnockOuts(t *testing.T) {
	for _, k := range []struct {
		name  string
		rules Rules
	}{
		{"no intent", Rules{Intent: true}},
		{"no fence", Rules{Fence: true}},
		{"no lease check", Rules{Lease: true}},
		{"no look-before", Rules{LookBefore: true}},
		{"one look is enough", Rules{OneLook: true}},
		{"no settle time", Rules{Settle: true}},
		{"blind retry", Rules{BlindRetry: true}},
		{"rerun past the table", Rules{Rerun: true}},
		{"login again", Rules{Login: true}},
		{"an earlier revision's row", Rules{Revision: true}},
	} {
		t.Run(k.name, func(t *testing.T) {
			dir := folder(t)
			for seed := range count() {
				v := live(t, seed, k.rules, dir)
				broken := slices.DeleteFunc(v.Failures, func(f string) bool { return strings.HasPrefix(f, history) }) // the double writes what no table wrote
				if len(broken) > 0 {
					t.Logf("found by seed %d: %s", seed, broken[0])
					return
				}
			}
			t.Errorf("not found by %d seeds: either the rule is not needed, or the campaign does not test it", count())
		})
	}
}
