// Package telemetry sends traces and metrics of runs to a collector that speaks
// OTLP over HTTP, if one is configured. It is the only package that knows
// OpenTelemetry.
//
// What is sent says which carrier, which account, which submission by its id and
// how it ended. It has no place for a text of an invoice or a page, nor for an
// invoice's number.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// scope names what the spans and metrics are of.
const scope = "example.com/lodge"

// answer is how long the collector may take to answer, and waiting how many
// spans wait for it at most; more are dropped.
const (
	answer  = 5 * time.Second
	waiting = 4096
)

// Options say where telemetry goes.
type Options struct {
	Endpoint string // of the collector, such as http://127.0.0.1:4318; "": nothing is sent
	Version  string // which build this is
	Stage    string // of lodge.yaml
	Log      *slog.Logger
}

// A Telemetry takes what happens and sends it in the background. A nil Telemetry
// takes it and does nothing. It is safe for use by several goroutines.
type Telemetry struct {
	traces  *sdktrace.TracerProvider
	metrics *sdkmetric.MeterProvider
	tracer  trace.Tracer
	meters  meters
}

// Open begins to send to o.Endpoint, or returns nil if that is empty. That
// nobody answers there is told in the log, once, and is no error.
func Open(ctx context.Context, o Options) (*Telemetry, error) {
	if o.Endpoint == "" {
		return nil, nil
	}
	var once sync.Once
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		once.Do(func() { o.Log.Warn("traces or metrics were not delivered; told once", "error", err) })
	}))
	spans, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(below(o.Endpoint, "traces")), otlptracehttp.WithTimeout(answer))
	if err != nil {
		return nil, fmt.Errorf("telemetry: %w: the operator corrects \"telemetry\" in lodge.yaml", err)
	}
	numbers, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(below(o.Endpoint, "metrics")), otlpmetrichttp.WithTimeout(answer))
	if err != nil {
		return nil, fmt.Errorf("telemetry: %w: the operator corrects \"telemetry\" in lodge.yaml", err)
	}
	who := resource.NewSchemaless(attribute.String("service.name", "lodge"), attribute.String("service.version", o.Version),
		attribute.String("deployment.environment.name", o.Stage))
	t := &Telemetry{
		traces: sdktrace.NewTracerProvider(sdktrace.WithResource(who), sdktrace.WithBatcher(spans,
			sdktrace.WithMaxQueueSize(waiting), sdktrace.WithExportTimeout(answer))),
		metrics: sdkmetric.NewMeterProvider(sdkmetric.WithResource(who),
			sdkmetric.WithReader(sdkmetric.NewPeriodicReader(numbers, sdkmetric.WithTimeout(answer)))),
	}
	t.tracer = t.traces.Tracer(scope)
	t.meters, err = newMeters(t.metrics.Meter(scope))
	return t, err
}

// below is the address of one signal, as OTLP has it.
func below(endpoint, signal string) string {
	for len(endpoint) > 0 && endpoint[len(endpoint)-1] == '/' {
		endpoint = endpoint[:len(endpoint)-1]
	}
	return endpoint + "/v1/" + signal
}

// Close sends what waits, until ctx ends. What could not be sent was told in
// the log.
func (t *Telemetry) Close(ctx context.Context) {
	if t == nil {
		return
	}
	if err := errors.Join(t.traces.Shutdown(ctx), t.metrics.Shutdown(ctx)); err != nil {
		otel.Handle(err)
	}
}
