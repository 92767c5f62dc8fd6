// Package carriertest is the conformance kit that proves a carrier keeps the
// promises of package carriers. An author runs it in one line:
//
//	carriertest.Run(t, harbor.Carrier(), os.DirFS("testdata"))
//
// It files one invoice in each recorded scenario with the real browser, gate,
// ledger and evidence store, and judges the end by what the site was sent. A
// carrier that has a simulated portal hands it over too: the same checks run
// against it.
//
// A scenario is one txtar file: a story; a line "expect: STATE [CONFIRMATION]";
// if the Site must have met an error, a line "kind: KIND"; if the pages want
// other facts than the kit's, a line "invoice: number=… client=… matter=…
// total=…"; and the site's pages, each named by its request. "(commit)" marks
// the request that cannot be taken back, "(committed)" a page shown only after
// it. A page whose first line is "-> PATH" redirects, "status: 503" sets the
// status, and {now:LAYOUT@ZONE} in it becomes the time.
package carriertest

import (
	"context"
	"io/fs"
	"slices"
	"testing"

	"example.com/lodge/carriers"
)

// An Option adds to what [Run] does.
type Option func(*kit)

type kit struct{ simulate []simulate }

// Simulated has the kit run against a simulated portal too. start makes one
// that keeps its files below dir; nothing runs before its first Scenario.
func Simulated[S Simulation](start func(ctx context.Context, dir string) S) Option {
	return func(k *kit) {
		k.simulate = append(k.simulate, func(ctx context.Context, dir string) Simulation { return start(ctx, dir) })
	}
}

// Run runs the kit on c. scenarios holds its recordings as NAME.txtar.
func Run(t *testing.T, c carriers.Carrier, scenarios fs.FS, options ...Option) {
	t.Helper()
	var k kit
	for _, o := range options {
		o(&k)
	}
	t.Run("Declaration", func(t *testing.T) {
		for _, p := range declarationProblems(c) {
			t.Error(p)
		}
	})
	t.Run("Recorded", func(t *testing.T) { runRecorded(t, c, scenarios) })
	for _, s := range k.simulate {
		t.Run("Simulated", func(t *testing.T) { runSimulated(t, c, s) })
	}
}

func runRecorded(t *testing.T, c carriers.Carrier, scenarios fs.FS) {
	files, err := fs.Glob(scenarios, "*.txtar")
	check(t, err)
	for _, name := range missing(files) {
		t.Errorf("scenario %s is not recorded: every carrier must show what it does then", name)
	}
	for _, file := range files {
		s, err := readScenario(scenarios, file)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			suite(t, c, func(t *testing.T) site { return play(t, c, s) })
		})
	}
}

// missing are the required scenarios that no file records.
func missing(files []string) []string {
	var names []string
	for _, name := range required {
		if !slices.Contains(files, name+".txtar") {
			names = append(names, name)
		}
	}
	return names
}

func runSimulated(t *testing.T, c carriers.Carrier, s simulate) {
	for _, name := range required {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite(t, c, func(t *testing.T) site { return s.start(t, name) })
		})
	}
}

// suite are the promises that every scenario checks, each on a fresh site.
func suite(t *testing.T, c carriers.Carrier, fresh func(*testing.T) site) {
	t.Run("File", func(t *testing.T) {
		b := newBench(t, c, fresh(t))
		b.run(t.Context(), false)
		b.checkEnd(t)
		b.checkCommits(t, 1)
		b.checkSecrets(t)
	})
	t.Run("Rehearse", func(t *testing.T) {
		b := newBench(t, c, fresh(t))
		b.run(t.Context(), true)
		b.checkHeld(t)
		b.checkCommits(t, 0)
		b.checkSecrets(t)
	})
	t.Run("Cancel", func(t *testing.T) {
		b := newBench(t, c, fresh(t))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		b.cancelAtFirstPage(cancel)
		b.run(ctx, false)
		b.checkPrompt(t)
		b.checkCommits(t, 0)
	})
}
