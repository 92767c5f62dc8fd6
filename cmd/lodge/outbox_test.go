package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"example.com/lodge/internal/outbox"
)

const webhookKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// A ledgerOfBooks is a firm's own system that events are sent to.
type ledgerOfBooks struct {
	*httptest.Server
	mu     sync.Mutex
	code   int // 0: 200
	events []outbox.Event
	ids    []string
	bodies string
}

func newBooks(t *testing.T) *ledgerOfBooks {
	t.Helper()
	check, err := standardwebhooks.NewWebhook(webhookKey)
	if err != nil {
		t.Fatal(err)
	}
	b := &ledgerOfBooks{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		var e outbox.Event
		if check.VerifyIgnoringTimestamp(body, r.Header) != nil || json.Unmarshal(body, &e) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		b.ids, b.bodies = append(b.ids, r.Header.Get("webhook-id")), b.bodies+string(body)
		if b.code != 0 {
			w.WriteHeader(b.code)
			return
		}
		b.events = append(b.events, e)
	}))
	t.Cleanup(b.Close)
	return b
}

// took are the types of what came and was taken since the last time.
func (b *ledgerOfBooks) took() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var types []string
	for _, e := range b.events {
		types = append(types, e.Type)
	}
	b.events = nil
	return strings.Join(types, " ")
}

func (b *ledgerOfBooks) answers(code int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.code = code
}

// keeps is a world whose runs send to the books and keep status files. Nothing in
// it is fit to be filed, so that no browser is needed.
func keeps(t *testing.T, b *ledgerOfBooks) *world {
	t.Helper()
	w := newWorld(t)
	w.clock = systemClock()
	w.settings("browser: {allow_unsandboxed: true, path: /bin/true}\n" +
		"outbox: {books: {webhook: \"" + b.URL + "/" + token + "\"}, files: {status: true}}\n")
	w.in = strings.NewReader(webhookKey)
	w.must(exitDone, "secret", "set", "outbox", "books")
	return w
}

// A run sends what became of an invoice, once, and never a word of it.
func TestRunSendsBack(t *testing.T) {
	b := newBooks(t)
	w := keeps(t, b)
	_, bad := inbox(t)
	w.write("inbox/firm-harbor/Conference with client re settlement.txt", bad)
	w.must(exitPerson, "run")
	if got := b.took(); got != "invoice.quarantined" {
		t.Fatalf("it was told %q:\n%s", got, &w.err)
	}
	for _, text := range append(texts(t), token, webhookKey) {
		if text != "" && (strings.Contains(b.bodies, text) || strings.Contains(w.out.String()+w.err.String(), webhookKey)) {
			t.Errorf("%q was told:\n%s", text, b.bodies)
		}
	}
	files, err := filepath.Glob(filepath.Join(w.dir, "state", "status", "firm-harbor", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	status, err := os.ReadFile(files[0])
	if err != nil || !strings.Contains(string(status), `"state": "quarantined"`) {
		t.Errorf("%s, %v", status, err)
	}
	w.must(exitPerson, "run")
	if got := b.took(); got != "" {
		t.Errorf("told again: %s", got)
	}
}

// A receiver that fails costs the run a line in the log, keeps the other
// destination waiting for nothing, and is told by the next run, with the same id.
func TestSendingBackNeverFailsARun(t *testing.T) {
	b := newBooks(t)
	w := keeps(t, b)
	_, bad := inbox(t)
	w.write("inbox/firm-harbor/bad.txt", bad)
	b.answers(http.StatusInternalServerError)
	w.must(exitPerson, "run")
	said(t, w.err.String(), "destination books was not told", "answers 500")
	if text := w.err.String() + w.out.String(); strings.Contains(text, token) || strings.Contains(text, webhookKey) {
		t.Errorf("a secret is shown:\n%s", text)
	}
	if files, err := filepath.Glob(filepath.Join(w.dir, "state", "status", "*", "*.json")); err != nil || len(files) != 1 {
		t.Errorf("status files %v, %v", files, err)
	}
	b.answers(0)
	w.must(exitPerson, "run")
	if got := b.took(); got != "invoice.quarantined" {
		t.Errorf("the next run tells %q", got)
	}
	for _, id := range b.ids {
		if id != b.ids[0] {
			t.Errorf("the same event has the ids %q", b.ids)
		}
	}
}

// An operator gives up one event, or a destination that is gone.
func TestGivingUp(t *testing.T) {
	b := newBooks(t)
	w := keeps(t, b)
	_, bad := inbox(t)
	w.write("inbox/firm-harbor/bad.txt", bad)
	b.answers(http.StatusUnprocessableEntity)
	w.must(exitPerson, "run")
	said(t, w.err.String(), "is refused", "lodge outbox skip")
	w.must(exitFailed, "outbox", "forget", "books")
	said(t, w.err.String(), "take it out first")
	files, err := filepath.Glob(filepath.Join(w.dir, "state", "status", "firm-harbor", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	id := strings.TrimSuffix(filepath.Base(files[0]), ".json")
	w.must(exitFailed, "outbox", "skip", "files", id)
	said(t, w.err.String(), "nothing waits for destination files")
	said(t, w.must(exitDone, "outbox", "skip", "books", id), "invoice.quarantined of ", "is not sent to books any more")
	b.answers(0)
	w.must(exitPerson, "run")
	if got := b.took(); got != "" {
		t.Errorf("what was given up is told: %s", got)
	}
	w.settings("")
	said(t, w.must(exitDone, "outbox", "forget", "books"), "Nothing waits for destination books")
}

// What happens while Lodge watches is told while it watches.
func TestWatchSendsBack(t *testing.T) {
	b := newBooks(t)
	w := keeps(t, b)
	_, bad := inbox(t)
	w.write("inbox/firm-harbor/bad.txt", bad)
	ended := make(chan exit)
	go func() { ended <- w.run("run", "--watch") }()
	late := time.After(time.Minute)
	for b.took() == "" && !t.Failed() {
		select {
		case <-late:
			t.Error("nothing was told")
		case <-time.After(100 * time.Millisecond):
		}
	}
	w.signals <- syscall.SIGTERM
	if code := <-ended; code != exitDone {
		t.Errorf("exit %d: %s", code, &w.err)
	}
}

func TestOutboxTest(t *testing.T) {
	w, b := newWorld(t), newBooks(t)
	w.settings("")
	w.must(exitFailed, "outbox", "test")
	said(t, w.err.String(), "has no destination")
	w.settings("outbox: {books: {webhook: \"" + b.URL + "/" + token + "\"}, files: {status: true}}\n")
	w.must(exitUsage, "outbox", "test", "book")
	said(t, w.err.String(), `no such destination "book"`, "books, files")
	w.must(exitUsage, "secret", "set", "outbox", "files")
	said(t, w.must(exitFailed, "outbox", "test"), "destination books: not delivered", "lodge secret set outbox books", "destination files: files can be written")
	w.in = strings.NewReader("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	w.must(exitFailed, "secret", "set", "outbox", "books")
	said(t, w.err.String(), "a webhook's secret is whsec_", "nothing was changed")
	w.in = strings.NewReader(webhookKey)
	w.must(exitDone, "secret", "set", "outbox", "books")
	said(t, w.must(exitDone, "outbox", "test", "books"), "destination books:", "took a signed event of the type lodge.test")
	if got := b.took(); got != "lodge.test" {
		t.Errorf("%q", got)
	}
	said(t, w.must(exitPerson, "secret", "list"), "outbox       books")
	b.answers(http.StatusNotFound)
	said(t, w.must(exitFailed, "outbox", "test", "books"), "not delivered", "answers 404")
	if all := w.out.String() + w.err.String(); strings.Contains(all, token) || strings.Contains(all, "MfKQ9") {
		t.Errorf("a secret is shown:\n%s", all)
	}
}
