package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

// clocked is a store with the world's clock.
type clocked struct {
	ledger.Engine
	w *world
}

func (c clocked) Now(ctx context.Context) (time.Time, error) { return c.w.Now(), ctx.Err() }

// twins are ledgers in one world: whatever is asked of one is asked of all, and
// all must answer alike. The first is in memory; the invariants are held against
// it, and whatever it shows the others show too.
type twins struct {
	*rapid.T
	ctx     context.Context
	w       *world
	ledgers []*ledger.Ledger
	deeds   []deed
	deed    string // the last one
	last    string // what was asked last, for people

	owners []string // that live
	born   int
	claims []ledger.Claim // all that were ever got
	visits []ledger.Claim
	probes []int64
	made   int // attempts
	rows   map[int]int

	wanted ledger.Wanted // of the last taking
	given  ledger.Slot   // what was given back last
	tasks  int
	taken  []ledger.Slot // all that were ever got
	slots0 ledger.Slots  // after the last step

	before map[string]kept      // each submission after the last step
	accs   map[string]keptVisit // each account
	told   map[string]map[string]int64
}

func newTwins(ctx context.Context, t *rapid.T, rows map[int]int, files ...ledger.Engine) *twins {
	m := &twins{T: t, ctx: ctx, w: newWorld(), rows: rows, deeds: deeds(), before: map[string]kept{}, accs: map[string]keptVisit{}, told: map[string]map[string]int64{}}
	limits := submission.Limits{Sends: m.below(4, "sends")}
	for _, e := range append([]ledger.Engine{memory.New()}, files...) {
		m.ledgers = append(m.ledgers, ledger.New(clocked{e, m.w}, m.w, m.w, limits))
	}
	for range 3 {
		m.owner()
	}
	return m
}

// owner begins one more program.
func (m *twins) owner() {
	m.born++
	m.owners = append(m.owners, fmt.Sprint("h", m.born))
}

// ask asks all of them, and returns what the first said.
func ask[V any](m *twins, what string, do func(*ledger.Ledger) (V, error)) (V, error) {
	m.last = what
	first, firstErr := do(m.ledgers[0])
	m.Logf("%s: %s", what, text(first, firstErr))
	for _, l := range m.ledgers[1:] {
		if other, err := do(l); text(first, firstErr) != text(other, err) {
			m.Fatalf("%s: in memory it says\n%s\nand in the file\n%s", what, text(first, firstErr), text(other, err))
		}
	}
	if _, known := said(firstErr); !known && !expected(firstErr) {
		m.Fatalf("%s: %v", what, firstErr)
	}
	return first, firstErr
}

// do asks for what has no answer but an error.
func (m *twins) do(what string, do func(*ledger.Ledger) error) error {
	_, err := ask(m, what, func(l *ledger.Ledger) (struct{}, error) { return struct{}{}, do(l) })
	return err
}

// text is an answer as it can be compared: what is in it, and not how it is held.
func text(v any, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if string(data) == "[]" {
		return "null"
	}
	return string(data)
}

// live lets up to so many things happen.
func (m *twins) live(most int) {
	for range 1 + m.below(most, "steps") {
		deed := one(m, "deed", m.deeds...)
		before := m.w.Now()
		m.deed = deed.name
		deed.do(m)
		m.check(before)
	}
	m.alike()
}

// TestTwins asks a ledger in memory and one in a file the same, whatever it is:
// both answer alike.
func TestTwins(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	blank := filepath.Join(dir, "blank.db")
	e, err := sqlite.Open(t.Context(), blank)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	n, rows := 0, map[int]int{}
	during(t, rows, 5, func() {
		rapid.Check(t, func(t *rapid.T) {
			n++
			path := filepath.Join(dir, fmt.Sprint("ledger", n, ".db"))
			if err := copyFile(blank, path); err != nil {
				t.Fatal(err)
			}
			e, err := sqlite.Open(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			newTwins(context.Background(), t, rows, e).live(40)
		})
	})
	t.Logf("%d stories, rows %v", n, rows)
}

// TestInvariants asks a ledger in memory whatever it can be asked, which is so
// fast that rare rows come too.
func TestInvariants(t *testing.T) {
	t.Parallel()
	n, rows := 0, map[int]int{}
	during(t, rows, 25, func() {
		rapid.Check(t, func(t *rapid.T) {
			n++
			newTwins(context.Background(), t, rows).live(120)
		})
	})
	t.Logf("%d stories, rows %v", n, rows)
}

// during repeats what takes ten stories, for as long as is asked and until so many
// rows of the table were taken.
func during(t *testing.T, rows map[int]int, wanted int, check func()) {
	t.Helper()
	n := 0
	for begun := time.Now(); !t.Failed() && (time.Since(begun) < asked(t) || n < mostRounds && len(rows) < wanted); n++ {
		check()
	}
	if len(rows) < wanted {
		t.Errorf("only %d rows were taken: what is asked is not random enough", len(rows))
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
