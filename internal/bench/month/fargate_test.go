package month

import (
	"math"
	"testing"
	"time"
)

// The figures are those of the formula's own table (90 s an upload, 60 s to
// start, without records).
func TestPerThousand(t *testing.T) {
	want := map[string][2]float64{"x86": {4.32, 0.74}, "ARM": {3.50, 0.60}, "x86 Spot": {1.44, 0.25}}
	for _, task := range tasks() {
		for i, l := range []Load{
			{Uploads: 1, Visits: 1, StartUp: time.Minute, Each: 90 * time.Second},
			{Uploads: 20, Visits: 4, StartUp: time.Minute, Each: 90 * time.Second},
		} {
			got := task.PerThousand(l) - 1000*Records
			if math.Abs(got-want[task.Name][i]) > 0.01 {
				t.Errorf("%s, %+v: $%.3f; want $%.2f", task.Name, l, got, want[task.Name][i])
			}
		}
	}
}
