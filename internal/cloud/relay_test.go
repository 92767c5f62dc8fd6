package cloud_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/emulator/receivers"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// signing is a key that webhooks are signed with.
const signing = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// books is a webhook's receiver, which checks what it gets with the specification's own
// library.
type books struct {
	*httptest.Server
	meet func() // is called while it is told

	mu     sync.Mutex
	wrong  []error
	agents []string
}

func newBooks(t *testing.T) *books {
	t.Helper()
	check, err := standardwebhooks.NewWebhook(signing)
	if err != nil {
		t.Fatal(err)
	}
	b := &books{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		b.agents = append(b.agents, r.UserAgent())
		if err := check.Verify(body, r.Header); err != nil {
			b.wrong = append(b.wrong, err)
		}
		b.mu.Unlock()
		if b.meet != nil {
			b.meet()
		}
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *books) told() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.agents)
}

// register puts an invoice into the ledger of a deployment.
func register(t *testing.T, d *cloud.Deployment, number string) submission.Submission {
	t.Helper()
	r, err := d.Ledger.Register(t.Context(), "harbor", key(number),
		submission.Revision{State: submission.Ready, Object: submission.Object{Name: number, SHA: "s" + number, Canon: "c" + number}}, "intake")
	if err != nil {
		t.Fatal(err)
	}
	return r.Submission
}

// TestRelay: each kind of destination is told what happened since the relay was made,
// once: the webhook with the key of its name, the files below the bucket's own prefix.
func TestRelay(t *testing.T) {
	hook, topics, buses := newBooks(t), receivers.StartTopic(t), receivers.StartBus(t)
	t.Setenv("AWS_ENDPOINT_URL_SNS", topics.URL)
	t.Setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", buses.URL)
	const arn = "arn:aws:sns:us-east-1:123456789012:invoices"
	d := deployed(t, `outbox: {files: {status: true}, books: {webhook: "`+hook.URL+`"}, bus: {eventbridge: invoices}, topic: {sns: "`+arn+`"}}`)
	if err := d.Secrets.Set(t.Context(), config.OutboxAccount, "books", secret.NewValue(signing)); err != nil {
		t.Fatal(err)
	}
	early := register(t, d, "A-1")
	relay, err := d.Relay(t.Context(), "trigger", d.Config.Outbox, clock.System{}, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	s := register(t, d, "A-2")
	for range 2 {
		relay.Pass(t.Context())
	}
	hook.mu.Lock()
	if len(hook.agents) != 1 || len(hook.wrong) != 0 || !strings.HasPrefix(hook.agents[0], "Lodge/") {
		t.Errorf("the webhook was told by %q, wrongly %v", hook.agents, hook.wrong)
	}
	hook.mu.Unlock()
	if m := topics.Delivered(); len(m) != 1 || m[0].Topic != arn || !strings.Contains(m[0].Text, s.ID) {
		t.Errorf("the topic was told %+v", m)
	}
	if e := buses.Taken(); len(e) != 1 || e[0].EventBusName != "invoices" || !strings.Contains(e[0].Detail, s.ID) {
		t.Errorf("the bus was told %+v", e)
	}
	kept, err := d.Objects("")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for e, err := range kept.List(t.Context(), strings.TrimSuffix(config.StatusKeys, "/"), false) {
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, e.Name)
	}
	name := config.StatusKeys + account + "/" + s.ID + ".json"
	text, err := objects.Read(t.Context(), kept, name, 1<<20)
	var status outbox.Status
	if err != nil || json.Unmarshal(text, &status) != nil || status.State != submission.Ready || !slices.Equal(files, []string{name}) {
		t.Errorf("files %v, %s, %v; nothing is told of %s, from before", files, text, err, early.ID)
	}
}

// TestRelaysTakeTurns: of those who share the ledger one tells at a time.
func TestRelaysTakeTurns(t *testing.T) {
	hook := newBooks(t)
	d := deployed(t, `outbox: {books: {webhook: "`+hook.URL+`"}}`)
	if err := d.Secrets.Set(t.Context(), config.OutboxAccount, "books", secret.NewValue(signing)); err != nil {
		t.Fatal(err)
	}
	relays := map[string]*outbox.Relay{}
	for _, owner := range []string{"trigger", "ecs:1"} {
		r, err := d.Relay(t.Context(), owner, d.Config.Outbox, clock.System{}, slog.New(slog.NewTextHandler(t.Output(), nil)))
		if err != nil {
			t.Fatal(err)
		}
		relays[owner] = r
	}
	register(t, d, "A-1")
	other := context.WithoutCancel(t.Context())
	hook.meet = func() {
		hook.meet = nil
		relays["ecs:1"].Pass(other)
	}
	relays["trigger"].Pass(t.Context())
	if n := hook.told(); n != 1 {
		t.Errorf("told %d times: both had the turn", n)
	}
}

// TestRelayThatCannotBe: which destination cannot be told is said, and none is owed
// anything by halves.
func TestRelayThatCannotBe(t *testing.T) {
	d := deployed(t, "")
	_, err := d.Relay(t.Context(), "trigger", []config.Destination{{Name: "files", Status: true}, {Name: "books", Webhook: "http://books.example/t0ken"}},
		clock.System{}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "destination books: ") || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("%v", err)
	}
	register(t, d, "A-1")
	if owed, err := d.Ledger.Owed(t.Context(), "files", "", 1); err != nil || len(owed) != 0 {
		t.Errorf("owed %v, %v", owed, err)
	}
}
