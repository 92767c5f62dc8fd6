package campaign

import (
	"flag"
	"os"
	"strings"
	"testing"
	"testing/synctest"
)

// TestSeed lives through a few worlds.
func TestSeed(t *testing.T) {
	dir := folder(t)
	failed := 0
	for seed := first(); seed < first()+count(); seed++ {
		var v Verdict
		var err error
		synctest.Test(t, func(t *testing.T) { v, err = Run(t.Context(), seed, Rules{}, dir) })
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Failures) > 0 {
			failed++
			t.Logf("seed %d: %s", seed, strings.Join(v.Failures, "\n"))
			if *tell {
				t.Log("\n" + v.Story)
			}
		}
	}
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
			found, why := 0, ""
			for seed := range count() {
				var v Verdict
				var err error
				synctest.Test(t, func(t *testing.T) { v, err = Run(t.Context(), seed, k.rules, dir) })
				if err != nil {
					t.Fatal(err)
				}
				if len(v.Failures) > 0 {
					if found == 0 {
						why = v.Failures[0]
					}
					found++
				}
			}
			t.Logf("%d of %d: %s", found, count(), why)
		})
	}
}
