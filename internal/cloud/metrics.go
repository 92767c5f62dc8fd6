package cloud

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
)

// Metrics writes figures as lines of a program's log, from which CloudWatch makes
// metrics (CloudWatch User Guide, "Embedded metric format specification"): no call,
// and nothing that can fail. They are those that the deployment's alarms watch.
type Metrics struct {
	stage string
	clock clock.Clock

	mu  sync.Mutex
	out io.Writer
}

// NewMetrics writes to out, which is the program's standard output, for a stage.
func NewMetrics(out io.Writer, stage string, clk clock.Clock) *Metrics {
	return &Metrics{out: out, stage: stage, clock: clk}
}

// Waiting tells how long the oldest submission has been due, and how many things
// wait for whom.
func (m *Metrics) Waiting(due time.Duration, needs map[carriers.Person]int) {
	figures := []figure{{config.MetricDueAge, "Seconds", due.Seconds()}}
	for _, who := range carriers.People() {
		figures = append(figures, figure{config.MetricNeeds(who), "Count", float64(needs[who])})
	}
	m.put(figures...)
}

// TaskFailed tells of a task that did not end by itself.
func (m *Metrics) TaskFailed() { m.put(figure{config.MetricTasksFailed, "Count", 1}) }

// A figure is one value of one metric.
type figure struct {
	name, unit string
	value      float64
}

// put writes one line. A log that cannot be written is seen by its silence.
func (m *Metrics) put(figures ...figure) {
	type definition struct{ Name, Unit string }
	var definitions []definition
	line := map[string]any{config.MetricStage: m.stage}
	for _, f := range figures {
		definitions = append(definitions, definition{f.name, f.unit})
		line[f.name] = f.value
	}
	line["_aws"] = map[string]any{
		"Timestamp": m.clock.Now().UnixMilli(),
		"CloudWatchMetrics": []any{map[string]any{
			"Namespace": config.MetricNamespace, "Dimensions": [][]string{{config.MetricStage}}, "Metrics": definitions,
		}},
	}
	data, err := json.Marshal(line)
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.out.Write(append(data, '\n'))
}
