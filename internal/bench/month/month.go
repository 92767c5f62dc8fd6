// Package month files a month's invoices with Lodge as an operator would: many
// accounts at several portals that refuse, are slow, go down, end sessions and
// lose connections. It watches what Lodge uses of the machine, and holds every
// word of Lodge's against the portals' own counts.
package month

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sourcegraph/conc/pool"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/meter"
	"example.com/lodge/internal/portal"
)

// Options say how large the month is.
type Options struct {
	Self     func(part string) []string // command line of a part of bench
	Lodge    string                     // the program
	Dir      string                     // folder of everything that is written
	Invoices int
	Accounts int
	Portals  int
	Visits   int           // side by side
	Limit    time.Duration // until which all must be settled
	Tell     io.Writer     // of progress
}

func (o Options) check() error {
	if o.Accounts < 1 || o.Accounts > 99 || o.Portals < 1 || o.Portals > o.Accounts || o.Invoices < o.Accounts {
		return errors.New("a month has 1 to 99 accounts, a portal for one or several of them, and an invoice or more for each")
	}
	return nil
}

// How often is looked at what Lodge uses, and at how far it is.
const (
	lookEvery = 5 * time.Second
	askEvery  = 20 * time.Second
)

// Run files the month. The error says that it could not be measured; broken
// promises are in the report.
func Run(ctx context.Context, o Options) (_ Report, err error) {
	if err := o.check(); err != nil {
		return Report{}, err
	}
	p, err := makePlan(ctx, o)
	defer func() {
		for _, site := range p.portals {
			err = errors.Join(err, site.Close())
		}
	}()
	if err != nil {
		return Report{}, err
	}
	said, err := os.Create(filepath.Join(o.Dir, "said.log"))
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = said.Close() }()
	tree, err := meter.Start(ctx, o.Self("inside"), p.lodge.Command(said, "run", "--watch"))
	if err != nil {
		return Report{}, err
	}
	under, end := context.WithTimeout(ctx, o.Limit)
	defer end()
	w := &watch{Options: o, plan: p, tree: tree, begun: time.Now()}
	w.sky = p.weather(under)
	watchErr := w.until(under)
	end()
	struck, skyErr := w.sky()
	if err := tree.Stop(); err != nil {
		watchErr = errors.Join(watchErr, err)
	}
	usage, err := tree.Wait()
	if err = errors.Join(watchErr, skyErr, err); err != nil {
		return Report{}, fmt.Errorf("month: %w", err)
	}
	w.verdict.Spells = struck
	return w.report(usage, said.Name())
}

// watch is a month under way.
type watch struct {
	Options
	*plan
	tree    *meter.Tree
	sky     func() (map[string]int, error)
	begun   time.Time
	filed   time.Duration // until all that could be sent had been
	samples []Sample
	verdict Verdict
}

// until watches until everything is settled, or the limit or ctx ends.
func (w *watch) until(ctx context.Context) error {
	look, ask := time.NewTicker(lookEvery), time.NewTicker(askEvery)
	defer look.Stop()
	defer ask.Stop()
	for {
		select {
		case <-ctx.Done():
			return w.ask(context.WithoutCancel(ctx))
		case <-look.C:
			w.samples = append(w.samples, sampleOf(time.Since(w.begun), w.tree.Processes(true)))
		case <-ask.C:
			if err := w.ask(ctx); err != nil || w.verdict.settled() {
				return err
			}
		}
	}
}

// ask asks Lodge and the portals how far they are, and tells it. The portals are
// asked last: what they have not taken in then, Lodge cannot know of.
func (w *watch) ask(ctx context.Context) error {
	lines, err := w.lodge.Status(ctx)
	if err != nil {
		return err
	}
	var counts []portal.Counts
	for _, site := range w.portals {
		c, err := site.Counts(ctx)
		if err != nil {
			return err
		}
		counts = append(counts, c)
	}
	w.verdict = judge(w.invoices, lines, counts)
	if w.verdict.States["ready"]+w.verdict.States["submitting"] > 0 || len(lines) == 0 {
		w.filed = time.Since(w.begun)
	}
	var states []string
	for _, s := range slices.Sorted(maps.Keys(w.verdict.States)) {
		states = append(states, fmt.Sprintf("%s %d", s, w.verdict.States[s]))
	}
	use := ""
	if n := len(w.samples); n > 0 {
		last := w.samples[n-1]
		use = fmt.Sprintf("; Lodge %.0f MB, with %d browsers %.0f MB, %d files", last.Lodge, last.Browsers, last.Tree, last.Files)
	}
	_, _ = fmt.Fprintf(w.Tell, "%s  %5s  taken in %d of %d: %s%s; load %s\n", time.Now().Format(time.TimeOnly),
		time.Since(w.begun).Round(time.Second), w.verdict.Taken, len(w.invoices), strings.Join(states, ", "), use, bench.Load())
	return nil
}

// weather has all portals go through their spells. The function that it returns
// waits for the end and tells how often each struck.
func (p *plan) weather(ctx context.Context) func() (map[string]int, error) {
	all := pool.NewWithResults[map[string]int]().WithErrors()
	for i, site := range p.portals {
		random := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // invented troubles
		n := 0
		for _, inv := range p.invoices {
			if inv.portal == i {
				n++
			}
		}
		all.Go(func() (map[string]int, error) { return weather(ctx, site, p.faults[i], n, random) })
	}
	return func() (map[string]int, error) {
		list, err := all.Wait()
		sum := map[string]int{}
		for _, struck := range list {
			for name, n := range struck {
				sum[name] += n
			}
		}
		return sum, err
	}
}
