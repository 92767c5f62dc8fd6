package real

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain takes the campaign's flags, and serves the processes that it starts.
//
//	go test -c -o bin/real.test ./internal/campaign/real
//	bin/real.test -test.v -kills 100 -browser 40
//	bin/real.test -test.v -test.run TestKills -seed 4711 -worlds 1
//	bin/real.test -test.v -test.run 'TestBrowser/^reset-after'
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == visitor {
		if err := serveVisitor(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Int("kills", 3, "how often the program is killed")
	flag.Int("browser", 4, "how many visits are broken")
	flag.Int("invoices", 0, "how many invoices TestByHand files; 0: it does not run")
	flag.Uint64("seed", 1, "the first world, and what is drawn")
	flag.Int("worlds", 0, "live through so many worlds whatever -kills says; 0: as many as it takes")
	flag.Bool("story", false, "tell what was said in worlds in which all was right, too")
	flag.Parse()
	os.Exit(m.Run())
}

// few says whether n is so small that other tests may go on beside.
func few(n int) bool { return n <= worldKills }

// asked is the value of a flag.
func asked[T any](t *testing.T, name string) T {
	t.Helper()
	v, ok := flag.Lookup(name).Value.(flag.Getter).Get().(T)
	if !ok {
		t.Fatalf("-%s is no %T", name, v)
	}
	return v
}
