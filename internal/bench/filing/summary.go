package filing

import (
	"math"
	"slices"
	"time"

	"example.com/lodge/internal/bench/figures"
)

// A Summary is what all rounds say of one arm, in seconds for each invoice.
type Summary struct {
	Arm      string   `json:"arm"`
	About    string   `json:"about"`
	Rounds   int      `json:"rounds"`
	Invoices int      `json:"invoices"` // of a round
	Wall     Spread   `json:"wall_s"`
	CPU      Spread   `json:"cpu_s"`
	PeakMB   *float64 `json:"peak_pss_mb"` // null: not measured
	By       string   `json:"cpu_by"`
}

// A Spread is a figure over the rounds.
type Spread struct {
	Median float64 `json:"median"`
	Best   float64 `json:"best"`
}

// A Goal is a figure that Lodge is to reach. A figure that was not measured is
// NaN.
type Goal struct {
	What     string  `json:"what"`
	Unit     string  `json:"unit"`
	Got      float64 `json:"-"`
	Goal     float64 `json:"goal"`
	LongTerm float64 `json:"long_term,omitempty"` // 0: none
	AtLeast  bool    `json:"at_least,omitempty"`  // otherwise: at most
}

// Met says whether the goal is reached; what was not measured is not.
func (g Goal) Met() bool {
	if g.AtLeast {
		return g.Got >= g.Goal
	}
	return g.Got <= g.Goal
}

// Summarise reduces the runs to one line an arm.
func Summarise(runs []Run) []Summary {
	var list []Summary
	for _, a := range arms() {
		s := Summary{Arm: a.name, About: a.about}
		var wall, cpu []float64
		for _, r := range runs {
			switch {
			case r.Arm != a.name:
			case r.Round == 0:
				peak := megabytes(r.Peak)
				s.PeakMB = &peak
			default:
				s.Rounds, s.Invoices, s.By = s.Rounds+1, r.Invoices, r.By
				wall, cpu = append(wall, each(r.Wall, r)), append(cpu, each(r.CPU, r))
			}
		}
		if s.Rounds > 0 {
			s.Wall = Spread{figures.Median(wall), figures.Best(wall)}
			s.CPU = Spread{figures.Median(cpu), figures.Best(cpu)}
			list = append(list, s)
		}
	}
	return list
}

func each(d time.Duration, r Run) float64 { return d.Seconds() / float64(r.Invoices) }

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

// ratio is the median of what a has for each of b, within a round: machines are
// slower at one time than at another, and alike for both then.
func ratio(runs []Run, a, b string, of func(Run) float64) float64 {
	var list []float64
	for _, x := range runs {
		i := slices.IndexFunc(runs, func(y Run) bool { return y.Round == x.Round && y.Arm == b })
		if x.Arm == a && x.Round > 0 && i >= 0 {
			list = append(list, of(x)/of(runs[i]))
		}
	}
	return figures.Median(list)
}

func wallEach(r Run) float64 { return each(r.Wall, r) }
func cpuEach(r Run) float64  { return each(r.CPU, r) }

// Goals holds the runs against what Lodge is to reach.
func Goals(runs []Run) []Goal {
	median := func(arm string, of func(Run) float64) float64 {
		var list []float64
		for _, r := range runs {
			if r.Arm == arm && r.Round > 0 {
				list = append(list, of(r))
			}
		}
		return figures.Median(list)
	}
	first, further := memory(runs)
	return []Goal{
		{"CPU a submission, Lodge", "s", median(Lodge1, cpuEach), 0.60, 0.30, false},
		{"CPU, the usual way / Lodge", "x", ratio(runs, Usual, Lodge1, cpuEach), 5, 0, true},
		{"wall, Lodge / floor", "x", ratio(runs, Lodge1, Floor, wallEach), 2.0, 1.15, false},
		{"peak PSS, one visit", "MB", first, 400, 250, false},
		{"peak PSS, each further visit", "MB", further, 220, 0, false},
	}
}

// memory is the peak of one visit, and what each further one adds. The visits of
// lodge-4 have a quarter of the invoices, and browsers grow: they are held
// against the first quarter of the single visit's time.
func memory(runs []Run) (first, further float64) {
	first, further = math.NaN(), math.NaN()
	var one, four Run
	for _, r := range runs {
		if r.Round == 0 && r.Arm == Lodge1 {
			one = r
		}
		if r.Round == 0 && r.Arm == Lodge4 {
			four = r
		}
	}
	if one.Peak > 0 {
		first = megabytes(one.Peak)
	}
	if one.Peak > 0 && four.Peak > 0 {
		further = (megabytes(four.Peak) - megabytes(one.Early)) / (sides - 1)
	}
	return first, further
}
