// Package campaign attacks Lodge's promise: an invoice is never lost and never
// submitted twice. Each seed is a world of its own, in which Lodge's real code
// (the table, the ledger's rules, visits, the gate, the batch, the evidence) files
// invoices at a model portal, while programs are killed, answers are lost, sites
// lie and people decide. Time is simulated: days take milliseconds. The portal's
// own count is the judge.
//
// What is a model here: the portal, the browser with its way out, the processes
// and the people. What is attacked with a real Chromium is told in
// docs/guarantees.md.
package campaign

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/submission"
)

// How long a world lasts, on its own clock.
const (
	stormy = 36 * time.Hour // in which everything may fail
	whole  = 6 * 24 * time.Hour
	lull   = 12 * time.Hour // at the end, in which Lodge finishes what people decided
)

// The one account of a world, and what its files are.
const (
	account = "firm-model"
	carrier = "model"
)

// A World is everything of one seed. It lives in one bubble of synctest.
type World struct {
	Seed   uint64
	Rules  Rules // that are knocked out; zero: none
	chance *chance
	weather
	dir     string // of this world
	state   string // of the staged files
	begun   time.Time
	engine  *memory.Engine
	portal  *portal
	story   *story
	files   []staged
	running sync.WaitGroup
	points  atomic.Int64 // passed by programs
	slept   atomic.Int64 // time in which the machine slept
	faults  atomic.Int64
	kills   atomic.Int64
	end     context.CancelFunc

	mu        sync.Mutex
	processes map[string]*process
	invoices  []string // ids of submissions, in the order of arrival
	secret    int      // version of the password
	fences    map[string]int64
}

// A Verdict is what became of a world.
type Verdict struct {
	Seed     uint64
	Failures []string // what broke the promise; none: it was kept
	Story    string   // everything that happened, for people
	Filed    int      // uploads that the portal took in, and what people filed by hand
	Kills    int      // programs that were
	Faults   int      // of portal, browser, ledger and machine
	Beyond   int      // doubles of what a person had filed without a word while nothing could show it
}

// Run lives through a world. It must be called in a bubble of synctest. dir is for
// the evidence; one folder serves many worlds, one after the other.
func Run(ctx context.Context, seed uint64, rules Rules, dir string) (Verdict, error) {
	w := &World{Seed: seed, Rules: rules, chance: newChance(seed), dir: filepath.Join(dir, fmt.Sprint(seed)), state: dir, begun: time.Now(),
		engine: memory.New(), story: newStory(), processes: map[string]*process{}, secret: 1, fences: map[string]int64{}}
	w.weather = forecast(w.chance)
	w.portal = newPortal(w)
	if err := w.stage(dir); err != nil {
		return Verdict{}, err
	}
	defer os.RemoveAll(w.dir)
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return Verdict{}, err
	}
	ctx, w.end = context.WithTimeout(ctx, whole)
	defer w.end()
	for n := range w.lodges {
		w.running.Go(func() { w.supervise(ctx, n) })
	}
	w.running.Go(func() { w.deliver(ctx) })
	w.running.Go(func() { w.office(ctx) })
	w.running.Wait()
	return w.judge(context.WithoutCancel(ctx))
}

// wall is the time on everybody's clocks. It goes on while the machine sleeps, which
// timers do not.
func (w *World) wall() time.Time { return time.Now().Add(time.Duration(w.slept.Load())) }

// now is how long the world has lasted.
func (w *World) now() time.Duration { return w.wall().Sub(w.begun) }

// storm says whether anything may still fail.
func (w *World) storm() bool { return !w.calm && w.now() < stormy }

// fails draws whether something of a name fails now.
func (w *World) fails(name string, p float64) bool {
	yes := w.storm() && w.chance.of(name, p*w.force)
	if yes {
		w.faults.Add(1)
	}
	return yes
}

// neutral is the ledger as nobody's process sees it.
func (w *World) neutral() *ledger.Ledger {
	return ledger.New(timed{w.engine, w}, clockOf{w, nil}, holders{w}, submission.Limits{})
}

// log is for the story.
func (w *World) log() *slog.Logger { return slog.New(w.story.handler(w)) }

func (w *World) store() (*evidence.Store, error) {
	return evidence.Open(filepath.Join(w.dir, "evidence"))
}

// weather is how bad a world is.
type weather struct {
	calm    bool    // nothing fails: then nobody may be asked for anything
	force   float64 // by which every chance of a fault is multiplied
	crashes float64 // of each point at which a program may die
	lodges  int     // programs side by side on one ledger
	trusts  bool    // the carrier declares that absence counts
	hands   bool    // people file by hand, too
	meddle  bool    // people decide at random, and not only when they are asked
}

func forecast(c *chance) weather {
	w := weather{lodges: 1, force: []float64{0.3, 1, 1, 2}[c.pick("weather force", 4)],
		crashes: []float64{0, 0.002, 0.01, 0.03}[c.pick("weather crashes", 4)]}
	w.calm = c.of("weather calm", 1.0/16)
	w.trusts, w.hands, w.meddle = c.of("weather trusts", 0.6), c.of("weather hands", 0.4), c.of("weather meddle", 0.3)
	if c.of("weather lodges", 0.3) {
		w.lodges = 2
	}
	if w.calm {
		w.hands, w.meddle = false, false
	}
	return w
}
