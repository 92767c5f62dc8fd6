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
// A scenario is one txtar file: a story, a line "expect: STATE [CONFIRMATION]",
// and the site's pages, each named by its request. "(commit)" marks the request
// that cannot be taken back, "(committed)" a page shown only after it. A page
// whose first line is "-> PATH" redirects, "status: 503" sets the status.
package carriertest

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

// A Simulation is a simulated portal that a test hands to the kit.
type Simulation interface {
	// Scenario starts a fresh portal in the state of a required scenario. It
	// ends with the test.
	Scenario(t *testing.T, name string) Portal
}

// A Portal is one running simulated portal.
type Portal interface {
	URL() string                   // https, on loopback
	Pin() string                   // base64 SHA-256 of its certificate's key
	Secrets() map[string]string    // by the carrier's keys
	Invoice() ledes.Invoice        // the one to file: with facts that the portal accepts, or refuses
	Expect() string                // "STATE [CONFIRMATION]"; CONFIRMATION "*" is any
	Submissions(number string) int // what it took in through its form, by its own count
}

// Run runs the kit on c. scenarios holds its recordings as NAME.txtar;
// simulations may be left out.
func Run(t *testing.T, c carriers.Carrier, scenarios fs.FS, simulations ...Simulation) {
	t.Helper()
	t.Run("Declaration", func(t *testing.T) { testDeclaration(t, c) })
	t.Run("Recorded", func(t *testing.T) { runRecorded(t, c, scenarios) })
	for _, s := range simulations {
		t.Run("Simulated", func(t *testing.T) { runSimulated(t, c, s) })
	}
}

func runRecorded(t *testing.T, c carriers.Carrier, scenarios fs.FS) {
	files, err := fs.Glob(scenarios, "*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range required {
		if !slices.Contains(files, name+".txtar") {
			t.Errorf("scenario %s is not recorded: every carrier must show what it does then", name)
		}
	}
	for _, file := range files {
		s, err := readScenario(scenarios, file)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			suite(t, c, func(t *testing.T) site { return record(t, c, s) })
		})
	}
}

func runSimulated(t *testing.T, c carriers.Carrier, simulation Simulation) {
	for _, name := range required {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite(t, c, func(t *testing.T) site { return simulated{simulation.Scenario(t, name)} })
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
		b.checkCommits(t, 0)
		b.checkSecrets(t)
	})
	t.Run("Cancel", func(t *testing.T) {
		b := newBench(t, c, fresh(t))
		ctx, cancel := context.WithCancel(t.Context())
		b.cancelWhen("look", cancel)
		b.run(ctx, false)
		b.checkPrompt(t)
		b.checkCommits(t, 0)
	})
}

// testDeclaration checks what can be told without a website.
func testDeclaration(t *testing.T, c carriers.Carrier) {
	for _, p := range declarationProblems(c) {
		t.Error(p)
	}
}

// expected splits "STATE [CONFIRMATION]".
func expected(s string) (state, confirmation string) {
	state, confirmation, _ = strings.Cut(s, " ")
	return state, confirmation
}
