package telemetry

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
)

// meters are everything that is counted.
type meters struct {
	submissions metric.Int64Counter
	visits      metric.Int64Counter
	logins      metric.Int64Counter
	faults      metric.Int64Counter
	steps       metric.Float64Histogram
	held        metric.Int64Gauge
	needs       metric.Int64Gauge
	due         metric.Int64Gauge
}

// newMeters names the metrics (docs/operating.md lists them).
func newMeters(m metric.Meter) (_ meters, err error) {
	var all meters
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	counter := func(name, what string) metric.Int64Counter {
		c, e := m.Int64Counter(name, metric.WithDescription(what))
		keep(e)
		return c
	}
	gauge := func(name, what string) metric.Int64Gauge {
		g, e := m.Int64Gauge(name, metric.WithDescription(what))
		keep(e)
		return g
	}
	all.submissions = counter("lodge.submissions", "submissions worked on, by carrier and the state they ended in")
	all.visits = counter("lodge.visits", "visits, by carrier and the kind of error that ended them")
	all.logins = counter("lodge.login.failures", "logins that did not succeed, by carrier and kind")
	all.faults = counter("lodge.faults", "errors in Lodge's own log, by message: evidence that was not stored is one")
	all.held = gauge("lodge.held", "submissions in the ledger, by account and state")
	all.needs = gauge("lodge.needs", "what needs somebody, by who acts")
	all.due = gauge("lodge.due", "submissions that a round found to be worked on")
	h, e := m.Float64Histogram("lodge.step.duration", metric.WithDescription("how long a step of a visit took"), metric.WithUnit("s"),
		metric.WithExplicitBucketBoundaries(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 300))
	keep(e)
	all.steps = h
	return all, err
}

func (t *Telemetry) step(carrier, step string, took time.Duration) {
	t.meters.steps.Record(context.Background(), took.Seconds(),
		metric.WithAttributes(attribute.String("carrier", carrier), attribute.String("step", step)))
}

func (t *Telemetry) submission(carrier string, state submission.State) {
	t.meters.submissions.Add(context.Background(), 1,
		metric.WithAttributes(attribute.String("carrier", carrier), attribute.String("outcome", string(state))))
}

// left counts a visit that is over, and a login that it did not come beyond.
func (t *Telemetry) left(carrier, step string, err error) {
	attrs := metric.WithAttributes(attribute.String("carrier", carrier), attribute.String("outcome", kind(err)))
	t.meters.visits.Add(context.Background(), 1, attrs)
	if err != nil && step == visit.StepLogin {
		t.meters.logins.Add(context.Background(), 1, attrs)
	}
}

// kind is an error as a word.
func kind(err error) string {
	switch k := carriers.KindOf(err); {
	case err == nil:
		return "done"
	case k == carriers.Unclassified:
		return "unclassified"
	default:
		return string(k)
	}
}

// Due tells how many submissions a round found to be worked on.
func (t *Telemetry) Due(n int) {
	if t != nil {
		t.meters.due.Record(context.Background(), int64(n))
	}
}

// Standing tells how many submissions are where, and how much needs whom.
func (t *Telemetry) Standing(counts []ledger.Count, needs map[carriers.Person]int) {
	if t == nil {
		return
	}
	ctx := context.Background()
	for _, c := range counts {
		t.meters.held.Record(ctx, int64(c.N),
			metric.WithAttributes(attribute.String("account", c.Account), attribute.String("state", string(c.State))))
	}
	for _, who := range carriers.People() {
		t.meters.needs.Record(ctx, int64(needs[who]), metric.WithAttributes(attribute.String("who", string(who))))
	}
}

// Handler returns a log handler that passes everything on to h and counts
// errors by their message, which is Lodge's own. It returns h itself if t is nil.
func (t *Telemetry) Handler(h slog.Handler) slog.Handler {
	if t == nil {
		return h
	}
	return &handler{h, t}
}

type handler struct {
	slog.Handler
	telemetry *Telemetry
}

// Enabled implements [slog.Handler].
func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError || h.Handler.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		h.telemetry.meters.faults.Add(ctx, 1, metric.WithAttributes(attribute.String("message", r.Message)))
	}
	if !h.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{h.Handler.WithAttrs(attrs), h.telemetry}
}

// WithGroup implements [slog.Handler].
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.Handler.WithGroup(name), h.telemetry}
}
