package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/lodge/internal/demo"
	"example.com/lodge/internal/portal"
	"example.com/lodge/ledes"
)

// A listener takes whatever people, Sentry and a collector are sent.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	bodies map[string][]string // by path
	code   int                 // 0: 200
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{bodies: map[string][]string{}}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.code != 0 {
			w.WriteHeader(l.code)
			return
		}
		l.bodies[r.URL.Path] = append(l.bodies[r.URL.Path], string(body))
	}))
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	t.Cleanup(l.Close)
	return l
}

// took returns what came to a path since the last time.
func (l *listener) took(path string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.bodies[path]
	delete(l.bodies, path)
	return list
}

func (l *listener) answers(code int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.code = code
}

// token is the part of a channel's address that nobody may see.
const token = "tOkEn75310"

// told adds a channel, Sentry and a collector, all at l, to the firm.
func (f *firm) channels(l *listener) {
	f.t.Helper()
	path := filepath.Join(f.dir, "lodge.yaml")
	settings, err := os.ReadFile(path)
	if err != nil {
		f.t.Fatal(err)
	}
	f.write("lodge.yaml", string(settings)+"notify: {ops: {quiet: 1}}\n")
	f.in = strings.NewReader("generic+" + l.URL + "/ops/" + token)
	f.must(exitDone, "secret", "set", "notify", "ops")
	host := strings.TrimPrefix(l.URL, "http://")
	f.environ = []string{"LODGE_SENTRY_DSN=http://0123456789abcdef@" + host + "/1", "OTEL_EXPORTER_OTLP_ENDPOINT=" + l.URL}
}

// texts are what invoices and pages say: everything in the demo's files that is
// longer than a word, and words of the portal's pages.
func texts(t *testing.T) []string {
	t.Helper()
	files, err := demo.Inbox(noon)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{"Review of", "Invoice", "Harbor Mutual", "Conference", "settlement"}
	for _, f := range files {
		read, err := ledes.Read(bytes.NewReader(f.Bytes), ledes.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, inv := range read.Invoices {
			for _, line := range inv.Lines {
				list = append(list, line.Description, line.Timekeeper.Name)
			}
		}
	}
	return list
}

// A run tells people what needs them, once, a collector what it did, and Sentry
// only of faults; and none of them a text of anybody's.
func TestRunTellsPeople(t *testing.T) {
	t.Parallel()
	f, l := newFirm(t), listen(t)
	f.channels(l)
	_, bad := inbox(t)
	f.write("inbox/firm-harbor/Conference with client re settlement.txt", bad)
	if _, err := f.portal.Faults().Add(portal.Fault{What: portal.Changed, At: portal.UploadPage}); err != nil {
		t.Fatal(err)
	}
	f.must(exitPerson, "run")

	messages, faults, spans := l.took("/ops/"+token), l.took("/api/1/envelope/"), l.took("/v1/traces")
	if len(messages) != 1 || len(faults) != 1 || len(spans) == 0 || len(l.took("/v1/metrics")) == 0 {
		t.Fatalf("%d messages, %d faults, %d times spans:\n%s", len(messages), len(faults), len(spans), &f.err)
	}
	said(t, messages[0], "Lodge: 2 invoices need somebody", "The biller acts:\n- firm-harbor (harbor): 1 invoice not fit to be filed",
		"The author acts:\n- firm-harbor (harbor): 1 invoice waiting: the carrier's site has changed", ": MQ-10", "type lodge status")
	said(t, faults[0], `"fingerprint":["site-changed","harbor","submit","`, `"account":"firm-harbor"`)
	all := messages[0] + faults[0] + fmt.Sprint(spans)
	for _, text := range append(texts(t), token) {
		if text != "" && strings.Contains(all, text) {
			t.Errorf("%q was told:\n%s", text, all)
		}
	}
	if strings.Contains(faults[0], "MQ-10") {
		t.Errorf("an invoice's number is Sentry's:\n%s", faults[0])
	}
	f.must(exitPerson, "run")
	if again := l.took("/ops/" + token); len(again) > 0 {
		t.Errorf("told again: %q", again)
	}
}

// A service that fails costs the run nothing but a line in the log, and the next
// run tells.
func TestTellingNeverFailsARun(t *testing.T) {
	t.Parallel()
	f, l := newFirm(t), listen(t)
	f.channels(l)
	l.answers(http.StatusInternalServerError)
	_, bad := inbox(t)
	f.write("inbox/firm-harbor/bad.txt", bad)
	out := f.must(exitPerson, "run")
	said(t, out, "1 accepted")
	said(t, f.err.String(), "channel ops was not told", "500 Internal Server Error")
	if strings.Contains(f.err.String()+out, token) {
		t.Errorf("a secret is shown:\n%s", &f.err)
	}
	l.answers(0)
	f.must(exitPerson, "run")
	if messages := l.took("/ops/" + token); len(messages) != 1 {
		t.Errorf("the next run tells %q", messages)
	}
}

func TestNotifyTest(t *testing.T) {
	w, l := newWorld(t), listen(t)
	w.settings("")
	w.must(exitFailed, "notify", "test")
	said(t, w.err.String(), "has no channel")
	w.settings("notify: {billing: {for: [biller]}, ops: {}}\n")
	w.must(exitUsage, "notify", "test", "bills")
	said(t, w.err.String(), `no channel "bills"`, "billing, ops")
	w.must(exitUsage, "secret", "set", "notify", "bills")
	said(t, w.must(exitFailed, "notify", "test"), "channel billing: not delivered", "lodge secret set notify billing")

	w.in = strings.NewReader("https://hooks.example/" + token)
	w.must(exitFailed, "secret", "set", "notify", "billing")
	said(t, w.err.String(), "channel billing: its address is none that Lodge understands", "nothing was changed")
	w.in = strings.NewReader("generic+" + l.URL + "/" + token)
	w.must(exitDone, "secret", "set", "notify", "billing")
	said(t, w.must(exitDone, "notify", "test", "billing"), "channel billing: the service took the message")
	if got := l.took("/" + token); len(got) != 1 || !strings.Contains(got[0], "this is a test") {
		t.Errorf("%q", got)
	}
	said(t, w.must(exitPerson, "secret", "list"), "notify       billing", "notify       ops", "missing (address of the service")
	if all := w.out.String() + w.err.String(); strings.Contains(all, token) {
		t.Errorf("a secret is shown:\n%s", all)
	}
	w.environ = []string{"LODGE_SECRET_NOTIFY_OPS=generic+" + l.URL + "/env"}
	w.must(exitDone, "notify", "test", "ops")
	if got := l.took("/env"); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
