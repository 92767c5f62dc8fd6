// Package figures reduces measurements to what a person can compare.
package figures

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Best is the least of list; NaN of none.
func Best(list []float64) float64 {
	if len(list) == 0 {
		return math.NaN()
	}
	return slices.Min(list)
}

// Median is the middle of list, and the mean of the two middle ones where there
// are two: taking either alone is off by as much as they differ. NaN of none.
func Median(list []float64) float64 { return Percentile(list, 50) }

// Percentile is the value below which p percent of list lie, between the two
// nearest in proportion; p 0 is the least, 100 the greatest. NaN of none.
func Percentile(list []float64, p float64) float64 {
	if len(list) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(list))
	at := min(max(p, 0), 100) / 100 * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// A Point is one measurement y at the time x.
type Point struct{ X, Y float64 }

// most bounds the points of which every pair is looked at.
const most = 600

// Slope is how much y grows for each unit of x: the median over all pairs of
// points (Theil 1950, Sen 1968). A peak here and there does not move it, as it
// does the line of least squares. It is 0 if there are no two points apart.
func Slope(points []Point) float64 {
	points = thin(points, most)
	var slopes []float64
	for i, a := range points {
		for _, b := range points[i+1:] {
			if b.X != a.X {
				slopes = append(slopes, (b.Y-a.Y)/(b.X-a.X))
			}
		}
	}
	if len(slopes) == 0 {
		return 0
	}
	return Median(slopes)
}

// thin keeps n of the points, evenly spread.
func thin(points []Point, n int) []Point {
	if len(points) <= n {
		return points
	}
	kept := make([]Point, n)
	for i := range kept {
		kept[i] = points[i*len(points)/n]
	}
	return kept
}

// A Trend is how a measurement went over the time that it was watched.
type Trend struct {
	Median float64 `json:"median"`
	Peak   float64 `json:"peak"`
	PerX   float64 `json:"per_x"`  // [Slope]
	Growth float64 `json:"growth"` // by that slope, from the first point to the last
}

// TrendOf reduces points, which are in the order of x.
func TrendOf(points []Point) Trend {
	if len(points) == 0 {
		return Trend{}
	}
	ys := make([]float64, len(points))
	for i, p := range points {
		ys[i] = p.Y
	}
	slope := Slope(points)
	return Trend{Median(ys), slices.Max(ys), slope, slope * (points[len(points)-1].X - points[0].X)}
}

// bars are the heights of a sparkline.
const bars = "▁▂▃▄▅▆▇█"

// Sparkline draws points from 0 to the greatest y with width signs, each the
// mean of its part.
func Sparkline(points []Point, width int) string {
	if len(points) == 0 || width < 1 {
		return ""
	}
	top := slices.MaxFunc(points, func(a, b Point) int { return cmp.Compare(a.Y, b.Y) }).Y
	heights := []rune(bars)
	var b strings.Builder
	width = min(width, len(points))
	for i := range width {
		part := points[i*len(points)/width : (i+1)*len(points)/width]
		var sum float64
		for _, p := range part {
			sum += p.Y
		}
		n := 0
		if top > 0 {
			n = int(math.Round(sum / float64(len(part)) / top * float64(len(heights)-1)))
		}
		b.WriteRune(heights[max(0, n)])
	}
	return b.String()
}
