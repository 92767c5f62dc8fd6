package ledger_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

// wanted are slots for accounts with what they have due, of at most most.
func wanted(w *world, most int, starts ...[]ledger.Due) ledger.Wanted {
	return ledger.Wanted{Starts: starts, Seen: w.now, Max: most, TTL: ttl}
}

// start is one for those accounts, whose work is due since a minute ago.
func start(w *world, accounts ...string) []ledger.Due {
	var list []ledger.Due
	for _, a := range accounts {
		list = append(list, ledger.Due{Account: a, At: w.now.Add(-time.Minute)})
	}
	return list
}

func taken(t *testing.T, l *ledger.Ledger, w ledger.Wanted) []ledger.Slot {
	t.Helper()
	list, err := l.TakeSlots(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// inUse are the slots in use, in a line.
func inUse(t *testing.T, l *ledger.Ledger, want string) ledger.Slots {
	t.Helper()
	s, err := l.Slots(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, slot := range s.Taken {
		list = append(list, fmt.Sprintf("%d/%d %s %q %d", slot.N, slot.Fence, strings.Join(slot.Accounts, "+"), slot.Task, slot.Asked))
	}
	if got := strings.Join(list, ", "); got != want {
		t.Errorf("in use: %s; want %s", got, want)
	}
	return s
}

func TestSlots(t *testing.T) {
	l, w := rig(t)
	inUse(t, l, "")
	got := taken(t, l, wanted(w, 2, start(w, "acme", "bolt", "acme"), start(w, "bolt"), start(w), start(w, "crew", "bolt"), start(w, "dock")))
	inUse(t, l, `1/1 acme+bolt "" 1, 2/2 crew "" 1`)
	if len(got) != 2 || got[0].N != 1 || got[1].N != 2 || !got[0].Until.Equal(w.now.Add(ttl)) {
		t.Errorf("taken: %+v", got)
	}
	ctx := t.Context()
	if err := l.NoteTask(ctx, 1, 1, "task-a", time.Hour); err != nil {
		t.Error(err)
	}
	c, err := l.RenewSlot(ctx, 1, 1, "task-a", ttl)
	if err != nil || c.Fence != 1 || c.Owner != "task-a" || !c.Enough(clockOf{w}, ttl-ledger.Margin-time.Second) || c.Enough(clockOf{w}, ttl) {
		t.Errorf("renewed: %+v, %v", c, err)
	}
	if s := inUse(t, l, `1/1 acme+bolt "task-a" 1, 2/2 crew "" 1`); !s.Taken[0].Until.Equal(w.now.Add(time.Hour)) {
		t.Errorf("the renewal made the lease shorter: %s", s.Taken[0].Until)
	}
	expect(t, "another task for the same fence", l.NoteTask(ctx, 1, 1, "task-b", ttl), ledger.ErrStale)
	expect(t, "a task without a name", l.NoteTask(ctx, 2, 2, "", ttl), ledger.ErrValue)
	for _, c := range []struct {
		n     int
		fence int64
	}{{1, 2}, {2, 1}, {3, 3}, {1, 0}} {
		if err := l.GiveSlot(ctx, c.n, c.fence); err != nil {
			t.Errorf("a stale fence is no error: %v", err)
		}
		_, err := l.RenewSlot(ctx, c.n, c.fence, "task-a", ttl)
		expect(t, "to renew by a stale fence", err, ledger.ErrStale)
	}
	inUse(t, l, `1/1 acme+bolt "task-a" 1, 2/2 crew "" 1`)
	for range 2 {
		if err := l.GiveSlot(ctx, 1, 1); err != nil {
			t.Error(err)
		}
		inUse(t, l, `2/2 crew "" 1`)
	}
	if err := l.NoteTask(ctx, 2, 2, "task-b", ttl-time.Second); err != nil {
		t.Error(err)
	}
	if s := inUse(t, l, `2/2 crew "task-b" 1`); !s.Taken[0].Until.Equal(got[1].Until) {
		t.Errorf("the lease went from %s to %s", got[1].Until, s.Taken[0].Until)
	}
	w.pass(time.Second)
	taken(t, l, wanted(w, 2, start(w, "acme")))
	inUse(t, l, `1/3 acme "" 1, 2/2 crew "task-b" 1`)
}

// TestTimeFreesNoSlot: a slot of which nobody says anything stays in use. One whose
// task was never confirmed is asked for again, under the same fence; one whose task
// is known is not.
func TestTimeFreesNoSlot(t *testing.T) {
	l, w := rig(t)
	taken(t, l, wanted(w, 2, start(w, "acme"), start(w, "bolt")))
	if err := l.NoteTask(t.Context(), 1, 1, "task-a", ttl); err != nil {
		t.Fatal(err)
	}
	if again := taken(t, l, wanted(w, 2)); len(again) != 0 {
		t.Errorf("before the lease is over it is asked for again: %+v", again)
	}
	w.pass(ttl)
	again := taken(t, l, wanted(w, 2, start(w, "crew"), start(w, "bolt")))
	if len(again) != 1 || again[0].Fence != 2 || !slices.Equal(again[0].Accounts, []string{"bolt"}) || again[0].Asked != 2 {
		t.Errorf("asked for again: %+v", again)
	}
	inUse(t, l, `1/1 acme "task-a" 1, 2/2 bolt "" 2`)
	if more := taken(t, l, wanted(w, 2)); len(more) != 0 {
		t.Errorf("and again at once: %+v", more)
	}
	w.pass(365 * 24 * time.Hour)
	if more := taken(t, l, wanted(w, 0)); len(more) != 1 || more[0].Asked != 3 {
		t.Errorf("a year later, with no slots at all: %+v", more)
	}
	if _, err := l.RenewSlot(t.Context(), 1, 1, "task-a", ttl); err != nil {
		t.Errorf("a task that comes back finds its slot gone: %v", err)
	}
	if _, err := l.RenewSlot(t.Context(), 2, 2, "task-b", ttl); err != nil {
		t.Errorf("a task whose start was never answered cannot say so itself: %v", err)
	}
	inUse(t, l, `1/1 acme "task-a" 1, 2/2 bolt "task-b" 3`)
}

// TestUndoSlot: a refusal frees the slot only if it is the whole truth.
func TestUndoSlot(t *testing.T) {
	l, w := rig(t)
	undo := func(s ledger.Slot, want string) ledger.Slots {
		t.Helper()
		if err := l.UndoSlot(t.Context(), s); err != nil {
			t.Error(err)
		}
		return inUse(t, l, want)
	}
	first := taken(t, l, wanted(w, 9, start(w, "acme")))[0]
	undo(first, "")
	w.pass(ttl)
	late := taken(t, l, wanted(w, 9, []ledger.Due{{Account: "acme", At: w.now.Add(-2 * ttl)}}))[0]
	undo(first, `1/2 acme "" 1`) // of a fence before
	w.pass(ttl)
	again := taken(t, l, wanted(w, 9))[0]
	undo(late, `1/2 acme "" 2`) // somebody asked again meanwhile
	undo(again, `1/2 acme "" 2`)
	if err := l.GiveSlot(t.Context(), 1, 2); err != nil {
		t.Fatal(err)
	}
	known := taken(t, l, wanted(w, 9, start(w, "bolt")))[0]
	if err := l.NoteTask(t.Context(), known.N, known.Fence, "task-b", ttl); err != nil {
		t.Fatal(err)
	}
	undo(known, `1/3 bolt "task-b" 1`)
}

// TestStints: what is remembered of accounts tells who gets nowhere, and keeps out
// plans that are older than the account's last slot.
func TestStints(t *testing.T) {
	l, w := rig(t)
	due := w.now.Add(-time.Hour)
	acme := func(since time.Time) []ledger.Due { return []ledger.Due{{Account: "acme", At: since}} }
	round := func(since time.Time, vain int) {
		t.Helper()
		s := taken(t, l, wanted(w, 1, acme(since)))
		if len(s) != 1 {
			t.Fatalf("taken: %+v", s)
		}
		if err := l.GiveSlot(t.Context(), s[0].N, s[0].Fence); err != nil {
			t.Fatal(err)
		}
		if got := inUse(t, l, "").Stints["acme"]; got.Vain != vain || !got.Due.Equal(since) || !got.At.Equal(w.now) {
			t.Errorf("stint %+v, want %d in vain", got, vain)
		}
		w.pass(time.Minute)
	}
	round(due, 0)
	round(due, 1)
	round(due, 2)
	stale := wanted(w, 1, acme(due))
	stale.Seen = w.now.Add(-2 * time.Minute)
	if s := taken(t, l, stale); len(s) != 0 {
		t.Errorf("by a plan from before its last slot: %+v", s)
	}
	round(due.Add(time.Second), 0)
	refused := taken(t, l, wanted(w, 1, acme(due.Add(time.Second))))[0]
	if err := l.UndoSlot(t.Context(), refused); err != nil {
		t.Fatal(err)
	}
	if got := inUse(t, l, "").Stints["acme"]; got.Vain != 0 || !got.At.Equal(w.now) {
		t.Errorf("a refusal counts as the account's: %+v", got)
	}
	w.pass(25 * time.Hour)
	bolt := taken(t, l, wanted(w, 1, start(w, "bolt")))[0]
	if s := inUse(t, l, `1/6 bolt "" 1`); len(s.Stints) != 1 {
		t.Errorf("what was a day ago is still remembered: %+v", s.Stints)
	}
	if err := l.NoteTask(t.Context(), bolt.N, bolt.Fence, "task-b", ttl); err != nil {
		t.Fatal(err)
	}
	w.pass(25 * time.Hour)
	taken(t, l, wanted(w, 2, start(w, "crew")))
	if s := inUse(t, l, `1/6 bolt "task-b" 1, 2/7 crew "" 1`); len(s.Stints) != 2 {
		t.Errorf("of an account in a slot nothing is remembered: %+v", s.Stints)
	}
}

// TestSlotsAtOnce: however many take slots at once, over ledgers of their own, the
// limits hold at every moment.
func TestSlotsAtOnce(t *testing.T) {
	_, onFile := rig(t)
	inMemory := &world{Engine: memory.New(), now: onFile.now, dead: map[string]bool{}}
	for name, w := range map[string]*world{"on a file": onFile, "in memory": inMemory} {
		t.Run(name, func(t *testing.T) {
			work := &work{t: t, held: map[string]bool{}}
			var all sync.WaitGroup
			for range 12 {
				l := ledger.New(w, clockOf{w}, w, submission.Limits{})
				all.Go(func() {
					for i := range 8 {
						want := wanted(w, mostSlots, start(w, fmt.Sprint("a", i%5), fmt.Sprint("a", (i+1)%5)), start(w, fmt.Sprint("a", (i+2)%5)))
						got, err := l.TakeSlots(t.Context(), want)
						if err != nil {
							t.Error(err)
							return
						}
						work.begin(got)
						runtime.Gosched()
						work.end(got)
						for _, s := range got {
							if err := l.GiveSlot(t.Context(), s.N, s.Fence); err != nil {
								t.Error(err)
							}
						}
					}
				})
			}
			all.Wait()
			if s := inUse(t, ledger.New(w, clockOf{w}, w, submission.Limits{}), ""); s.Fence < 8 {
				t.Errorf("only %d slots were ever taken", s.Fence)
			}
		})
	}
}

const mostSlots = 3

// work is what goes on under slots, as somebody sees it who asks no ledger.
type work struct {
	t    *testing.T
	mu   sync.Mutex
	held map[string]bool
	n    int
}

func (w *work) begin(slots []ledger.Slot) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.n += len(slots); w.n > mostSlots {
		w.t.Errorf("%d at work", w.n)
	}
	for _, s := range slots {
		for _, a := range s.Accounts {
			if w.held[a] {
				w.t.Errorf("two work on %s", a)
			}
			w.held[a] = true
		}
	}
}

func (w *work) end(slots []ledger.Slot) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n -= len(slots)
	for _, s := range slots {
		for _, a := range s.Accounts {
			w.held[a] = false
		}
	}
}

// TestOutlook: what is planned from is in one look, and the item of the slots is no
// account.
func TestOutlook(t *testing.T) {
	l, w := rig(t)
	registered(t, l, "A-1", "a")
	w.pass(time.Second)
	registered(t, l, "A-2", "b")
	claimed(t, l, key("A-1").ID(), "h1")
	if _, _, err := l.EnterAccount(t.Context(), "acme", "h1", "v1", 1, ttl); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		left(t, l, failed())
	}
	since := func(o ledger.Outlook) string {
		if len(o.Due) != 1 || o.Due[0].Account != "acme" {
			return fmt.Sprint(o.Due)
		}
		return w.now.Sub(o.Due[0].At).String()
	}
	look := func() ledger.Outlook {
		t.Helper()
		o, err := l.Outlook(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := look()
	if since(o) != "0s" || !o.At.Equal(w.now) || len(o.Accounts) != 1 || len(o.Sites) != 1 || !o.Visited["acme"] || len(o.Slots.Taken) != 0 {
		t.Errorf("%+v", o)
	}
	w.kill("h1")
	if o := look(); since(o) != "1s" || o.Visited["acme"] {
		t.Errorf("what a dead holder left is not due, or keeps others out: %+v", o)
	}
	taken(t, l, wanted(w, 1, start(w, "acme")))
	if o := look(); len(o.Slots.Taken) != 1 || len(o.Accounts) != 1 || o.Accounts[0].Name != "acme" {
		t.Errorf("%+v", o)
	}
	if list, err := l.Accounts(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("accounts: %+v, %v", list, err)
	}
	if owners, err := l.Owners(t.Context()); err != nil || strings.Join(owners, " ") != "h1" {
		t.Errorf("owners: %v, %v", owners, err)
	}
}
