package attack

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/ledger/sqlite"
)

// TestMain takes the flags, and is another process where a test starts itself as
// one.
//
//	go test -c -o attack ./internal/ledger/attack
//	./attack -test.v -test.run TestLinear -for 10m
func TestMain(m *testing.M) {
	if path, ok := os.LookupEnv(fileKey); ok {
		os.Exit(program(path))
	}
	flag.Duration("for", 3*time.Second, "how long each engine is attacked")
	if err := flag.Set("rapid.checks", "10"); err != nil { // of which each test makes as many as it has time for
		panic(err)
	}
	flag.Parse()
	os.Exit(m.Run())
}

// asked is how long to attack.
func asked(t *testing.T) time.Duration {
	t.Helper()
	d, ok := flag.Lookup("for").Value.(flag.Getter).Get().(time.Duration)
	if !ok {
		t.Fatal("-for is no time")
	}
	return d
}

// folder is one in memory, where the machine has one: nothing here is about power
// cuts.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lodge-attack-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func openFile(t *testing.T, path string) ledger.Engine {
	t.Helper()
	e, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// rounds calls round with one seed after the other, for as long as is asked and
// until all has been seen that a history must have in it to prove anything.
func rounds(t *testing.T, all *record, wanted []string, round func(seed uint64) (failed bool)) {
	t.Helper()
	begun, n := time.Now(), uint64(0)
	for ; n < 2 || time.Since(begun) < asked(t) || n < mostRounds && len(all.lacks(wanted)) > 0; n++ {
		if round(n) {
			t.Fatalf("in round %d", n)
		}
	}
	if lacks := all.lacks(wanted); len(lacks) > 0 {
		t.Errorf("%d histories have nothing of %q in them: %v", n, lacks, all.seen)
	}
	t.Logf("%d rounds in %s: %v", n, time.Since(begun).Round(time.Millisecond), all.seen)
}

// mostRounds is how many rounds there are for want of something to see.
const mostRounds = 100

// everything is what a history must have in it to prove anything.
func everything() []string {
	return []string{"claim ok", "claim held", "claim on hold", "claim open", "renew stale", "release stale", "release ok", "release refused",
		"intent ok", "intent refused", "intent stale", "not_sent ok", "lost ok", "settle ok", "takeover taken", "hold held",
		"enter ok", "enter held", "enter open", "leave stale", "log_in ok", "log_in held", "log_in unanswered", "log_in stale"}
}

// TestLinearInMemory: five callers over the engine in memory.
func TestLinearInMemory(t *testing.T) {
	t.Parallel()
	all := newRecord()
	rounds(t, all, everything(), func(seed uint64) bool {
		e := memory.New()
		return attacked(t, all, crowd{seed: seed, callers: 5, lives: 3, steps: 30,
			engine: func(*testing.T, int) ledger.Engine { return e }})
	})
}

// TestLinearOnOneFile: callers over one file, each with a handle of its own. With
// the race detector SQLite takes a hundred times as long as without: a round is
// small.
func TestLinearOnOneFile(t *testing.T) {
	t.Parallel()
	all := newRecord()
	rounds(t, all, []string{"claim ok", "claim held", "intent ok", "takeover taken", "enter ok"}, func(seed uint64) bool {
		path := filepath.Join(folder(t), fmt.Sprint("ledger", seed, ".db"))
		return attacked(t, all, crowd{seed: seed, callers: 3, lives: 3, steps: 20,
			engine: func(t *testing.T, _ int) ledger.Engine { return openFile(t, path) }})
	})
}

// attacked has a crowd at one submission and one account, and at several.
func attacked(t *testing.T, all *record, c crowd) bool {
	t.Helper()
	c.subs, c.accs = []string{"1"}, []string{accountPrefix + "1"}
	if c.seed%2 == 1 {
		c.subs, c.accs = []string{"1", "2", "3"}, []string{accountPrefix + "1", accountPrefix + "2"}
	}
	r := c.live(t)
	all.sum(r)
	if wrong := r.check(t.ArtifactDir()); wrong != "" {
		t.Error(wrong)
	}
	return t.Failed()
}
