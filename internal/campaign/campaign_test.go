package campaign

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/campaign/tally"
)

// TestMain takes the campaign's flags, and prints its sum when the tests are over:
// the tables, and the last line.
//
//	go test -c -o faults ./internal/campaign
//	./faults -test.v -seeds 10000
//	./faults -test.v -test.run TestFaults -seed 4711 -seeds 1 -story
func TestMain(m *testing.M) {
	flag.Uint64("seed", 0, "the first world")
	flag.Uint64("seeds", 30, "how many worlds")
	flag.Bool("story", false, "tell all that happened in the worlds in which the promise was broken")
	flag.String("tally", "", "write what was counted into files of this folder, to be joined with others'")
	flag.Parse()
	debug.SetGCPercent(400) // worlds are small and short: time is dearer than memory
	os.Exit(summed(m))
}

// summed runs the tests and prints what they counted.
func summed(m *testing.M) int {
	if flag.Lookup("tally").Value.String() == "" {
		dir, err := os.MkdirTemp("", "lodge-tally-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		_ = flag.Set("tally", dir) // it is a string
	}
	code := m.Run()
	files, _ := filepath.Glob(filepath.Join(flag.Lookup("tally").Value.String(), "*.json"))
	sum, err := tally.Read(files...)
	if err != nil || len(files) == 0 || !testing.Verbose() {
		return code
	}
	if sum.Runs > 1 {
		fmt.Println(sum.Coverage)
	}
	if len(sum.KnockOuts) > 0 {
		fmt.Println(sum.Table())
	}
	fmt.Println(sum.Line())
	if sum.Failed() && code == 0 {
		code = 1
	}
	return code
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
// of the invoices against the portal's book.
func TestFaults(t *testing.T) {
	c := campaign{t: t, first: asked[uint64](t, "seed"), count: asked[uint64](t, "seeds"), sum: tally.New(),
		begun: time.Now(), last: time.Now()}
	c.sum.Coverage.Add(Possible())
	t.Run("worlds", func(t *testing.T) { // which ends when all of them have
		for n := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint("lane ", n+1), func(t *testing.T) {
				t.Parallel()
				c.lane(t, folder(t))
			})
		}
	})
	record(t, fmt.Sprintf("worlds-%d", c.first), c.sum)
}

// campaign is worlds that are lived through in several lanes.
type campaign struct {
	t            *testing.T
	first, count uint64
	begun        time.Time

	mu   sync.Mutex
	next uint64
	last time.Time
	sum  tally.Tally
}

// lane lives through the worlds that no other lane has, one after the other.
func (c *campaign) lane(t *testing.T, dir string) {
	for {
		c.mu.Lock()
		n := c.next
		c.next++
		c.mu.Unlock()
		if n >= c.count {
			return
		}
		c.add(live(t, c.first+n, Rules{}, dir))
	}
}

func (c *campaign) add(v Verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sum.Runs++
	c.sum.Broke(v.Breaches)
	c.sum.Coverage.Add(v.Seen)
	c.sum.Counts["filed"] += v.Filed
	c.sum.Counts["unknowable"] += v.Beyond
	for _, n := range v.Seen.Kills {
		c.sum.Counts["kills"] += n
	}
	for _, n := range v.Seen.Faults {
		c.sum.Counts["faults"] += n
	}
	if len(v.Breaches) > 0 {
		c.t.Errorf("seed %d (again: -seed %d -seeds 1 -story):\n\t%s", v.Seed, v.Seed, linesOf(v.Breaches))
		if asked[bool](c.t, "story") {
			c.t.Log("\n" + v.Story)
		}
	}
	if time.Since(c.last) > 10*time.Second {
		c.last = time.Now()
		c.t.Logf("%d of %d worlds, %s", c.sum.Runs, c.count, time.Since(c.begun).Round(time.Second))
	}
}

func linesOf(list []tally.Breach) string {
	var lines []string
	for _, b := range list {
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n\t")
}

// patience is how many worlds a knock-out is given. The campaign of CI has a hundred
// times as many.
const patience = 100

// TestKnockOuts takes one rule away at a time: the campaign must find it.
func TestKnockOuts(t *testing.T) {
	list := KnockOuts()
	found := make([]tally.KnockOut, len(list))
	t.Run("rules", func(t *testing.T) {
		for i, k := range list {
			t.Run(k.Name, func(t *testing.T) {
				t.Parallel()
				if found[i] = knockOut(t, k); found[i].After == 0 {
					t.Errorf("not found in %d worlds: either the rule is not needed, or the campaign does not test it", patience)
				}
			})
		}
	})
	sum := tally.New()
	sum.KnockOuts = slices.DeleteFunc(found, func(k tally.KnockOut) bool { return k.Rule == "" }) // -test.run left it out
	record(t, "knockouts", sum)
}

// knockOut lives through worlds without a rule until one is broken by that.
func knockOut(t *testing.T, k KnockOut) tally.KnockOut {
	out, dir, first := tally.KnockOut{Rule: k.Name, Where: "worlds", Of: patience}, folder(t), asked[uint64](t, "seed")
	for n := range patience {
		for _, b := range live(t, first+uint64(n), k.Rules, dir).Breaches {
			if b.Kind != tally.History { // what the double wrote is in no table
				out.After, out.Breach = n+1, b
				t.Logf("found by world %d: %s", out.After, b)
				return out
			}
		}
	}
	return out
}

// TestReplays lives through worlds twice: what a seed does it does again.
func TestReplays(t *testing.T) {
	dir := folder(t)
	for seed := range uint64(12) {
		one, two := live(t, seed, Rules{}, dir), live(t, seed, Rules{}, dir)
		if diff := cmp.Diff(happened(one.Story), happened(two.Story)); diff != "" {
			t.Errorf("seed %d lived differently the second time:\n%s", seed, diff)
		}
	}
}

// attemptRE is an attempt's id, a ULID.
var attemptRE = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b`)

// happened are the lines of a story that tell of the world and not of what Lodge
// thinks of it: ids of attempts are random.
func happened(story string) []string {
	var list []string
	for line := range strings.Lines(story) {
		if words := strings.Fields(line); len(words) > 1 && strings.ToUpper(words[1]) == words[1] {
			list = append(list, attemptRE.ReplaceAllString(strings.TrimSpace(line), "ATTEMPT"))
		}
	}
	slices.Sort(list) // of two things at one time either may come first
	return list
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

// record writes what was counted where TestMain finds it.
func record(t *testing.T, name string, sum tally.Tally) {
	t.Helper()
	if err := sum.Write(filepath.Join(asked[string](t, "tally"), name+".json")); err != nil {
		t.Fatal(err)
	}
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
