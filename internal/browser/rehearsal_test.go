package browser

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/browser/adverse"
)

// TestNothingLeavesARehearsal opens and fills in pages that submit by
// themselves. While a rehearsal holds them nothing arrives at the site, not even
// a beginning; without it each of them files.
func TestNothingLeavesARehearsal(t *testing.T) {
	t.Parallel()
	for _, held := range []bool{true, false} {
		name := "held"
		if !held {
			name = "knocked out"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := newRig(t.Context(), plan{exe: headlessShell, cases: adverse.Eager(), patience: patience{patient, patient}})
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range adverse.Eager() {
				if err := r.rehearse(c, strconv.Itoa(i), held); err != nil {
					t.Errorf("%s: %v", c.Name, err)
				}
			}
			r.end()
			for i, c := range adverse.Eager() {
				switch n := r.site.Count(strconv.Itoa(i)); {
				case held && n != adverse.Count{}:
					t.Errorf("%s: the site saw %+v", c.Name, n)
				case !held && n.Begun+n.Frames == 0:
					t.Errorf("%s commits nothing by itself: it shows nothing", c.Name)
				}
			}
		})
	}
}

// rehearse opens and fills in a page, as a rehearsal or, if it is not held, as
// nothing of the kind.
func (r *rig) rehearse(c adverse.Case, run string, held bool) error {
	ctx, cancel := context.WithTimeout(r.ctx, runTime)
	defer cancel()
	g := r.wire.gate
	if held {
		c.Rules.Origins = []string{r.site.Origin()}
		if err := g.Rehearse(ctx, c.Rules); err != nil {
			return err
		}
	}
	r.seen.drain()
	tab, err := r.browser.Tab(ctx)
	if err != nil {
		return err
	}
	// A page that leaves all the time cannot always be filled in.
	_ = page.Do(tab.Context(ctx), page.Goto(r.site.URL(c, adverse.OK, run)), page.Fill("#name", "x"), page.Attach("#file", r.invoice))
	if held {
		err = errors.Join(r.seen.await(ctx, c.Copies), g.Finish(ctx, nil))
	}
	if !held {
		err = r.arrived(ctx, run)
	}
	return errors.Join(err, tab.Close(ctx))
}

// arrived waits until the site has seen a commit of the run.
func (r *rig) arrived(ctx context.Context, run string) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for n := r.site.Count(run); n.Begun+n.Frames == 0; n = r.site.Count(run) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
