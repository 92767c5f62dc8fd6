package figures

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) || math.IsNaN(a) && math.IsNaN(b)
}

func TestMiddlesAndEnds(t *testing.T) {
	for _, c := range []struct {
		list              []float64
		best, median, p90 float64
	}{
		{nil, math.NaN(), math.NaN(), math.NaN()},
		{[]float64{3}, 3, 3, 3},
		{[]float64{4, 1}, 1, 2.5, 3.7},
		{[]float64{9, 1, 2}, 1, 2, 7.6},
		{[]float64{4, 1, 3, 2}, 1, 2.5, 3.7}, // neither of the two in the middle
		{[]float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 0, 5, 9},
	} {
		before := slices.Clone(c.list)
		if got := Best(c.list); !near(got, c.best) {
			t.Errorf("best of %v: %v; want %v", c.list, got, c.best)
		}
		if got := Median(c.list); !near(got, c.median) {
			t.Errorf("median of %v: %v; want %v", c.list, got, c.median)
		}
		if got := Percentile(c.list, 90); !near(got, c.p90) {
			t.Errorf("90th percentile of %v: %v; want %v", c.list, got, c.p90)
		}
		if !slices.Equal(c.list, before) {
			t.Errorf("%v was sorted in place", before)
		}
	}
}

func TestPercentileIsBetweenTheEndsAndGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 50).Draw(t, "list")
		p := rapid.Float64Range(-10, 100).Draw(t, "p")
		low, high := Percentile(list, p), Percentile(list, p+10)
		if low > high || low < slices.Min(list) || high > slices.Max(list) {
			t.Fatalf("%v: %v at %v, %v ten later", list, low, p, high)
		}
	})
}

// A line is found under noise and peaks; what stays level has no slope.
func TestSlope(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, rise := range []float64{0, 3, -0.5} {
		var points []Point
		for i := range 2000 {
			y := 100 + rise*float64(i) + random.Float64()
			if i%17 == 0 {
				y += 5000
			}
			points = append(points, Point{float64(i), y})
		}
		if got := Slope(points); math.Abs(got-rise) > 0.01 {
			t.Errorf("slope %v; want %v", got, rise)
		}
		if trend := TrendOf(points); math.Abs(trend.Growth-rise*1999) > 20 {
			t.Errorf("%+v; want growth by %v", trend, rise*1999)
		}
	}
	if got := Slope([]Point{{1, 1}, {1, 9}}); got != 0 {
		t.Errorf("slope %v of points at one time", got)
	}
	if got := TrendOf(nil); got != (Trend{}) {
		t.Errorf("trend of nothing: %+v", got)
	}
}

func TestSparkline(t *testing.T) {
	line := func(ys ...float64) (list []Point) {
		for i, y := range ys {
			list = append(list, Point{float64(i), y})
		}
		return list
	}
	for _, c := range []struct {
		points []Point
		width  int
		want   string
	}{
		{nil, 5, ""},
		{line(1), 5, "█"},
		{line(0, 0), 5, "▁▁"},
		{line(0, 7, 3.5), 5, "▁█▅"},
		{line(7, 7, 0, 0, 7, 7), 3, "█▁█"},
		{line(1, 2), 0, ""},
	} {
		if got := Sparkline(c.points, c.width); got != c.want {
			t.Errorf("%v in %d: %q; want %q", c.points, c.width, got, c.want)
		}
	}
}
