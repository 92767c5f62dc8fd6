// Package faults reports faults of Lodge itself to Sentry: defects, pages that
// are not as their carrier's code expects them, errors that nobody foresaw,
// evidence that was not stored, a ledger that fails. What the carrier or the
// network does is no fault.
//
// A report says where it happened, in names that Lodge or the author of a
// carrier chose, and by which submission and attempt. It has no place for a text
// of an error, a page or an invoice, since these may be privileged.
package faults

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/getsentry/sentry-go"

	"example.com/lodge/internal/clock"
)

// Bounds of what is sent: so much waits at most, each for so long, and so many
// reports of one fault in an hour. A changed page fails every invoice.
const (
	waiting = 100
	answer  = 5 * time.Second
	mostOf  = 5
	within  = time.Hour
)

// Options say where faults go.
type Options struct {
	DSN     string // of the project; package config has checked its shape
	Release string // which build this is
	Stage   string // of lodge.yaml
	Clock   clock.Clock
}

// A Sink takes faults and sends them in the background. A nil Sink takes them
// and does nothing. It is safe for use by several goroutines.
type Sink struct {
	client *sentry.Client
	clock  clock.Clock

	mu   sync.Mutex
	seen map[string]window // by fingerprint
}

// A window counts the reports of one fault.
type window struct {
	since time.Time
	n     int
}

// Open returns a sink for o.DSN, or nil if that is empty. Nothing is sent
// before something is reported. The error does not quote the DSN, which holds a
// key.
func Open(o Options) (*Sink, error) {
	if o.DSN == "" {
		return nil, nil
	}
	transport := sentry.NewHTTPTransport()
	transport.BufferSize, transport.Timeout = waiting, answer
	client, err := sentry.NewClient(sentry.ClientOptions{
		Dsn: o.DSN, Release: o.Release, Environment: o.Stage, Transport: transport,
		HTTPTransport:          http.DefaultTransport,                                          // certificates checked, proxies as elsewhere
		ServerName:             "lodge",                                                        // else the name of the machine
		Integrations:           func([]sentry.Integration) []sentry.Integration { return nil }, // no modules, no environment
		DataCollection:         &sentry.DataCollection{},                                       // nothing by itself
		MaxBreadcrumbs:         -1,                                                             // none
		DisableClientReports:   true,                                                           // only faults are sent
		DisableTelemetryBuffer: true,                                                           // its queue cannot be bounded in time
		TracesSampler:          func(sentry.SamplingContext) float64 { return 0 },              // no traces: that is telemetry's
		BeforeSendLog:          func(*sentry.Log) *sentry.Log { return nil },                   // no logs
		BeforeSendMetric:       func(*sentry.Metric) *sentry.Metric { return nil },             // no metrics
		BeforeBreadcrumb:       func(*sentry.Breadcrumb, *sentry.BreadcrumbHint) *sentry.Breadcrumb { return nil },
	})
	if err != nil {
		return nil, errDSN
	}
	return &Sink{client: client, clock: o.Clock, seen: map[string]window{}}, nil
}

// Report sends f, unless enough was sent of the same fault already. It does not
// wait and cannot fail.
func (s *Sink) Report(f Fault) {
	if s == nil || !s.news(strings.Join(f.fingerprint(), "\x00")) {
		return
	}
	s.client.CaptureEvent(f.event(), nil, nil)
}

// news says whether a fault of this fingerprint is to be sent once more.
func (s *Sink) news(fingerprint string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	w := s.seen[fingerprint]
	if now.Sub(w.since) >= within || now.Before(w.since) {
		w = window{since: now}
	}
	w.n++
	s.seen[fingerprint] = w
	return w.n <= mostOf
}

// Close sends what waits, until ctx ends.
func (s *Sink) Close(ctx context.Context) {
	if s == nil {
		return
	}
	s.client.FlushWithContext(ctx)
	s.client.Close()
}
