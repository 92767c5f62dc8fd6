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

	"example.com/lodge/internal/campaign/tally"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/memory"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/objects"
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
	dir      string          // of this world
	copies   *objects.Folder // of what is filed
	begun    time.Time
	engine   ledger.Engine
	memory   *memory.Engine // the same, where it is that
	portal   *portal
	receiver *receiver
	story    *story
	files    []filed
	running  sync.WaitGroup
	points   atomic.Int64 // passed by programs
	due      atomic.Int32 // deaths at the focus
	together atomic.Int32 // deaths and faults of the focus that met
	slept    atomic.Int64 // time in which the machine slept
	end      context.CancelFunc

	mu           sync.Mutex
	seen         tally.Coverage
	lives        map[string]life // by invoice
	died         string          // where the program died that ended last
	inbox        []delivery      // all files that came, in their order
	restored     bool            // the ledger is an older one, and nobody has mended that yet
	marked       bool            // it was restored by lodge, which remembers of when it is
	restoredFrom time.Time
	processes    map[string]*process
	invoices     []string // ids of submissions, in the order of arrival
	secret       int      // version of the password
	fences       map[string]int64
}

// A Verdict is what became of a world.
type Verdict struct {
	Seed     uint64
	Breaches []tally.Breach // what broke the promise; none: it was kept
	Story    string         // everything that happened, for people
	Filed    int            // uploads that the portal took in, and what people filed by hand
	Beyond   int            // doubles of what a person had filed without a word while nothing could show it
	Seen     tally.Coverage // deaths, faults and pairs of them
}

// Run lives through a world. It must be called in a bubble of synctest. dir is for
// the evidence; one folder serves many worlds, one after the other.
func Run(ctx context.Context, seed uint64, rules Rules, dir string) (Verdict, error) {
	w := &World{Seed: seed, Rules: rules, chance: newChance(seed), dir: filepath.Join(dir, fmt.Sprint(seed)), begun: time.Now(),
		story: newStory(), processes: map[string]*process{}, secret: 1, fences: map[string]int64{},
		seen: tally.NewCoverage(), lives: map[string]life{}}
	w.weather = forecast(seed, w.chance)
	w.portal, w.receiver = newPortal(w), newReceiver(w)
	if err := w.stage(dir); err != nil {
		return Verdict{}, err
	}
	defer w.copies.Close()
	defer os.RemoveAll(w.dir)
	if err := w.found(ctx); err != nil {
		return Verdict{}, err
	}
	defer w.engine.Close()
	ctx, w.end = context.WithTimeout(ctx, whole)
	defer w.end()
	for n := range w.lodges {
		w.running.Go(func() { w.supervise(ctx, n) })
	}
	w.running.Go(func() { w.deliver(ctx) })
	w.running.Go(func() { w.office(ctx) })
	if rules.Rerun {
		w.running.Go(func() { w.reruns(ctx) })
	}
	if w.disasters {
		w.running.Go(func() { w.disaster(ctx) })
	}
	w.running.Wait()
	return w.judge(context.WithoutCancel(ctx))
}

// found makes the world's folder and its ledger: nearly always one in memory, and now
// and then a real file, to see that it makes no difference.
func (w *World) found(ctx context.Context) (err error) {
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return err
	}
	w.memory = memory.New()
	w.engine = w.memory
	if w.onDisk {
		if w.engine, err = sqlite.Open(ctx, filepath.Join(w.dir, "ledger.db")); err != nil {
			return err
		}
	}
	return w.neutral().Enrol(ctx, destination)
}

// wall is the time on everybody's clocks. It goes on while the machine sleeps, which
// timers do not.
func (w *World) wall() time.Time { return time.Now().Add(time.Duration(w.slept.Load())) }

// now is how long the world has lasted.
func (w *World) now() time.Duration { return w.wall().Sub(w.begun) }

// storm says whether anything may still fail.
func (w *World) storm() bool { return !w.calm && w.now() < stormy }

// neutral is the ledger as nobody's process sees it.
func (w *World) neutral() *ledger.Ledger {
	return ledger.New(timed{w.engine, w}, clockOf{w, nil}, holders{w, nil}, submission.Limits{})
}

// log is for the story.
func (w *World) log() *slog.Logger { return slog.New(w.story.handler(w)) }
