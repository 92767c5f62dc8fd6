package browser

import (
	"context"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

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
				if err := r.rehearse(t.Context(), c, strconv.Itoa(i), held); err != nil {
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
func (r *rig) rehearse(ctx context.Context, c adverse.Case, run string, held bool) error {
	ctx, cancel := context.WithTimeout(r.ctx, runTime)
	defer cancel()
	g := r.wire.gate
	if held {
		if err := g.Rehearse(ctx, c.Rules); err != nil {
			return err
		}
	}
	r.seen.drain()
	tab, done, err := r.open(ctx, &result{Case: c, mode: adverse.OK, run: run})
	defer done()
	if err != nil {
		return err
	}
	fill := `(e=>{e.value='x';e.dispatchEvent(new Event('input'))})(document.getElementById('name')??{dispatchEvent(){}})`
	if _, err := chromedp.Run(tab, chromedp.Evaluate[int](fill+`,1`)); err != nil {
		return err
	}
	if !held {
		return r.arrived(ctx, run)
	}
	if err := r.seen.await(ctx, c.Copies); err != nil {
		return err
	}
	return g.Finish(ctx)
}
