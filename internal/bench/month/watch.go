package month

import (
	"fmt"
	"math"
	"time"

	"example.com/lodge/internal/bench/figures"
	"example.com/lodge/internal/bench/meter"
)

// A Sample is how much of the machine is in use at one moment.
type Sample struct {
	At        float64 `json:"at_s"`      // since the start
	Lodge     float64 `json:"lodge_mb"`  // RSS of Lodge itself
	Tree      float64 `json:"tree_mb"`   // PSS of Lodge and its browsers
	Files     int     `json:"files"`     // open descriptors of Lodge itself
	Browsers  int     `json:"browsers"`  //
	Processes int     `json:"processes"` //
}

// sampleOf reduces what a look at the processes saw.
func sampleOf(at time.Duration, list []meter.Process) Sample {
	s := Sample{At: at.Seconds(), Tree: float64(meter.PSS(list)) / (1 << 20), Processes: len(list)}
	for i, p := range list {
		if i == 0 { // the command itself
			s.Lodge, s.Files = float64(p.RSS)/(1<<20), p.Files
		}
		if p.Kind == "browser" {
			s.Browsers++
		}
	}
	return s
}

// A Use is one figure over the whole run, and whether it stayed flat while Lodge
// was at work with all its visits.
type Use struct {
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Line   string  `json:"line"`     // a drawing
	Median float64 `json:"median"`   //
	Peak   float64 `json:"peak"`     //
	Hour   float64 `json:"per_hour"` // growth by the slope
	Growth float64 `json:"growth"`   // by the slope, over the time at work
	May    float64 `json:"may"`      // grow by at most
	Short  bool    `json:"short"`    // the time at work was too short to judge
	judged bool
}

// Flat says whether it stayed flat, as far as can be told.
func (u Use) Flat() bool { return !u.judged || u.Short || u.Growth <= u.May }

// enough is how many samples at work make a slope worth judging: five minutes.
const enough = 60

// uses reduces the samples. Only those with as many browsers as there are visits
// are held against each other: with fewer there is less of everything.
func uses(samples []Sample, visits int) []Use {
	var busy []Sample
	for _, s := range samples {
		if s.Browsers == visits {
			busy = append(busy, s)
		}
	}
	busy = busy[len(busy)/10:] // the first are of programs that are still starting
	use := func(name, unit string, least float64, judged bool, of func(Sample) float64) Use {
		all, at := points(samples, of), points(busy, of)
		t := figures.TrendOf(at)
		u := Use{Name: name, Unit: unit, Line: figures.Sparkline(all, 60), Median: t.Median, Hour: t.PerX * 3600, Growth: t.Growth,
			May: math.Max(least, t.Median/4), Short: len(busy) < enough, judged: judged}
		for _, p := range all {
			u.Peak = math.Max(u.Peak, p.Y)
		}
		return u
	}
	return []Use{
		use("Lodge's own memory (RSS)", "MB", 24, true, func(s Sample) float64 { return s.Lodge }),
		use("with its browsers (PSS)", "MB", 100, true, func(s Sample) float64 { return s.Tree }),
		use("Lodge's open descriptors", "", 8, true, func(s Sample) float64 { return float64(s.Files) }),
		use("processes", "", 0, false, func(s Sample) float64 { return float64(s.Processes) }),
	}
}

func points(samples []Sample, of func(Sample) float64) []figures.Point {
	list := make([]figures.Point, len(samples))
	for i, s := range samples {
		list[i] = figures.Point{X: s.At, Y: of(s)}
	}
	return list
}

// String tells the figure in a line, with its drawing.
func (u Use) String() string {
	verdict := fmt.Sprintf("grew by %+.1f while at work (%+.1f an hour); flat is up to %.1f", u.Growth, u.Hour, u.May)
	switch {
	case u.Short:
		verdict = "too short to tell whether it grows"
	case !u.judged:
		verdict = ""
	case !u.Flat():
		verdict += ": IT GROWS"
	}
	return fmt.Sprintf("%-26s median %6.1f %-2s peak %6.1f  %s\n  %s", u.Name, u.Median, u.Unit, u.Peak, verdict, u.Line)
}
