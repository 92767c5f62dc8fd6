package filing

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/bench"
)

// runs are two rounds and one of memory, with figures that are easy to reckon.
func runs() []Run {
	const second = time.Second
	of := func(arm string, round, n int, wall, cpu time.Duration) Run {
		return Run{Arm: arm, Round: round, Invoices: n, Wall: wall, CPU: cpu, By: "cgroup", Load: "1.00"}
	}
	list := []Run{
		of(Floor, 1, 100, 50*second, second),
		of(Lodge1, 1, 100, 80*second, 40*second),
		of(Usual, 1, 10, 30*second, 40*second),
		of(Lodge4, 1, 100, 40*second, 50*second),
		of(Floor, 2, 100, 60*second, second), // a slower time for all
		of(Lodge1, 2, 100, 120*second, 60*second),
		of(Usual, 2, 10, 60*second, 60*second),
		of(Lodge4, 2, 100, 60*second, 70*second),
		of(Lodge1, 0, 100, 500*second, 500*second), // looking at memory slows
		of(Lodge4, 0, 100, 500*second, 500*second),
	}
	list[8].Peak, list[8].Early = 300<<20, 250<<20
	list[9].Peak, list[9].Early = 850<<20, 850<<20
	return list
}

func TestGoals(t *testing.T) {
	want := []float64{0.5, 10, 1.8, 300, 200}
	met := []bool{true, true, true, true, true}
	for i, g := range Goals(runs()) {
		if math.Abs(g.Got-want[i]) > 1e-9 || g.Met() != met[i] {
			t.Errorf("%s: %v, met %v; want %v, %v", g.What, g.Got, g.Met(), want[i], met[i])
		}
	}
	for _, g := range Goals(nil) {
		if !math.IsNaN(g.Got) || g.Met() || g.figure(g.Got) != "not measured" {
			t.Errorf("%s of nothing: %v, met %v", g.What, g.Got, g.Met())
		}
	}
	for _, g := range []Goal{{Got: 4.9, Goal: 5, AtLeast: true}, {Got: 0.61, Goal: 0.6}} {
		if g.Met() {
			t.Errorf("%+v is met", g)
		}
	}
}

// Wall and processor time are never of the round in which memory was looked at.
func TestSummaries(t *testing.T) {
	list := Summarise(runs())
	if len(list) != 4 {
		t.Fatalf("%d arms", len(list))
	}
	one := list[1]
	if one.Arm != Lodge1 || one.Rounds != 2 || one.Invoices != 100 || one.Wall != (Spread{1.0, 0.8}) || one.CPU != (Spread{0.5, 0.4}) ||
		one.PeakMB == nil || *one.PeakMB != 300 {
		t.Errorf("%+v", one)
	}
	if list[0].PeakMB != nil {
		t.Error("the floor has a memory that nobody measured")
	}
}

func TestReport(t *testing.T) {
	r := NewReport(bench.Machine{System: "Here", Load: []string{"1.00"}}, runs())
	var out bytes.Buffer
	r.Write(&out)
	for _, line := range []string{"lodge-1", "1.000 (0.800)", "10.00 x", ">= 5.00 x", "<= 1.15 x", "CPU by cgroup", "load of the last minute"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("the report does not show %q:\n%s", line, out.String())
		}
	}
	text, err := json.Marshal(NewReport(bench.Machine{}, runs()[:2]))
	if err != nil || !strings.Contains(string(text), `"got":null`) {
		t.Errorf("%v: %s", err, text)
	}
}
