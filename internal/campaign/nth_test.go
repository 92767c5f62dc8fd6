package campaign

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/campaign/tally"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/ledgertest"
	"example.com/lodge/internal/submission"
)

// errNth is what the ledger says to the one call that fails.
var errNth = errors.New("the ledger cannot be reached just now")

// A way is how one call of a life goes wrong.
type wayToFail struct {
	name  string
	done  bool                         // after it was done
	wrong func(p *process, end func()) // beside the error
	fails bool                         // the call
	brief bool                         // the program goes on, and so has nothing to wait for
}

func waysToFail() []wayToFail {
	nothing := func(*process, func()) {}
	dies := func(p *process, _ func()) { p.kill("is killed by the test") }
	return []wayToFail{
		{"fails", false, nothing, true, true},
		{"is done, and its answer is lost", true, nothing, true, true},
		{"meets the end of its context", false, func(_ *process, end func()) { end() }, false, false},
		{"is done, and the context ends", true, func(_ *process, end func()) { end() }, false, false},
		{"kills its program", false, dies, true, false},
		{"is done, and kills its program", true, dies, true, false},
	}
}

// nthCall lets the n-th call to a ledger go wrong, and no other.
type nthCall struct {
	n   int
	way wayToFail

	mu   sync.Mutex
	seen int
	name string // of the call that went wrong; "": none did
}

// engine is the ledger's store as p reaches it. end ends p's work.
func (c *nthCall) engine(e ledger.Engine, p *process, end func()) ledger.Engine {
	return ledgertest.Failing{Engine: e, Fail: func(call string, done bool) error {
		if !c.hits(call, done) {
			return nil
		}
		c.way.wrong(p, end)
		if c.way.fails {
			return errNth
		}
		return nil
	}}
}

func (c *nthCall) hits(call string, done bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !done {
		c.seen++
	}
	if c.name != "" || c.seen != c.n || done != c.way.done {
		return false
	}
	c.name = call
	return true
}

// quietWorld is one in which nothing fails by itself, with one program at a time,
// and with an invoice by which the site's search is checked.
func quietWorld(t *testing.T, dir string, seed uint64) *World {
	t.Helper()
	w := &World{Seed: seed, chance: newChance(seed), dir: filepath.Join(dir, "world"), begun: time.Now(),
		story: newStory(), processes: map[string]*process{}, secret: 1, fences: map[string]int64{},
		seen: tally.NewCoverage(), lives: map[string]life{},
		weather: weather{bills: 1, lodges: 1, visits: 1, trusts: true, settles: 2 * time.Hour, focus: pair{fault: fine}}}
	w.portal, w.receiver = newPortal(w), newReceiver(w)
	if err := errors.Join(w.stage(dir), w.found(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.copies.Close() })
	w.knows(t.Context(), w.neutral())
	return w
}

// checkedLater is a seed whose portal takes the first invoice in, and accepts it
// after some minutes: then look-ups belong to its life.
func checkedLater() uint64 {
	for seed := uint64(0); ; seed++ {
		c := newChance(seed)
		if c.between("checks", time.Minute, 6*time.Hour) < 5*time.Minute && c.pick("fate", 12) == 1 {
			return seed
		}
	}
}

// theOne is the invoice of these worlds.
const theOne = "INV-1"

// live has the invoice arrive and filed, by one program after the other, until the
// carrier's word on it is final.
func (w *World) live(ctx context.Context, c *nthCall) error {
	for len(w.ids()) == 1 { // the next scan of the inbox brings it again
		p, err := w.start(ctx, "intake")
		if err != nil {
			return err
		}
		l := ledger.New(c.engine(timed{w.engine, w}, p, func() {}), p.clock(), holders{w, p}, submission.Limits{})
		w.arrive(ctx, l, theOne, 0, "")
		p.kill("ends")
	}
	for n := 1; !w.final() && ctx.Err() == nil; n++ {
		p, err := w.start(ctx, fmt.Sprint("lodge-1-", n))
		if err != nil {
			return err
		}
		working, end := context.WithCancel(p.ctx)
		p.ledger = ledger.New(c.engine(&engine{w.engine, p}, p, end), p.clock(), holders{w, p}, submission.Limits{})
		p.until(working, w.final)
		end()
		p.kill("ends")
		clock.Pause(ctx, time.Minute)
	}
	return ctx.Err()
}

// until is [process.work] until enough says that it is, or ctx ends.
func (p *process) until(ctx context.Context, enough func() bool) {
	for ctx.Err() == nil && !enough() {
		b := batch.Batch{Ledger: p.ledger, Owner: p.id, Accounts: []string{account}, Visits: 1, Log: p.log(), Clock: p.clock(), Visit: p.visit}
		if _, err := b.Run(ctx, ctx); err != nil {
			p.w.story.tell(p.w.now(), "%s: the batch ended: %v", p.id, err)
		}
		if !enough() {
			clock.Pause(ctx, p.rest(false))
		}
	}
}

func (w *World) final() bool {
	s, err := w.engine.Load(context.Background(), keyOf(theOne).ID())
	return err == nil && s.Current().State == submission.Accepted && s.Lease.Owner == ""
}

// filedOnce holds what became of the invoice against the portal's book.
func (w *World) filedOnce(ctx context.Context, t *testing.T) submission.Submission {
	t.Helper()
	store, err := evidence.Open(w.evidence())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s, err := w.engine.Load(ctx, keyOf(theOne).ID())
	if err != nil {
		t.Fatal(err)
	}
	live, rejected := w.portal.standing(theOne)
	if len(w.portal.broken) > 0 || len(live) != 1 || len(rejected) != 0 || s.Current().State != submission.Accepted {
		t.Errorf("it is %s, and the portal holds it %d times: %v", s.Current().State, len(live), w.portal.broken)
	}
	if needs := ledger.Summarize(s).Needs; needs != "" {
		t.Errorf("the %s is asked still: %s", needs, s.Current().Why)
	}
	if _, err := store.SealLeft(ctx, account, s.ID, "", evidence.Sealing{At: w.wall(), By: "the test"}); err != nil {
		t.Error(err)
	}
	for _, err := range store.Links(ctx, account, submission.Head{}) {
		if err != nil {
			t.Error(err)
		}
	}
	tried, err := w.trial(ctx, store, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	tried.replays()
	tried.proves(ctx)
	if len(tried.breaches) > 0 || len(tried.proofs) == 0 {
		t.Errorf("%d pieces of evidence: %v", len(tried.proofs), tried.breaches)
	}
	if found := canary(w.dir); found != "" {
		t.Errorf("a secret stands in %s", found)
	}
	return s
}

// unasked says whether nobody was ever asked, whether what came of each attempt was
// told by the program that made it, if that lived, and whether nothing was filed
// before the search was checked by which it had not been found.
func (w *World) unasked(ctx context.Context, t *testing.T, id string, c *nthCall) {
	t.Helper()
	entries, err := w.engine.History(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	checked := func(p submission.Proof) bool { return path.Base(p.Name) == "control.json" }
	for _, e := range entries {
		switch {
		case e.Needs != "":
			t.Errorf("the %s was asked: %s", e.Needs, e.Why)
		case e.Kind == submission.Lost && c.way.brief:
			t.Errorf("what came of it was lost: %s", e.Why)
		case e.Kind == submission.Intended && !slices.ContainsFunc(e.Attempt.Evidence, checked):
			t.Errorf("attempt %s was made although nobody had seen whether the search works", e.Attempt.ID)
		}
	}
}

// soon is how long the invoice takes where only a call fails: the carrier's checks,
// a rest of the account, and a look-up. A lease that has to run out takes longer.
const soon = time.Hour

// mostCalls is more than a life has.
const mostCalls = 2000

// TestNthCall lets each call to the ledger fail once, from the arrival of a file to
// the carrier's last word: the first call, then the second, until a life has none
// that could fail. Whatever it was, the invoice is filed once, and nobody is asked.
func TestNthCall(t *testing.T) {
	seed := checkedLater()
	for _, way := range waysToFail() {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t)
			calls := map[string]int{}
			for n := 1; n < mostCalls; n++ {
				c := &nthCall{n: n, way: way}
				synctest.Test(t, func(t *testing.T) { nth(t, dir, seed, c) })
				if c.seen < n { // it had no n-th call
					t.Logf("each of %d calls failed in turn: %v", n-1, calls)
					return
				}
				calls[c.name]++ // "": it failed by itself, and there was no answer to lose
			}
			t.Errorf("no life passed without a failure: %v", calls)
		})
	}
}

// nth is one life in which a call goes wrong.
func nth(t *testing.T, dir string, seed uint64, c *nthCall) {
	t.Helper()
	w := quietWorld(t, dir, seed)
	defer os.RemoveAll(w.dir)
	ctx, end := context.WithTimeout(t.Context(), 3*24*time.Hour)
	defer end()
	w.end = end
	if err := w.live(ctx, c); err != nil {
		t.Errorf("after three days: %v", err)
	}
	if d := w.now(); d > soon && c.way.brief {
		t.Errorf("it took %s", d)
	}
	ctx = context.WithoutCancel(ctx)
	s := w.filedOnce(ctx, t)
	w.unasked(ctx, t, s.ID, c)
	if t.Failed() {
		t.Errorf("call %d, %s, %s\n%s", c.n, c.name, c.way.name, w.story)
	}
}
