package observe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/observe"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/visit"
)

const key = "0123456789abcdef" // of Sentry's project

// A listener takes what Sentry and a collector are sent.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	bodies map[string][]byte // by path
}

func listen(t *testing.T) *listener {
	l := &listener{bodies: map[string][]byte{}}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.bodies[r.URL.Path] = append(l.bodies[r.URL.Path], body...)
	}))
	t.Cleanup(l.Close)
	return l
}

// heard says whether anything came to a path.
func (l *listener) heard(path string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.bodies[path])
}

func (l *listener) dsn() string {
	return strings.Replace(l.URL, "http://", "http://"+key+"@", 1) + "/1"
}

// visited goes through a visit whose page was not as expected, and returns how many
// steps its caller was told of.
func visited(o *observe.Observers) int {
	told := 0
	round := o.Round()
	tell := round.Visit("acme", "harbor", func(visit.Progress) { told++ })
	tell(visit.Progress{Account: "acme", Step: visit.StepLogin})
	tell(visit.Progress{Account: "acme", Step: visit.StepLeft, On: `button "Submit"`, Err: carriers.Errorf(carriers.SiteChanged, "no button")})
	round.End(batch.Result{Failures: []batch.Failure{{Account: "acme", Err: errors.New("it broke")}}}, nil)
	return told
}

func closed(t *testing.T, o *observe.Observers) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o.Close(ctx)
}

// Whoever lodge.yaml names is told of visits and of errors in the log, and the caller
// too. Sentry's key is in no line of the log.
func TestToldToAll(t *testing.T) {
	l := listen(t)
	var log bytes.Buffer
	scrub := &secret.Scrubber{}
	lines := slog.New(slog.NewTextHandler(&log, nil))
	o := observe.Open(t.Context(), config.Config{Sentry: l.dsn(), Telemetry: l.URL, Stage: "staging"}, clock.System{}, scrub, lines)
	slog.New(o.Handler(lines.Handler())).Error("the ledger fails", "account", "acme", "error", "at "+l.dsn())
	if told := visited(o); told != 2 {
		t.Errorf("the caller was told of %d steps", told)
	}
	closed(t, o)
	for _, path := range []string{"/api/1/envelope/", "/v1/traces", "/v1/metrics"} {
		if l.heard(path) == "" {
			t.Errorf("nothing came to %s", path)
		}
	}
	if span := "\x2a\x03run"; !strings.Contains(l.heard("/v1/traces"), span) { // the name of one, as OTLP has it
		t.Error("the collector was not told that the run is over")
	}
	for _, fault := range []string{"the ledger fails", "Submit", "unclassified"} {
		if !strings.Contains(l.heard("/api/1/envelope/"), fault) {
			t.Errorf("Sentry was not told of: %s", fault)
		}
	}
	if !strings.Contains(log.String(), "the ledger fails") || strings.Contains(log.String(), key) {
		t.Errorf("the log:\n%s", &log)
	}
}

// Without anybody to tell, and with an address that cannot be used, everything goes on.
// What is wrong is told once, without the key.
func TestDoneWithout(t *testing.T) {
	for _, c := range []struct {
		name, sentry string
		warned       bool
	}{
		{name: "nobody"},
		{name: "unusable", sentry: "ftp://" + key + "@sentry.example.com/1", warned: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			lines := slog.New(slog.NewTextHandler(&log, nil))
			o := observe.Open(t.Context(), config.Config{Sentry: c.sentry}, clock.System{}, &secret.Scrubber{}, lines)
			if warned := strings.Contains(log.String(), "not sent"); warned != c.warned || strings.Contains(log.String(), key) {
				t.Errorf("the log:\n%s", &log)
			}
			slog.New(o.Handler(lines.Handler())).Error("the ledger fails")
			if told := visited(o); told != 2 || !strings.Contains(log.String(), "the ledger fails") {
				t.Errorf("the caller was told of %d steps; the log:\n%s", told, &log)
			}
			closed(t, o)
		})
	}
	closed(t, nil)
}
