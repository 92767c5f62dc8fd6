package month

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/lodge/internal/bench"
	"example.com/lodge/internal/bench/figures"
	"example.com/lodge/internal/bench/meter"
)

// Report is what is written of a month.
type Report struct {
	Machine  bench.Machine `json:"machine"`
	Invoices int           `json:"invoices"`
	Accounts int           `json:"accounts"`
	Portals  int           `json:"portals"`
	Visits   int           `json:"visits"`
	Verdict  Verdict       `json:"verdict"`
	Broken   []string      `json:"broken"` // promises; none: all were kept

	Wall     time.Duration `json:"wall_ns"`
	Filed    time.Duration `json:"filed_ns"` // until nothing waited to be sent any more
	CPU      time.Duration `json:"cpu_ns"`
	By       string        `json:"cpu_by"`
	Each     Took          `json:"each_s"`
	Evidence int64         `json:"evidence_bytes"`
	Ledger   int64         `json:"ledger_bytes"`
	Uses     []Use         `json:"uses"`
	Prices   []Price       `json:"fargate"`
	Samples  []Sample      `json:"samples"`
}

// Took is how long the work on one invoice took, by Lodge's own words, in
// seconds.
type Took struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
	Mean   float64 `json:"mean"`
}

// A Price is what 1,000 uploads cost on one kind of task.
type Price struct {
	Task
	Load        Load    `json:"load"`
	PerThousand float64 `json:"per_thousand_usd"`
}

// report puts together what is known when all has ended.
func (w *watch) report(u meter.Usage, said string) (Report, error) {
	r := Report{
		Invoices: w.Invoices, Accounts: w.Accounts, Portals: w.Portals, Visits: w.Visits,
		Verdict: w.verdict, Broken: slices.Clone(w.verdict.Broken),
		Wall: u.Wall, Filed: w.filed, CPU: u.CPU, By: u.By, Uses: uses(w.samples, w.Visits), Samples: w.samples,
	}
	if u.Exit != 0 {
		r.Broken = append(r.Broken, fmt.Sprintf("Lodge ended with %d: see %s", u.Exit, said))
	}
	if u.Left != 0 {
		r.Broken = append(r.Broken, fmt.Sprintf("Lodge left %d processes", u.Left))
	}
	if n := r.Verdict.Open; n > 0 {
		r.Broken = append(r.Broken, fmt.Sprintf("%d invoices were not settled within %s", n, w.Limit))
	}
	for _, use := range r.Uses {
		if !use.Flat() {
			r.Broken = append(r.Broken, fmt.Sprintf("%s grew by %.1f %s", use.Name, use.Growth, use.Unit))
		}
	}
	took, err := readTook(said)
	if err != nil {
		return r, err
	}
	r.Each = took
	for _, each := range []time.Duration{time.Duration(took.Mean * float64(time.Second)), slowSite} {
		for _, t := range tasks() {
			l := Load{Uploads: float64(w.Invoices) / float64(w.Accounts), Visits: float64(w.Visits), StartUp: startUp, Each: each}
			r.Prices = append(r.Prices, Price{t, l, t.PerThousand(l)})
		}
	}
	if r.Evidence, err = size(w.lodge.Config.Evidence()); err != nil {
		return r, err
	}
	files, err := filepath.Glob(w.lodge.Config.Ledger() + "*")
	for _, f := range files {
		if st, err := os.Stat(f); err == nil {
			r.Ledger += st.Size()
		}
	}
	return r, err
}

// startUp is how long a task takes from being asked for until it works; slowSite
// is how long an upload takes at a site that is slow.
const startUp, slowSite = 60 * time.Second, 90 * time.Second

var tookLine = regexp.MustCompile(`^ *\d+/\d+  .*\((\d+\.\d) s\)$`)

// readTook reads from what lodge run said how long each invoice took.
func readTook(said string) (Took, error) {
	f, err := os.Open(said)
	if err != nil {
		return Took{}, err
	}
	defer func() { _ = f.Close() }()
	var all []float64
	var sum float64
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if m := tookLine.FindStringSubmatch(lines.Text()); m != nil {
			n, err := strconv.ParseFloat(m[1], 64)
			if err != nil {
				return Took{}, err
			}
			all, sum = append(all, n), sum+n
		}
	}
	if len(all) == 0 {
		return Took{}, fmt.Errorf("%s does not tell how long any invoice took", said)
	}
	return Took{figures.Median(all), figures.Percentile(all, 95), sum / float64(len(all))}, nil
}

// size is how many bytes the files below dir have.
func size(dir string) (int64, error) {
	var sum int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}

// Write writes the report for people.
func (r Report) Write(out io.Writer) {
	m, n := r.Machine, float64(r.Invoices)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	p("%s, %d CPUs (%s), %s\n%s; %s; load at the begin and the end: %s\n", m.System, m.CPUs, m.Model, m.Go, m.Lodge,
		strings.Join(m.Browsers, "; "), strings.Join(m.Load, ", "))
	p("%d invoices, %d accounts, %d portals, %d visits side by side", r.Invoices, r.Accounts, r.Portals, r.Visits)
	p("The month held  %s", tally(r.Verdict.Fates))
	p("The portals had %s", tally(r.Verdict.Spells))
	p("")
	v := r.Verdict
	p("Lodge says      %s", tally(v.States))
	p("It asks         %s", tally(v.Needs))
	p("The portals say %d taken in once each, %d of them refused; %d more than once", v.Taken-v.Duplicates, v.Refused, v.Duplicates)
	p("                %d sent and never taken in: not sent again; Lodge looks for two days, then a person decides", v.NeverIn)
	p("                %d rejected after they were accepted, which Lodge has not been told", v.Turned)
	p("")
	p("Wall  %s; nothing waited to be sent after %s; the rest is waiting for the sites' last words", short(r.Wall), short(r.Filed))
	p("CPU   %.0f s, %.3f s an invoice (by %s), everything that went wrong included", r.CPU.Seconds(), r.CPU.Seconds()/n, r.By)
	p("Each  %.1f s median, %.1f s mean, %.1f s for the slowest twentieth, by Lodge's own words", r.Each.Median, r.Each.Mean, r.Each.P95)
	p("Disk  evidence %.1f MB, %.0f KB an invoice; ledger %.1f MB, %.1f KB an invoice",
		float64(r.Evidence)/(1<<20), float64(r.Evidence)/n/(1<<10), float64(r.Ledger)/(1<<20), float64(r.Ledger)/n/(1<<10))
	p("")
	for _, u := range r.Uses {
		p("%s", u)
	}
	p("")
	r.writePrices(out)
	p("")
	if len(r.Broken) == 0 {
		p("Every promise was kept: each invoice at most once, none lost, no word of Lodge's that the portals deny.")
		return
	}
	p("BROKEN:")
	for _, b := range r.Broken {
		p("  %s", b)
	}
}

func (r Report) writePrices(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "FARGATE\tUPLOADS A TASK\tAN UPLOAD TAKES\t$ PER 1,000\t$ FOR THIS MONTH\tPRICES")
	for _, p := range r.Prices {
		spot := ""
		if p.Discount > 0 {
			spot = fmt.Sprintf(", less %.0f %%", 100*p.Discount)
		}
		_, _ = fmt.Fprintf(w, "%s, %g vCPU, %g GB\t%.0f\t%.1f s\t%.2f\t%.2f\t", p.Name, p.CPUs, p.GB,
			p.Load.Uploads, p.Load.Each.Seconds(), p.PerThousand, p.PerThousand*float64(r.Invoices)/1000)
		_, _ = fmt.Fprintf(w, "$%g a vCPU hour, $%g a GB hour%s, $%g an IPv4 hour\n", p.PerCPU, p.PerGB, spot, p.PerIPv4)
	}
	_ = w.Flush()
	_, _ = fmt.Fprintf(out, "1000/B x (S + B x T/P) x h/3600 + 1000 x d; %s to start, %d visits side by side, $%g an upload for records\n",
		short(startUp), r.Visits, Records)
}

// tally is "3 accepted, 1 rejected", most first.
func tally(of map[string]int) string {
	names := slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		if of[a] != of[b] {
			return of[b] - of[a]
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = fmt.Sprintf("%d %s", of[name], name)
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

func short(d time.Duration) string {
	text := d.Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		return strings.TrimSuffix(text, "0s")
	}
	return text
}
