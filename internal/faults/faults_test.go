package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sourcegraph/conc/panics"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/batch"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/faults"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/visit"
)

// narrative is what an invoice or a page may say and nobody else may read.
const narrative = "Conference with client re settlement authority"

const canary = "cAnArY7531"

// A sentry is a server that speaks Sentry's envelope endpoint.
type sentry struct {
	*httptest.Server
	mu     sync.Mutex
	raw    bytes.Buffer
	events []event
	paths  []string
}

// An event is what is looked at of one.
type event struct {
	Level, Release, Environment, Transaction string
	ServerName                               string `json:"server_name"`
	Fingerprint                              []string
	Tags                                     map[string]string
	User                                     map[string]any
	Modules                                  map[string]string
	Breadcrumbs                              []any
	Contexts                                 map[string]map[string]any
	Exception                                []struct {
		Type, Value string
		Stacktrace  *struct {
			Frames []struct {
				Function, Filename string
				Lineno             int
			}
		}
	}
}

func newSentry(t *testing.T) *sentry {
	s := &sentry{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.raw.Write(body)
		s.paths = append(s.paths, r.Method+" "+r.URL.Path)
		lines := strings.Split(string(body), "\n")
		for i := 1; i+1 < len(lines); i += 2 {
			var head struct{ Type string }
			var e event
			if json.Unmarshal([]byte(lines[i]), &head) != nil || head.Type != "event" || json.Unmarshal([]byte(lines[i+1]), &e) != nil {
				t.Errorf("not an event: %s", body)
			}
			s.events = append(s.events, e)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// dsn is the DSN of a project at s.
func (s *sentry) dsn() string {
	return strings.Replace(s.URL, "http://", "http://"+canary+"@", 1) + "/42"
}

func open(t *testing.T, dsn string) *faults.Sink {
	t.Helper()
	sink, err := faults.Open(faults.Options{DSN: dsn, Release: "lodge 1", Stage: "production", Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func flush(t *testing.T, s *faults.Sink) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s.Close(ctx)
}

func changed(on string) error {
	return carriers.Errorf(carriers.SiteChanged, "could not click %s: %w", narrative, &page.Miss{Reason: narrative, On: on})
}

// One page that has changed fails every invoice: it is one issue, told a few
// times, however the error comes back.
func TestOneIssueForOnePage(t *testing.T) {
	s := newSentry(t)
	sink := open(t, s.dsn())
	for i := range 200 {
		r := sink.Round()
		tell := r.Visit("firm-harbor", "harbor")
		err := changed("click #go")
		tell(visit.Progress{Step: visit.StepLogin})
		tell(visit.Progress{Step: visit.StepSubmit, ID: "id", Attempt: "at", Invoice: "INV-1"})
		tell(visit.Progress{Step: visit.StepDone, ID: fmt.Sprint("id", i), Attempt: "at", Invoice: "INV-1", Text: narrative, Err: err, On: "click #go"})
		whole := fmt.Errorf("invoice INV-1: %w", err)
		tell(visit.Progress{Step: visit.StepLeft, Err: whole, On: "click #go"})
		r.Failures([]batch.Failure{{Account: "firm-harbor", Err: whole}})
		r.Failed(nil)
	}
	flush(t, sink)
	if len(s.events) != 5 || s.paths[0] != "POST /api/42/envelope/" {
		t.Fatalf("%d events at %q", len(s.events), s.paths)
	}
	e := s.events[0]
	want := map[string]string{"carrier": "harbor", "account": "firm-harbor", "submission": "id0", "attempt": "at", "step": "submit", "asked": "click #go"}
	if diff := cmp.Diff(want, e.Tags); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"site-changed", "harbor", "submit", "click #go"}, e.Fingerprint); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if e.Level != "error" || e.Release != "lodge 1" || e.Environment != "production" || e.ServerName != "lodge" || len(e.Exception) != 1 {
		t.Errorf("%+v", e)
	}
	if len(e.User)+len(e.Modules)+len(e.Breadcrumbs) > 0 || e.Contexts["device"] != nil || e.Contexts["os"] != nil || e.Contexts["trace"] != nil {
		t.Errorf("more than a fault is told: %+v", e)
	}
	for _, never := range []string{narrative, "INV-1", "Conference"} {
		if strings.Contains(s.raw.String(), never) {
			t.Errorf("%q was sent:\n%s", never, s.raw.String())
		}
	}
}

func TestWhatIsAFault(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		fault bool
	}{
		"none":               {nil, false},
		"changed":            {changed("x"), true},
		"nobody foresaw it":  {errors.New(narrative), true},
		"a full disk":        {&fs.PathError{Op: "write", Path: narrative, Err: syscall.ENOSPC}, true},
		"the ledger":         {fmt.Errorf("x: %w", ledger.ErrBusy), true},
		"a defect":           {carriers.Errorf(carriers.Unclassified, "x"), true},
		"the site is down":   {carriers.Errorf(carriers.Unavailable, "x"), false},
		"refused":            {carriers.Errorf(carriers.Rejected, "x"), false},
		"a wrong password":   {carriers.Errorf(carriers.Credentials, "x"), false},
		"stopped":            {fmt.Errorf("x: %w", context.Canceled), false},
		"somebody else's":    {&ledger.HeldError{}, false},
		"suspended":          {&ledger.SuspendedError{}, false},
		"cut at the commit":  {fmt.Errorf("x: %w", gate.ErrNoAnswer), false},
		"taken over":         {fmt.Errorf("x: %w", ledger.ErrStale), false},
		"only a rehearsal":   {carriers.ErrRehearsal, false},
		"proven not sent":    {fmt.Errorf("x: %w", gate.ErrNotSent), false},
		"changed, and ended": {errors.Join(changed("x"), context.Canceled), true},
	} {
		f, ok := faults.Of(c.err)
		if ok != c.fault || strings.Contains(fmt.Sprintf("%+v", f), narrative) {
			t.Errorf("%s: %+v, %v", name, f, ok)
		}
	}
	if f, _ := faults.Of(&fs.PathError{Op: "write", Path: narrative, Err: syscall.ENOSPC}); f.Cause != "no space left on device" {
		t.Errorf("cause %q", f.Cause)
	}
}

// A log's errors are reported with what names something, and nothing else.
func TestErrorsInTheLog(t *testing.T) {
	s := newSentry(t)
	sink := open(t, s.dsn())
	var text bytes.Buffer
	log := slog.New(sink.Handler(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelError + 1})))
	log = log.With("account", "firm-harbor", "carrier", "harbor")
	log.Warn("a warning", "error", narrative)
	log.Error("evidence was not stored", "invoice", "INV-1", "attempt", "at", "name", "answer.json", "error",
		fmt.Errorf("%s: %w", narrative, syscall.ENOSPC), "text", narrative)
	recovered := panics.Try(func() { panic(narrative + "\nstacktrace:\nSettlement(0x1)\n\t/privileged.go:1\n") })
	log.Error("a defect in the program", "panic", recovered.String())
	flush(t, sink)
	if len(s.events) != 2 || text.Len() > 0 {
		t.Fatalf("%d events; log %q", len(s.events), &text)
	}
	if diff := cmp.Diff([]string{"evidence was not stored", "harbor", "answer.json", ""}, s.events[0].Fingerprint); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if is := s.events[0].Contexts["cause"]["is"]; is != "no space left on device" {
		t.Errorf("cause %v", is)
	}
	stack := s.events[1].Exception[0].Stacktrace
	found := false
	for _, f := range stack.Frames {
		found = found || strings.Contains(f.Function, "TestErrorsInTheLog") && f.Filename == "faults/faults_test.go" && f.Lineno > 0
	}
	if !found {
		t.Errorf("the stack does not tell where: %+v", stack)
	}
	for _, never := range []string{narrative, "Conference", "INV-1", "Settlement", "privileged"} {
		if strings.Contains(s.raw.String(), never) {
			t.Errorf("%q was sent:\n%s", never, s.raw.String())
		}
	}
}

func TestNothingWithoutDSN(t *testing.T) {
	sink := open(t, "")
	if sink != nil {
		t.Fatal("a sink without a DSN")
	}
	sink.Report(faults.Fault{What: "x"})
	sink.Round().Failed(changed("x"))
	h := slog.DiscardHandler
	if sink.Handler(h) != h {
		t.Error("the log goes through a sink that is none")
	}
	flush(t, sink)
}

// Nobody is kept waiting by a server that hangs or is not there.
func TestClosingIsBounded(t *testing.T) {
	hang := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(hang) })
	for name, dsn := range map[string]string{"hangs": strings.Replace(s.URL, "http://", "http://"+canary+"@", 1) + "/1", "refuses": "http://" + canary + "@127.0.0.1:1/1"} {
		sink := open(t, dsn)
		for i := range 150 { // more than may wait
			sink.Report(faults.Fault{What: fmt.Sprint(i)})
		}
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		sink.Close(ctx)
		cancel()
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func TestWrongDSNIsNotQuoted(t *testing.T) {
	_, err := faults.Open(faults.Options{DSN: "https://" + canary + "@host/not-a-number-%zz", Clock: clock.System{}})
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("error: %v", err)
	}
}
