package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"example.com/lodge/internal/browser/adverse"
	"example.com/lodge/internal/gate"
)

// job is some runs of one case in one mode.
type job struct {
	adverse.Case
	mode adverse.Mode
	runs int
}

// jobsFor plans n runs of each of c's modes.
func jobsFor(c adverse.Case, n int) []job {
	modes := c.Modes
	if modes == nil {
		modes = adverse.Modes()
	}
	jobs := make([]job, len(modes))
	for i, m := range modes {
		jobs[i] = job{c, m, n}
	}
	return jobs
}

// campaign runs jobs in browsers, several side by side.
type campaign struct {
	exe      string
	speaks   adverse.Protocol
	jobs     []job
	parallel int
	progress func(done, all int, last result)

	mu      sync.Mutex
	done    int
	verdict []verdict
}

// verdict is a result with what the site knows about it.
type verdict struct {
	result
	site adverse.Count
	bad  string // what broke the promise; "" if nothing did
}

// shardRuns is how many runs share one browser: what a visit may submit before
// its browser is recycled is 100.
const shardRuns = 50

// shard is a list of single runs for one browser at a time, of one patience.
type shard struct {
	plan plan
	runs []job
}

// patience sorts runs by what their gate waits for.
type patience struct{ answer, appear time.Duration }

func patienceFor(j job) patience {
	p := patience{patient, patient}
	if waits(j.mode) {
		p.answer = brief
	}
	if j.Silent {
		p.appear = brief
	}
	return p
}

// shards deals the jobs out. Cases and modes alternate within a shard.
func (c *campaign) shards() []shard {
	var cases []adverse.Case
	most := 0
	for _, j := range c.jobs {
		cases = append(cases, j.Case)
		most = max(most, j.runs)
	}
	by := map[patience][]job{}
	for i := range most {
		for _, j := range c.jobs {
			if i < j.runs {
				by[patienceFor(j)] = append(by[patienceFor(j)], j)
			}
		}
	}
	var out []shard
	for p, jobs := range by {
		for part := range slices.Chunk(jobs, shardRuns) {
			out = append(out, shard{plan{exe: c.exe, cases: cases, patience: p, speaks: c.speaks}, part})
		}
	}
	return out
}

// waits says whether the gate's patience ends before the site answers.
func waits(m adverse.Mode) bool { return m == adverse.Hang || m == adverse.Late }

func (c *campaign) run(ctx context.Context) error {
	shards := c.shards()
	all := 0
	next := make(chan shard, len(shards))
	for _, s := range shards {
		all += len(s.runs)
		next <- s
	}
	close(next)
	errs := make([]error, c.parallel)
	var work sync.WaitGroup
	for i := range c.parallel {
		work.Go(func() {
			for s := range next {
				errs[i] = errors.Join(errs[i], c.shard(ctx, s, all))
			}
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

// shard runs one shard. A browser that must be ended is replaced.
func (c *campaign) shard(ctx context.Context, s shard, all int) error {
	for left := s.runs; len(left) > 0; {
		r, err := newRig(ctx, s.plan)
		if err != nil {
			return fmt.Errorf("%d runs not done: %w", len(left), err)
		}
		for len(left) > 0 {
			q := r.run(left[0].Case, left[0].mode)
			left = left[1:]
			c.tell(q, all)
			if q.trouble != nil {
				break
			}
		}
		c.close(r)
	}
	return nil
}

func (c *campaign) tell(q result, all int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
	if c.progress != nil {
		c.progress(c.done, all, q)
	}
}

// close ends a rig and judges what was done in it.
func (c *campaign) close(r *rig) {
	r.end()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, q := range r.results {
		c.verdict = append(c.verdict, verdict{q, r.site.Count(q.run), r.judge(q)})
	}
}

// tally counts verdicts. A run that arrived neither never nor once is a double.
type tally struct {
	runs, once, notSent, doubles, bad, unfinished int
}

func (t *tally) add(v verdict) {
	t.runs++
	switch {
	case v.site.Begun > 1:
		t.doubles++
	case v.site.Begun == 1:
		t.once++
	case errors.Is(v.err, gate.ErrNotSent):
		t.notSent++
	}
	if v.bad != "" {
		t.bad++
	}
	if v.outcome.Unfinished {
		t.unfinished++
	}
}

// table prints one line for each case and mode.
func (c *campaign) table(w io.Writer) {
	rows := map[string]*tally{}
	var names []string
	for _, v := range c.verdict {
		name := v.Name + "\t" + string(v.mode)
		if rows[name] == nil {
			rows[name] = &tally{}
			names = append(names, name)
		}
		rows[name].add(v)
	}
	slices.Sort(names)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "page\tsite then\truns\tarrived once\tnot sent\tdoubles\tbroken\tbrowser ended")
	for _, n := range names {
		r := rows[n]
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", n, r.runs, r.once, r.notSent, r.doubles, r.bad, r.unfinished)
	}
	_ = t.Flush()
}

// summary is the line that a machine may read.
func (c *campaign) summary() (string, tally) {
	var all tally
	modes := map[adverse.Mode]bool{}
	for _, v := range c.verdict {
		all.add(v)
		modes[v.mode] = true
	}
	return fmt.Sprintf("fuse: modes=%d runs=%d once=%d not_sent=%d duplicates=%d",
		len(modes), all.runs, all.once, all.notSent, all.doubles), all
}

// wrong lists what broke the promise.
func (c *campaign) wrong() string {
	var b strings.Builder
	for _, v := range c.verdict {
		if v.bad != "" {
			fmt.Fprintf(&b, "%v: %s (site: %+v)\n", v.result, v.bad, v.site)
		}
	}
	return b.String()
}
