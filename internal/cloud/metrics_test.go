package cloud_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
)

// standing is a clock whose wall stands still.
type standing struct{ clock.System }

func (standing) Now() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 250_000_000, time.UTC) }

// A document is a line as the specification has it, and nothing else may be in it
// (CloudWatch User Guide, "Embedded metric format specification").
type document struct {
	Timestamp         json.Number
	CloudWatchMetrics []struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []struct{ Name, Unit string }
	}
}

// A metric is one value that CloudWatch takes from a line.
type metric struct {
	namespace, dimensions, name, unit string
	value                             float64
}

// extracted does with a line what CloudWatch does, and fails where it would drop it.
func extracted(t *testing.T, line []byte) (at int64, list []metric) {
	t.Helper()
	if len(line) > 256<<10 || bytes.Count(line, []byte("\n")) != 1 || !bytes.HasSuffix(line, []byte("\n")) {
		t.Fatalf("it is not one line: %q", line)
	}
	var root map[string]json.RawMessage
	if err := json.Unmarshal(line, &root); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	var d document
	strict := json.NewDecoder(bytes.NewReader(root["_aws"]))
	strict.DisallowUnknownFields() // "objects defined by this specification MUST NOT contain any additional members"
	if err := strict.Decode(&d); err != nil {
		t.Fatalf("_aws: %v: %s", err, line)
	}
	at, err := d.Timestamp.Int64()
	if err != nil || len(d.CloudWatchMetrics) == 0 {
		t.Fatalf("time %q, %v: %s", d.Timestamp, err, line)
	}
	members := map[string]bool{"_aws": true}
	for _, directive := range d.CloudWatchMetrics {
		if len(directive.Dimensions) == 0 || len(directive.Metrics) == 0 || len(directive.Metrics) > 100 || directive.Namespace == "" {
			t.Fatalf("%+v", directive)
		}
		for _, set := range directive.Dimensions {
			var dimensions []string
			for _, name := range set {
				var value string // "the value of a dimension is a string"
				if err := json.Unmarshal(root[name], &value); err != nil || value == "" {
					t.Fatalf("dimension %s: %v: %s", name, err, line)
				}
				members[name] = true
				dimensions = append(dimensions, name+"="+value)
			}
			for _, m := range directive.Metrics {
				var value float64
				if err := json.Unmarshal(root[m.Name], &value); err != nil || members[m.Name] {
					t.Fatalf("metric %s: %v: %s", m.Name, err, line)
				}
				members[m.Name] = true
				list = append(list, metric{directive.Namespace, strings.Join(dimensions, " "), m.Name, m.Unit, value})
			}
		}
	}
	if len(members) != len(root) {
		t.Errorf("more than is said: %s", line)
	}
	return at, list
}

// TestMetrics: a line is what CloudWatch makes metrics of, with those names and that
// dimension that the deployment's alarms watch; whoever waits for nothing is told as 0.
func TestMetrics(t *testing.T) {
	own := func(name, unit string, value float64) metric { return metric{"Lodge", "Stage=e2e", name, unit, value} }
	for what, c := range map[string]struct {
		tell func(*cloud.Metrics)
		want []metric
	}{
		"nothing waits": {
			func(m *cloud.Metrics) { m.Waiting(0, nil) },
			[]metric{own("DueAge", "Seconds", 0), own("NeedsBiller", "Count", 0), own("NeedsOperator", "Count", 0), own("NeedsAuthor", "Count", 0)},
		},
		"somebody is needed": {
			func(m *cloud.Metrics) {
				m.Waiting(90*time.Second+time.Millisecond, map[carriers.Person]int{carriers.Biller: 3, carriers.Author: 1, carriers.Nobody: 7})
			},
			[]metric{own("DueAge", "Seconds", 90.001), own("NeedsBiller", "Count", 3), own("NeedsOperator", "Count", 0), own("NeedsAuthor", "Count", 1)},
		},
		"a task failed": {func(m *cloud.Metrics) { m.TaskFailed() }, []metric{own("TasksFailed", "Count", 1)}},
	} {
		t.Run(what, func(t *testing.T) {
			var out bytes.Buffer
			c.tell(cloud.NewMetrics(&out, "e2e", standing{}))
			at, got := extracted(t, out.Bytes())
			if !slices.Equal(got, c.want) || at != 1795348800250 {
				t.Errorf("at %d %+v, want %+v", at, got, c.want)
			}
		})
	}
}

// TestMetricsOfEverybody: whoever may be asked to act has a metric.
func TestMetricsOfEverybody(t *testing.T) {
	var out bytes.Buffer
	needs := map[carriers.Person]int{}
	for i, who := range carriers.People() {
		needs[who] = i + 1
	}
	cloud.NewMetrics(&out, "e2e", standing{}).Waiting(0, needs)
	_, got := extracted(t, out.Bytes())
	for i, who := range carriers.People() {
		if !slices.ContainsFunc(got, func(m metric) bool { return m.name == config.MetricNeeds(who) && m.value == float64(i+1) }) {
			t.Errorf("nothing tells what waits for the %s: %+v", who, got)
		}
	}
}

// An outlet notes whether two write to it at once.
type outlet struct {
	writing atomic.Int32
	mixed   atomic.Bool

	mu    sync.Mutex
	lines [][]byte
}

// Write implements [io.Writer].
func (o *outlet) Write(line []byte) (int, error) {
	if o.writing.Add(1) > 1 {
		o.mixed.Store(true)
	}
	runtime.Gosched()
	o.mu.Lock()
	o.lines = append(o.lines, bytes.Clone(line))
	o.mu.Unlock()
	o.writing.Add(-1)
	return len(line), nil
}

// TestMetricsAtOnce: each line is written in one piece and by one at a time.
func TestMetricsAtOnce(t *testing.T) {
	const writers, each = 8, 50
	var out outlet
	m := cloud.NewMetrics(&out, "e2e", clock.System{})
	var writing sync.WaitGroup
	for n := range writers {
		writing.Go(func() {
			for i := range each {
				m.Waiting(time.Duration(n*each+i)*time.Second, nil)
			}
		})
	}
	writing.Wait()
	if out.mixed.Load() {
		t.Error("two wrote at once")
	}
	ages := map[string]bool{}
	for _, line := range out.lines {
		_, got := extracted(t, line)
		ages[fmt.Sprint(got[0].value)] = true
	}
	if len(out.lines) != writers*each || len(ages) != writers*each {
		t.Errorf("%d lines of %d things", len(out.lines), len(ages))
	}
}
