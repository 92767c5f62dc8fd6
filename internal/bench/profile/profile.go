// Package profile tells where one visit's time goes: wall time by step, and
// processor time by kind of process and by thread.
package profile

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"example.com/lodge/internal/bench/meter"
	"example.com/lodge/internal/bench/scene"
)

// Options say what is profiled.
type Options struct {
	Self     func(part string) []string // command line of a part of bench
	Lodge    string                     // the program
	Dir      string                     // folder of everything that is written
	Invoices int
	Variable string // "NAME=value" for Lodge; "" is none
	Threads  int    // of the busiest, to be shown
}

// prefix begins the numbers of the invoices.
const prefix = "PRO"

// Run files invoices with Lodge, one account, and writes to out what it cost.
func Run(ctx context.Context, o Options, out io.Writer) error {
	user := scene.NewUser("profile")
	p, err := scene.StartPortal(ctx, o.Self("portal"), filepath.Join(o.Dir, "portal"), []scene.User{user})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	l, err := scene.Furnish(ctx, o.Lodge, filepath.Join(o.Dir, "lodge"), []scene.Account{{Name: "one", Portal: p, User: user}}, 1)
	if err != nil {
		return err
	}
	if _, err := scene.Papers(l.Inbox("one"), prefix, o.Invoices, nil); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(l.Dir(), "run.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	c := l.Command(log, "run", "--verbose")
	if o.Variable != "" {
		c.Env = append(os.Environ(), o.Variable)
	}
	tree, err := meter.Start(ctx, o.Self("inside"), c)
	if err != nil {
		return err
	}
	spent := spending{}
	begun := time.Now()
	done := tree.Sample(100*time.Millisecond, false, spent.see)
	u, err := tree.Wait()
	done()
	if err != nil {
		return err
	}
	if u.Exit != 0 {
		return fmt.Errorf("lodge ended with %d: see %s", u.Exit, log.Name())
	}
	n := float64(o.Invoices)
	_, _ = fmt.Fprintf(out, "%d invoices, one account: wall %.3f s, CPU %.3f s each (by %s); %d processes left\n\n",
		o.Invoices, u.Wall.Seconds()/n, u.CPU.Seconds()/n, u.By, u.Left)
	spent.write(out, u, o)
	t, err := readTimeline(l, log.Name())
	if err != nil {
		return err
	}
	t.write(out, begun, begun.Add(u.Wall))
	return nil
}

// spending is the processor time of each process that was seen.
type spending map[int]process

type process struct {
	kind    string
	cpu     time.Duration
	threads map[string]time.Duration
}

func (s spending) see(list []meter.Process) {
	for _, p := range list {
		s[p.PID] = process{p.Kind, p.CPU, p.Threads()}
	}
}

// write shows processor time by kind of process, and the busiest threads.
func (s spending) write(out io.Writer, u meter.Usage, o Options) {
	kinds, threads := map[string]time.Duration{}, map[string]time.Duration{}
	var seen time.Duration
	for _, p := range s {
		kinds[p.kind] += p.cpu
		seen += p.cpu
		for name, cpu := range p.threads {
			threads[p.kind+": "+name] += cpu
		}
	}
	if rest := u.CPU - seen; rest > 0 {
		kinds["(not seen: between two looks, 100 ms apart)"] = rest
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	show := func(head string, of map[string]time.Duration, most int) {
		_, _ = fmt.Fprintf(w, "CPU s each\tshare\t %s\n", head)
		names := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Compare(of[b], of[a]) })
		for _, name := range names[:min(most, len(names))] {
			_, _ = fmt.Fprintf(w, "%.3f\t%.0f %%\t %s\n", of[name].Seconds()/float64(o.Invoices), 100*of[name].Seconds()/u.CPU.Seconds(), name)
		}
		_, _ = fmt.Fprintln(w)
	}
	show("kind of process", kinds, len(kinds))
	show("thread", threads, o.Threads)
	_ = w.Flush()
}
