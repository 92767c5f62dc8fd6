package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/demo"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
)

func (a *app) demoCommand() *cobra.Command {
	var dir string
	var fresh bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "File 24 invoices with a simulated carrier, in a real browser",
		Long: `Start the simulated portal of a carrier on this machine, put 24 LEDES files into
an inbox and file them, as lodge run does. 20 are clean, 2 will be refused by the
carrier, 1 was filed by hand before, 1 is malformed.

What was filed stays filed: a second run files nothing again. The last line of
standard output is one line of JSON. The exit code is 0 if it says what it
should.`,
		Example: `  lodge demo
  lodge demo --fresh        forget what the last one did`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), dir, fresh) },
	}
	cmd.Flags().StringVar(&dir, "dir", "demo", "`folder` of everything that the demo writes")
	cmd.Flags().BoolVar(&fresh, "fresh", false, "start over: remove the folder first")
	return cmd
}

// A demoResult is the last line that the demo prints.
type demoResult struct {
	Invoices          int     `json:"invoices"`
	Accepted          int     `json:"accepted"` // filed by Lodge
	Found             int     `json:"found"`    // there before Lodge sent anything
	Rejected          int     `json:"rejected"`
	Quarantined       int     `json:"quarantined"`
	NeedsPerson       int     `json:"needs_person"`
	PortalSubmissions int     `json:"portal_submissions"` // taken in by the portal's form, as it counts
	Duplicates        int     `json:"duplicates"`         // taken in more than once, as it counts
	Seconds           float64 `json:"seconds"`
}

// promised is what the demo is to end with, however often it runs.
func promised() demoResult {
	return demoResult{Invoices: demo.Size, Accepted: 20, Found: 1, Rejected: 2, Quarantined: 1, PortalSubmissions: 22}
}

// A stage is the folder of a demo with its portal running.
type stage struct {
	*app
	dir    string
	portal *portal.Server
	office *demo.Office
	config config.Config
}

func (a *app) demo(ctx context.Context, dir string, fresh bool) error {
	begun := a.clock.Boot()
	if fresh {
		if err := forget(dir); err != nil {
			return err
		}
	}
	s := stage{app: a, dir: dir}
	if err := s.set(ctx); err != nil {
		return err
	}
	defer func() { _ = s.portal.Close() }()
	failures, err := s.file(ctx)
	if err != nil {
		return err
	}
	result, err := s.show(ctx, failures)
	if err != nil {
		return err
	}
	right := result == promised()
	result.Seconds = math.Round((a.clock.Boot()-begun).Seconds()*100) / 100
	if err := writeLines(a.out, []demoResult{result}); err != nil {
		return err
	}
	if !right {
		return fmt.Errorf("the demo did not end as it should: %s tells more; type %s demo to go on, with --fresh to start over",
			a.with("status"), a.name)
	}
	return nil
}

// set starts the portal and writes what is not there yet: settings, secrets, the
// inbox, and on the portal the invoice that somebody filed by hand.
func (s *stage) set(ctx context.Context) (err error) {
	keep := filepath.Join(s.dir, "portal")
	if s.portal, err = startHarbor(ctx, keep, ""); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.portal.Close())
		}
	}()
	if s.office, err = demo.NewOffice(s.portal.URL(), keep); err != nil {
		return err
	}
	s.app.config = filepath.Join(s.dir, "lodge.yaml")
	if s.config, err = demo.Settings(s.app.config, s.portal, s.clock.Now(), s.carriers, s.variable); err != nil {
		return err
	}
	if err := s.config.MakeFolders(); err != nil {
		return err
	}
	if err := demo.Secrets(ctx, s.secrets(s.config)); err != nil {
		return err
	}
	return demo.Fill(ctx, s.config, s.office, s.clock.Now())
}

// patience is how long the demo waits for the portal to decide what it took in,
// and in how many rounds.
const patience, rounds = 10 * time.Minute, 5

// file does what lodge run does, again until nothing is under way.
func (s *stage) file(ctx context.Context) ([]batch.Failure, error) {
	hard, soft, done := s.stopping(ctx, s.config.Grace)
	defer done()
	w, err := s.works(hard, s.config, nil, watching{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.close() }()
	var r round
	for n := range rounds {
		if r, err = w.round(hard, soft, n == 0); err != nil {
			return nil, err
		}
		next, err := w.ledger.NextDue(hard)
		if err != nil {
			return nil, err
		}
		until := next.Sub(s.clock.Now())
		if next.IsZero() || len(r.batch.Failures) > 0 || until > patience || !clock.Pause(soft, until) {
			break
		}
	}
	if soft.Err() != nil {
		return nil, errors.New("stopped before all was done: lodge demo goes on where it was")
	}
	return r.batch.Failures, nil
}

// show writes the table of all invoices, what to look at next, and counts.
func (s *stage) show(ctx context.Context, failures []batch.Failure) (demoResult, error) {
	l, err := s.ledger(ctx, s.config)
	if err != nil {
		return demoResult{}, err
	}
	defer func() { _ = l.Close() }()
	list, err := l.All(ctx, ledger.Query{})
	if err != nil {
		return demoResult{}, err
	}
	counts, err := s.office.Counts(ctx)
	if err != nil {
		return demoResult{}, err
	}
	slices.SortFunc(list, func(a, b ledger.Summary) int { return strings.Compare(a.Object, b.Object) })
	t := table{head: []string{"INVOICE", "STATE", "CONFIRMATION", "WHAT WAS SAID"}}
	for _, sum := range list {
		t.add(name(sum), end(sum), sum.Confirmation, sum.Text)
	}
	t.write(s.out, s.columns)
	s.tellFailures(failures)
	s.guide(list, counts)
	result := counted(list)
	result.PortalSubmissions, result.Duplicates = counts.Uploads, counts.Duplicates
	return result, nil
}

// guide tells how to look further.
func (s *stage) guide(list []ledger.Summary, counts portal.Counts) {
	_, _ = fmt.Fprintf(s.out, "\n%s: %s.\n", count(len(list), "invoice"), tally(list))
	portal := fmt.Sprintf("The portal counts %d submissions by its form, %d of an invoice that it had, and %d filed by hand.",
		counts.Uploads, counts.Duplicates, counts.ByHand)
	writeWrapped(s.out, "", portal, s.columns)
	inbox := filepath.Join(s.dir, "inbox", demo.Account)
	_, _ = fmt.Fprintf(s.out, `
Look further:
  %s
  %s
  %s
  evidence  %s
  inbox     %s
  portal    %s/admin, once it runs again:
            %s

`, s.with("status"), s.with("show "+demo.First), s.with("status --json"),
		filepath.Join(s.dir, "state", "evidence"), inbox, s.portal.URL(),
		s.name+" portal harbor --dir "+quoted(filepath.Join(s.dir, "portal")))
}

// counted counts the ends of the demo's invoices.
func counted(list []ledger.Summary) demoResult {
	r := demoResult{Invoices: len(list)}
	for _, s := range list {
		switch {
		case s.State == submission.Accepted && s.Found:
			r.Found++
		case s.State == submission.Accepted:
			r.Accepted++
		case s.State == submission.Rejected:
			r.Rejected++
		case s.State == submission.Quarantined:
			r.Quarantined++
		case s.State == submission.NeedsPerson:
			r.NeedsPerson++
		}
	}
	return r
}

// forget removes the folder of a demo, and no other.
func forget(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "portal", addressName)); err != nil {
		return fmt.Errorf("%s does not look like the folder of a demo, and is left as it is: name another with --dir", dir)
	}
	return os.RemoveAll(dir)
}
