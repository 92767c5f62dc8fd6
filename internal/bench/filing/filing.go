// Package filing measures what a submission costs with Lodge and with what it is
// to be held against, side by side in one run: the same simulated portal, every
// arm once a round in random order, fresh invoices each time.
//
// Wall and processor time are taken in rounds of their own. Looking at memory
// slows what is looked at, so that is done in one more round.
package filing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/meter"
	"example.com/lodge/internal/bench/scene"
)

// Options say what is measured.
type Options struct {
	Self     func(part string) []string // command line of a part of bench
	Lodge    string                     // the program
	Dir      string                     // folder of everything that is written
	Invoices int                        // a round, with the floor and with Lodge
	Usual    int                        // a round, the usual way, which is slow
	Rounds   int                        // of wall and processor time
	Memory   bool                       // one more round, of memory
	Arms     []string                   // by name; nil: all
	Tell     io.Writer                  // of progress
}

// A Run is one arm of one round.
type Run struct {
	Arm      string        `json:"arm"`
	Round    int           `json:"round"` // 0: the round of memory
	Invoices int           `json:"invoices"`
	Wall     time.Duration `json:"wall_ns"`
	CPU      time.Duration `json:"cpu_ns"`
	By       string        `json:"cpu_by"`
	Rusage   time.Duration `json:"rusage_ns"` // to hold CPU against
	Peak     int64         `json:"peak_pss,omitempty"`
	Early    int64         `json:"early_pss,omitempty"` // the peak of the first quarter of the time
	Load     string        `json:"load"`                // of the machine, before
}

// stage is where the runs take place.
type stage struct {
	Options
	portal *scene.Portal
	users  []scene.User // not yet used
}

// every is how often memory is looked at.
const every = 300 * time.Millisecond

// warmUp is how many invoices each arm files once before anything is measured:
// programs and pages are then in the memory of the system for all alike.
const warmUp = 1

// Measure runs all rounds.
func Measure(ctx context.Context, o Options) (_ []Run, err error) {
	chosen, err := choose(o.Arms)
	if err != nil {
		return nil, err
	}
	s := &stage{Options: o}
	for _, a := range chosen {
		for round := -1; round <= o.Rounds; round++ {
			for i := range a.accounts {
				s.users = append(s.users, scene.NewUser(fmt.Sprintf("%s.%d.%d", a.name, round+1, i+1)))
			}
		}
	}
	s.portal, err = scene.StartPortal(ctx, o.Self("portal"), filepath.Join(o.Dir, "portal"), s.users)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.portal.Close()) }()
	for _, a := range chosen {
		if _, err := s.run(ctx, a, -1, warmUp, false); err != nil {
			return nil, err
		}
	}
	var runs []Run
	for round := 1; round <= o.Rounds; round++ {
		for _, i := range rand.Perm(len(chosen)) { // an order that favours nobody
			r, err := s.run(ctx, chosen[i], round, chosen[i].each(o), false)
			if err != nil {
				return runs, err
			}
			runs = append(runs, r)
		}
	}
	if o.Memory {
		for _, a := range chosen {
			r, err := s.run(ctx, a, 0, a.remembered(o), true)
			if err != nil {
				return runs, err
			}
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// choose finds the arms by their names.
func choose(names []string) ([]arm, error) {
	for _, n := range names {
		if !slices.ContainsFunc(arms(), func(a arm) bool { return a.name == n }) {
			return nil, fmt.Errorf("there is no arm %q: there are %s, %s, %s and %s", n, Floor, Lodge1, Lodge4, Usual)
		}
	}
	return slices.DeleteFunc(arms(), func(a arm) bool { return len(names) > 0 && !slices.Contains(names, a.name) }), nil
}

// run runs an arm once, and checks with the portal's own count what came of it.
func (s *stage) run(ctx context.Context, a arm, round, each int, memory bool) (Run, error) {
	name := fmt.Sprintf("%s-%d", a.name, round)
	dir := filepath.Join(s.Dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Run{}, err
	}
	t := task{users: s.users[:a.accounts], prefix: fmt.Sprintf("%c%d", prefixOf(a.name), round+1), each: each}
	s.users = s.users[a.accounts:]
	ready, err := a.prepare(ctx, s, dir, t)
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", name, err)
	}
	r := Run{Arm: a.name, Round: round, Invoices: len(ready.invoices), Load: bench.Load()}
	u, err := s.measure(ctx, ready.command, &r, memory)
	if err == nil && (u.Exit != 0 || u.Left != 0) {
		err = fmt.Errorf("it ended with %d and left %d processes: %s", u.Exit, u.Left, tail(ready.command.Stderr))
	}
	if err == nil {
		err = s.arrivedOnce(ctx, ready.invoices)
	}
	if err == nil && ready.check != nil {
		err = ready.check(ctx)
	}
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", name, err)
	}
	s.tell(a, r)
	return r, nil
}

// prefixOf is a sign for the numbers of an arm's invoices.
func prefixOf(arm string) byte {
	return "FLMU"[slices.Index([]string{Floor, Lodge1, Lodge4, Usual}, arm)]
}

// measure runs the command to its end.
func (s *stage) measure(ctx context.Context, c meter.Command, r *Run, memory bool) (meter.Usage, error) {
	tree, err := meter.Start(ctx, s.Self("inside"), c)
	if err != nil {
		return meter.Usage{}, err
	}
	var seen []int64
	done := func() {}
	if memory {
		done = tree.Sample(every, true, func(list []meter.Process) { seen = append(seen, meter.PSS(list)) })
	}
	u, err := tree.Wait()
	done()
	r.Wall, r.CPU, r.By, r.Rusage = u.Wall, u.CPU, u.By, u.Rusage
	if len(seen) > 0 {
		r.Peak, r.Early = slices.Max(seen), slices.Max(seen[:(len(seen)+3)/4])
	}
	return u, err
}

// arrivedOnce checks the portal's own count: every invoice was taken in exactly
// once and accepted.
func (s *stage) arrivedOnce(ctx context.Context, list []bench.Invoice) error {
	counts, err := s.portal.Counts(ctx)
	if err != nil {
		return err
	}
	for _, inv := range list {
		if n := counts.Invoices[inv.Number]; n.Uploads != 1 || n.Accepted != 1 || n.Again != 0 {
			return fmt.Errorf("the portal took invoice %s in %d times, and accepted %d", inv.Number, n.Uploads, n.Accepted)
		}
	}
	return nil
}

func (s *stage) tell(a arm, r Run) {
	what := fmt.Sprintf("round %d of %d", r.Round, s.Rounds)
	switch {
	case r.Round < 0:
		what = "warm-up"
	case r.Round == 0:
		what = fmt.Sprintf("memory, peak %d MB", r.Peak>>20)
	}
	n := float64(r.Invoices)
	_, _ = fmt.Fprintf(s.Tell, "%s  %-8s %-18s %4d invoices in %5.1f s: wall %.3f s, CPU %.3f s each; load %s\n",
		time.Now().Format(time.TimeOnly), a.name, what, r.Invoices, r.Wall.Seconds(), r.Wall.Seconds()/n, r.CPU.Seconds()/n, r.Load)
}
