package telemetry

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"example.com/lodge/internal/visit"
)

// A Run is one round of visits: run > visit > submission > step. It becomes a
// trace with its first visit, since most rounds of a watch find nothing to do.
type Run struct {
	telemetry *Telemetry

	mu    sync.Mutex
	begun time.Time
	ctx   context.Context //nolint:containedctx // it carries the run's span to those below, which is OpenTelemetry's way
	span  trace.Span      // nil: there was no visit yet
}

// Run begins a round.
func (t *Telemetry) Run() *Run { return &Run{telemetry: t, begun: time.Now()} }

// End ends the round.
func (r *Run) End(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.span != nil {
		end(r.span, err)
	}
}

// begin is the context of the run's span, which its first caller begins.
func (r *Run) begin() context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.span == nil {
		r.ctx, r.span = r.telemetry.tracer.Start(context.Background(), "run", trace.WithNewRoot(), trace.WithTimestamp(r.begun))
	}
	return r.ctx
}

// Visit begins a visit and returns what to tell of it: a [visit.Visit.Tell]
// that makes spans and counts.
func (r *Run) Visit(account, carrier string) func(visit.Progress) {
	if r.telemetry == nil {
		return func(visit.Progress) {}
	}
	v := &visiting{Telemetry: r.telemetry, carrier: carrier}
	v.visit.begin(r.begin(), r.telemetry.tracer, "visit", attribute.String("account", account), attribute.String("carrier", carrier))
	return v.tell
}

// visiting is a visit under way. It is told by one goroutine.
type visiting struct {
	*Telemetry
	carrier string
	last    string // the step under way, or that the visit ended in

	visit, submission, step part
}

// A part is a span that may be open.
type part struct {
	span  trace.Span // nil: none is open
	ctx   context.Context
	begun time.Time
}

func (p *part) begin(above context.Context, t trace.Tracer, name string, attrs ...attribute.KeyValue) {
	p.begun = time.Now()
	p.ctx, p.span = t.Start(above, name, trace.WithAttributes(attrs...), trace.WithTimestamp(p.begun))
}

// close ends the part if it is open, and returns how long it took.
func (p *part) close(err error) (took time.Duration, open bool) {
	if p.span == nil {
		return 0, false
	}
	end(p.span, err)
	p.span = nil
	return time.Since(p.begun), true
}

// end ends a span. Of an error it has the kind alone: the text may be a page's.
func end(s trace.Span, err error) {
	if err != nil {
		s.SetAttributes(attribute.String("kind", kind(err)))
		s.SetStatus(codes.Error, kind(err))
	}
	s.End()
}

// tell is the [visit.Visit.Tell].
func (v *visiting) tell(p visit.Progress) {
	v.closeStep(p.Err)
	switch p.Step {
	case visit.StepDone:
		v.done(p)
	case visit.StepLeft:
		v.left(p)
	default:
		v.next(p)
	}
}

// next begins a step, and with the first of a submission its span.
func (v *visiting) next(p visit.Progress) {
	above := v.visit.ctx
	if p.ID != "" {
		if v.submission.span == nil {
			v.submission.begin(above, v.tracer, "submission", attribute.String("submission", p.ID), attribute.String("attempt", p.Attempt))
		}
		above = v.submission.ctx
	}
	v.last = p.Step
	v.step.begin(above, v.tracer, p.Step, attribute.String("carrier", v.carrier))
}

func (v *visiting) closeStep(err error) {
	if took, open := v.step.close(err); open {
		v.Telemetry.step(v.carrier, v.last, took)
	}
}

func (v *visiting) done(p visit.Progress) {
	if v.submission.span == nil { // it was given up before its first step
		v.submission.begin(v.visit.ctx, v.tracer, "submission", attribute.String("submission", p.ID), attribute.String("attempt", p.Attempt))
	}
	v.submission.span.SetAttributes(attribute.String("outcome", string(p.State)))
	v.submission.close(p.Err)
	v.Telemetry.submission(v.carrier, p.State)
}

func (v *visiting) left(p visit.Progress) {
	v.submission.close(p.Err)
	v.visit.close(p.Err)
	v.Telemetry.left(v.carrier, v.last, p.Err)
}
