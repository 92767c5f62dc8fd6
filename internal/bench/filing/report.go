package filing

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"example.com/lodge/internal/bench"
)

// Report is what is written of a whole measurement.
type Report struct {
	Machine   bench.Machine `json:"machine"`
	Summaries []Summary     `json:"arms"`
	Goals     []Goal        `json:"goals"`
	Runs      []Run         `json:"runs"`
}

// NewReport reduces the runs on a machine.
func NewReport(m bench.Machine, runs []Run) Report {
	return Report{Machine: m, Summaries: Summarise(runs), Goals: Goals(runs), Runs: runs}
}

// MarshalJSON implements [json.Marshaler]: what was not measured is null.
func (g Goal) MarshalJSON() ([]byte, error) {
	type plain Goal
	v := struct {
		plain
		Got *float64 `json:"got"`
		Met bool     `json:"met"`
	}{plain(g), nil, g.Met()}
	if !math.IsNaN(g.Got) {
		v.Got = &g.Got
	}
	return json.Marshal(v)
}

// Write writes the report as tables.
func (r Report) Write(out io.Writer) {
	m := r.Machine
	_, _ = fmt.Fprintf(out, "%s, %d CPUs (%s), %s\n%s; %s\n", m.System, m.CPUs, m.Model, m.Go, m.Lodge, strings.Join(m.Browsers, "; "))
	_, _ = fmt.Fprintf(out, "load of the last minute before each run, and at the end: %s\n\n", strings.Join(m.Load, " "))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ARM\tINVOICES\tWALL S EACH\tCPU S EACH\tPEAK PSS MB\tPER MINUTE\tWHAT")
	for _, s := range r.Summaries {
		peak := "-"
		if s.PeakMB != nil {
			peak = fmt.Sprintf("%.0f", *s.PeakMB)
		}
		_, _ = fmt.Fprintf(w, "%s\t%d x %d\t%.3f (%.3f)\t%.3f (%.3f)\t%s\t%.0f\t%s\n", s.Arm, s.Rounds, s.Invoices,
			s.Wall.Median, s.Wall.Best, s.CPU.Median, s.CPU.Best, peak, 60/s.Wall.Median, s.About)
	}
	_ = w.Flush()
	_, _ = fmt.Fprintln(out, "median (best round); ratios are medians of those within a round; CPU by", r.by())
	_, _ = fmt.Fprintln(out)
	_, _ = fmt.Fprintln(w, "GOAL\tFIGURE\tTO REACH\t\tLONG TERM")
	for _, g := range r.Goals {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", g.What, g.figure(g.Got), g.bound(g.Goal), g.verdict(), g.bound(g.LongTerm))
	}
	_ = w.Flush()
}

// by is how processor time was counted.
func (r Report) by() string {
	for _, s := range r.Summaries {
		return s.By
	}
	return "nobody"
}

func (g Goal) figure(n float64) string {
	switch {
	case math.IsNaN(n):
		return "not measured"
	case g.Unit == "MB":
		return fmt.Sprintf("%.0f MB", n)
	case g.Unit == "x":
		return fmt.Sprintf("%.2f x", n)
	default:
		return fmt.Sprintf("%.3f %s", n, g.Unit)
	}
}

func (g Goal) bound(n float64) string {
	switch {
	case n == 0:
		return ""
	case g.AtLeast:
		return ">= " + g.figure(n)
	default:
		return "<= " + g.figure(n)
	}
}

func (g Goal) verdict() string {
	switch {
	case math.IsNaN(g.Got):
		return ""
	case g.Met():
		return "met"
	default:
		return "not met"
	}
}
