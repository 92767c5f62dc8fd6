package telemetry_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	collectmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collecttrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/telemetry"
	"example.com/lodge/internal/visit"
)

const narrative = "Conference with client re settlement authority"

// A collector speaks OTLP over HTTP.
type collector struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	spans   []*spans.Span
	metrics map[string]*metrics.Metric
	service []string
	raw     bytes.Buffer
}

func newCollector(t *testing.T) *collector {
	c := &collector{t: t, metrics: map[string]*metrics.Metric{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", func(_ http.ResponseWriter, r *http.Request) {
		var m collecttrace.ExportTraceServiceRequest
		c.read(r, &m)
		for _, rs := range m.ResourceSpans {
			c.service = append(c.service, texts(rs.Resource.Attributes)...)
			for _, ss := range rs.ScopeSpans {
				c.spans = append(c.spans, ss.Spans...)
			}
		}
	})
	mux.HandleFunc("POST /v1/metrics", func(_ http.ResponseWriter, r *http.Request) {
		var m collectmetrics.ExportMetricsServiceRequest
		c.read(r, &m)
		for _, rm := range m.ResourceMetrics {
			for _, sm := range rm.ScopeMetrics {
				for _, one := range sm.Metrics {
					c.metrics[one.Name] = one
				}
			}
		}
	})
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *collector) read(r *http.Request, m proto.Message) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.Header.Get("Content-Encoding") == "gzip" {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, err = io.ReadAll(z)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	if err = errors.Join(err, proto.Unmarshal(body, m)); err != nil {
		c.t.Error(err)
	}
}

// texts are attributes as "key=value", in order.
func texts(attrs []*common.KeyValue) []string {
	var list []string
	for _, a := range attrs {
		list = append(list, a.Key+"="+a.Value.GetStringValue())
	}
	slices.Sort(list)
	return list
}

// tree draws the spans as they lie in one another.
func (c *collector) tree() string {
	var b strings.Builder
	slices.SortFunc(c.spans, func(a, b *spans.Span) int { return int(int64(a.StartTimeUnixNano) - int64(b.StartTimeUnixNano)) })
	var below func(parent []byte, depth int)
	below = func(parent []byte, depth int) {
		for _, s := range c.spans {
			if bytes.Equal(s.ParentSpanId, parent) {
				fmt.Fprintf(&b, "%s%s %s %s\n", strings.Repeat("  ", depth), s.Name, strings.Join(texts(s.Attributes), " "), s.GetStatus().GetMessage())
				below(s.SpanId, depth+1)
			}
		}
	}
	below(nil, 0)
	return b.String()
}

// sum adds up a counter's points whose attributes hold attr.
func (c *collector) sum(name, attr string) (n int64) {
	m := c.metrics[name]
	for _, p := range append(m.GetSum().GetDataPoints(), m.GetGauge().GetDataPoints()...) {
		if strings.Contains(" "+strings.Join(texts(p.Attributes), " ")+" ", " "+attr+" ") {
			n += p.GetAsInt()
		}
	}
	return n
}

func open(t *testing.T, endpoint string, log io.Writer) *telemetry.Telemetry {
	t.Helper()
	tel, err := telemetry.Open(t.Context(), telemetry.Options{Endpoint: endpoint, Version: "lodge 1", Stage: "production",
		Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

func flush(t *testing.T, tel *telemetry.Telemetry) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
	defer cancel()
	tel.Close(ctx)
}

func TestRunBecomesATrace(t *testing.T) {
	c := newCollector(t)
	tel := open(t, c.URL+"/", io.Discard)
	run := tel.Run()
	tell := run.Visit("firm-harbor", "harbor")
	refused := &carriers.Error{Kind: carriers.SiteChanged, Said: narrative, Err: errors.New(narrative)}
	for _, p := range []visit.Progress{
		{Step: visit.StepLogin},
		{Step: visit.StepLook, ID: "one", Attempt: "a1", Invoice: "INV-1"},
		{Step: visit.StepSubmit, ID: "one", Attempt: "a1", Invoice: "INV-1"},
		{Step: visit.StepCommit, ID: "one", Attempt: "a1", Invoice: "INV-1"},
		{Step: visit.StepVerify, ID: "one", Attempt: "a1", Invoice: "INV-1"},
		{Step: visit.StepDone, ID: "one", Attempt: "a1", Invoice: "INV-1", State: submission.Accepted, Text: narrative},
		{Step: visit.StepLook, ID: "two", Attempt: "a2", Invoice: "INV-2"},
		{Step: visit.StepDone, ID: "two", Attempt: "a2", Invoice: "INV-2", State: submission.Ready, Text: narrative, Err: refused, On: "x"},
		{Step: visit.StepLeft, Err: refused},
	} {
		tell(p)
	}
	other := run.Visit("firm-granite", "granite")
	other(visit.Progress{Step: visit.StepLogin})
	other(visit.Progress{Step: visit.StepLeft, Err: carriers.Errorf(carriers.Credentials, narrative)})
	run.End(nil)
	tel.Run().End(nil) // a round without a visit is no trace
	tel.Due(7)
	tel.Standing([]ledger.Count{{Account: "firm-harbor", State: submission.Accepted, N: 20}}, map[carriers.Person]int{carriers.Biller: 3})
	slog.New(tel.Handler(slog.DiscardHandler)).Error("evidence was not stored", "error", narrative, "invoice", "INV-1")
	flush(t, tel)

	want := `run  
  visit account=firm-harbor carrier=harbor kind=site-changed site-changed
    login carrier=harbor 
    submission attempt=a1 outcome=accepted submission=one 
      look carrier=harbor 
      submit carrier=harbor 
      commit carrier=harbor 
      verify carrier=harbor 
    submission attempt=a2 kind=site-changed outcome=ready submission=two site-changed
      look carrier=harbor kind=site-changed site-changed
  visit account=firm-granite carrier=granite kind=credentials credentials
    login carrier=granite kind=credentials credentials
`
	if diff := cmp.Diff(want, c.tree()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if want := []string{"deployment.environment.name=production", "service.name=lodge", "service.version=lodge 1"}; !slices.Equal(c.service, want) {
		t.Errorf("resource %q", c.service)
	}
	for _, m := range []struct {
		name, attr string
		n          int64
	}{
		{"lodge.submissions", "outcome=accepted", 1}, {"lodge.submissions", "outcome=ready", 1}, {"lodge.submissions", "carrier=harbor", 2},
		{"lodge.visits", "outcome=site-changed", 1}, {"lodge.visits", "carrier=granite", 1},
		{"lodge.login.failures", "outcome=credentials", 1}, {"lodge.login.failures", "carrier=harbor", 0},
		{"lodge.held", "state=accepted", 20}, {"lodge.needs", "who=biller", 3}, {"lodge.needs", "who=author", 0},
	} {
		if got := c.sum(m.name, m.attr); got != m.n {
			t.Errorf("%s{%s} = %d, want %d", m.name, m.attr, got, m.n)
		}
	}
	if got := c.metrics["lodge.faults"].GetSum().GetDataPoints(); len(got) != 1 || texts(got[0].Attributes)[0] != "message=evidence was not stored" {
		t.Errorf("lodge.faults: %v", got)
	}
	if got := c.metrics["lodge.due"].GetGauge().GetDataPoints(); len(got) != 1 || got[0].GetAsInt() != 7 {
		t.Errorf("lodge.due: %v", got)
	}
	steps := 0
	for _, p := range c.metrics["lodge.step.duration"].GetHistogram().GetDataPoints() {
		steps += int(p.Count)
	}
	if steps != 7 {
		t.Errorf("%d steps were measured", steps)
	}
	for _, never := range []string{narrative, "Conference", "INV-1", "INV-2"} {
		if strings.Contains(c.raw.String(), never) {
			t.Errorf("%q was sent", never)
		}
	}
}

func TestNothingWithoutEndpoint(t *testing.T) {
	tel := open(t, "", io.Discard)
	if tel != nil {
		t.Fatal("telemetry without an endpoint")
	}
	run := tel.Run()
	run.Visit("a", "b")(visit.Progress{Step: visit.StepLogin})
	run.End(nil)
	tel.Due(1)
	tel.Standing(nil, nil)
	if h := slog.DiscardHandler; tel.Handler(h) != h {
		t.Error("the log goes through telemetry that is none")
	}
	flush(t, tel)
}

// A collector that hangs, refuses or answers nonsense is told of once and keeps
// nobody waiting.
func TestCollectorsThatMisbehave(t *testing.T) {
	hang := make(chan struct{})
	serve := func(does http.HandlerFunc) string {
		s := httptest.NewServer(does)
		t.Cleanup(s.Close)
		return s.URL
	}
	for name, endpoint := range map[string]string{
		"refuses": "http://127.0.0.1:1",
		"hangs":   serve(func(http.ResponseWriter, *http.Request) { <-hang }),
		"500":     serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }),
		"429": serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(429)
		}),
		"cuts": serve(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
	} {
		var log bytes.Buffer
		tel := open(t, endpoint, &log)
		run := tel.Run()
		run.Visit("a", "b")(visit.Progress{Step: visit.StepLeft})
		run.End(nil)
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		tel.Close(ctx)
		cancel()
		if took := time.Since(begun); took > 4*time.Second {
			t.Errorf("%s: closing took %v", name, took)
		}
		if n := strings.Count(log.String(), "not delivered"); n != 1 {
			t.Errorf("%s: told %d times: %s", name, n, &log)
		}
	}
	close(hang)
}
