package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/secret"
)

// noon is a Monday.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// A rig is a notifier with a clock of its own and one address for each channel.
type rig struct {
	*notify.Notifier
	now     time.Time
	address map[string]string
	log     *bytes.Buffer
	options notify.Options
}

// Now implements [clock.Clock].
func (r *rig) Now() time.Time { return r.now }

// Boot implements [clock.Clock].
func (r *rig) Boot() time.Duration { return clock.System{}.Boot() }

var everybody = []carriers.Person{carriers.Biller, carriers.Operator, carriers.Author}

func channel(name string) config.Channel {
	return config.Channel{Name: name, For: everybody, Quiet: config.DefaultQuiet, Remind: config.DefaultRemind}
}

func newRig(t testing.TB, address map[string]string, channels ...config.Channel) *rig {
	t.Helper()
	r := &rig{now: noon, address: address, log: &bytes.Buffer{}}
	r.options = notify.Options{
		Channels: channels, Memory: filepath.Join(t.TempDir(), "told.json"), Clock: r, Zone: time.UTC,
		Log: slog.New(slog.NewTextHandler(r.log, nil)), Patience: 5 * time.Second,
		Address: r.secret,
	}
	r.again()
	return r
}

// secret is the store of the channels' addresses.
func (r *rig) secret(_ context.Context, channel string) (secret.Value, error) {
	if a, ok := r.address[channel]; ok {
		return secret.NewValue(a), nil
	}
	return secret.Value{}, &secret.MissingError{Account: "notify", Key: channel}
}

// again is another process with the same memory.
func (r *rig) again() { r.Notifier = notify.New(r.options) }

func (r *rig) tell(t testing.TB, items ...notify.Item) {
	t.Helper()
	r.Tell(t.Context(), func(context.Context) ([]notify.Item, error) { return items, nil })
}

// rejected are n rejected invoices of an account.
func rejected(account string, n int) []notify.Item {
	var items []notify.Item
	for i := range n {
		number := "INV-" + string(rune('A'+i/26%26)) + string(rune('A'+i%26)) + "-1"
		items = append(items, notify.Item{ID: account + number, Account: account, Carrier: "harbor", Who: carriers.Biller,
			What: notify.Rejected, Invoice: number, Key: "id" + number, Since: noon.Add(-time.Hour)})
	}
	return items
}

// A hook is a web server that takes messages.
type hook struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	seen   []*http.Request
	answer func(http.ResponseWriter, *http.Request)
}

func newHook(t testing.TB) *hook {
	t.Helper()
	h := &hook{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		answer := h.answer
		if answer == nil {
			h.bodies, h.seen = append(h.bodies, string(body)), append(h.seen, r)
		}
		h.mu.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		_, _ = io.WriteString(w, "ok")
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) does(answer func(http.ResponseWriter, *http.Request)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

// took returns what was taken since the last time.
func (h *hook) took() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	bodies := h.bodies
	h.bodies = nil
	return bodies
}

// host is the server's host and port.
func (h *hook) host() string { return strings.TrimPrefix(h.URL, "http://") }

// plain is the address that sends the text alone.
func (h *hook) plain() string { return "generic://" + h.host() + "/in?disabletls=yes" }

// A posted message is what a webhook gets with template=json.
type posted struct{ Title, Message string }

func decode(t testing.TB, body string) posted {
	t.Helper()
	var p posted
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return p
}
