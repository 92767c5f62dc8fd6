package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

const (
	key      = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	otherKey = "whsec_bm90aGluZyB0byBzZWUgaGVyZSwgZ28gb24h"
)

// A site is a receiver that checks signatures with the specification's own library
// and takes each webhook-id once.
type site struct {
	*httptest.Server
	mu      sync.Mutex
	once    map[string]bool
	taken   []string // type and seq by invoice, in order, each once
	bodies  []string
	headers []http.Header
	wrong   []error
	answer  func(w http.ResponseWriter) bool // true: it has answered
}

func newSite(t *testing.T, key string) *site {
	t.Helper()
	check, err := standardwebhooks.NewWebhook(key)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{once: map[string]bool{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.headers, s.bodies = append(s.headers, r.Header), append(s.bodies, string(body))
		err = errors.Join(err, check.VerifyIgnoringTimestamp(body, r.Header))
		var e outbox.Event
		if err = errors.Join(err, json.Unmarshal(body, &e)); err != nil {
			s.wrong = append(s.wrong, err)
		}
		if s.answer != nil && s.answer(w) {
			return
		}
		if id := r.Header.Get("webhook-id"); !s.once[id] {
			s.once[id] = true
			s.taken = append(s.taken, fmt.Sprintf("%s/%d %s", e.Data.Number, e.Data.Seq, e.Type))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) answers(f func(w http.ResponseWriter) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

func with(code int) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool { w.WriteHeader(code); return true }
}

func (r *rig) webhook(url, key string) outbox.Destination {
	r.t.Helper()
	w, err := outbox.NewWebhook(outbox.WebhookOptions{URL: url, Clock: r.clock, UserAgent: "Lodge/test", Patience: 2 * time.Second,
		Secret: func(context.Context) (secret.Value, error) { return secret.NewValue(key), nil }})
	if err != nil {
		r.t.Fatal(err)
	}
	return outbox.Destination{Name: "books", To: w}
}

// What is sent is signed so that the specification's own library takes it, with
// the key itself, the new and the old one, and no other.
func TestSignature(t *testing.T) {
	for name, c := range map[string]struct {
		with, by string
		good     bool
	}{
		"one key":       {key, key, true},
		"the new one":   {otherKey + " " + key, otherKey, true},
		"the old one":   {otherKey + " " + key, key, true},
		"another's key": {otherKey, key, false},
	} {
		r, s := newRig(t), newSite(t, c.by)
		relay := r.relay(r.ledger, r.webhook(s.URL+"/x", c.with))
		r.moves(invoice("INV-1"), submission.Ready)
		relay.Pass(t.Context())
		if len(s.headers) != 1 || (len(s.wrong) == 0) != c.good {
			t.Fatalf("%s: %d came: %v", name, len(s.headers), s.wrong)
		}
		h := s.headers[0]
		if h.Get("webhook-timestamp") != fmt.Sprint(r.clock.Now().Unix()) || h.Get("content-type") != "application/json" || h.Get("user-agent") != "Lodge/test" {
			t.Errorf("%s: headers %v", name, h)
		}
	}
}

// A receiver that is down, or that takes an event and whose answer is lost, knows
// each event once in the end, in order, by its webhook-id.
func TestEachOnceByID(t *testing.T) {
	r, s := newRig(t), newSite(t, key)
	n := 0
	s.answers(func(w http.ResponseWriter) bool {
		n++
		switch n % 4 {
		case 0:
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		case 1:
			panic(http.ErrAbortHandler)
		}
		return false
	})
	lost := &forgetful{r.ledger, true}
	relay := r.relay(lost, r.webhook(s.URL, key))
	for _, number := range []string{"INV-1", "INV-2"} {
		r.moves(invoice(number), life...)
	}
	for range 20 {
		relay.Pass(t.Context())
		r.clock.pass(time.Hour)
	}
	lost.lost = false
	for range 30 {
		relay.Pass(t.Context())
		r.clock.pass(time.Hour)
	}
	for _, number := range []string{"INV-1", "INV-2"} {
		var got []string
		for _, line := range s.taken {
			if strings.HasPrefix(line, number) {
				got = append(got, line)
			}
		}
		want := strings.ReplaceAll("N/1 invoice.ready, N/2 invoice.submitting, N/3 invoice.submitted, N/4 invoice.accepted", "N", number)
		if strings.Join(got, ", ") != want {
			t.Errorf("%s; want %s", strings.Join(got, ", "), want)
		}
	}
	if len(s.bodies) <= len(s.taken) || len(s.wrong) > 0 {
		t.Errorf("%d came, %d were taken: %v", len(s.bodies), len(s.taken), s.wrong)
	}
}

// What each answer means.
func TestAnswers(t *testing.T) {
	for code, want := range map[int]string{
		200: "", 202: "", 204: "", 301: "redirects are not followed", 302: "redirects are not followed", 307: "redirects are not followed",
		400: "is refused", 401: "is refused", 404: "is refused", 410: "is refused", 422: "is refused",
		408: "later", 425: "later", 429: "later", 500: "later", 502: "later", 503: "later",
	} {
		r, s := newRig(t), newSite(t, key)
		s.answers(func(w http.ResponseWriter) bool {
			w.Header().Set("Location", s.URL+"/elsewhere")
			w.Header().Set("Retry-After", "120")
			return with(code)(w)
		})
		_, err := r.webhook(s.URL, key).To.Test(t.Context())
		later, isLater := errors.AsType[*outbox.LaterError](err)
		_, refused := errors.AsType[*outbox.RefusedError](err)
		switch {
		case want == "":
			if err != nil {
				t.Errorf("%d: %v", code, err)
			}
		case want == "later":
			if !isLater || later.After != 2*time.Minute {
				t.Errorf("%d: %v", code, err)
			}
		case !refused || !strings.Contains(err.Error(), want):
			t.Errorf("%d: %v", code, err)
		}
		if len(s.headers) != 1 {
			t.Errorf("%d: %d requests", code, len(s.headers))
		}
	}
}

// A receiver that does not answer, or answers without end, costs its time and no
// more.
func TestEndless(t *testing.T) {
	r := newRig(t)
	for name, f := range map[string]http.HandlerFunc{
		"silent": func(_ http.ResponseWriter, q *http.Request) {
			_, _ = io.Copy(io.Discard, q.Body)
			<-q.Context().Done()
		},
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		},
	} {
		s := httptest.NewServer(f)
		begun := time.Now()
		_, err := r.webhook(s.URL, key).To.Test(t.Context())
		if name == "silent" && (err == nil || !strings.Contains(err.Error(), "has not answered in 2s")) || name == "endless" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("%s: took %s", name, took)
		}
		s.CloseClientConnections()
		s.Close()
	}
}

// Addresses that are refused, without being quoted.
func TestAddresses(t *testing.T) {
	for address, good := range map[string]bool{
		"https://books.example/lodge?x=tOkEn": true, "http://127.0.0.1:9/x": true, "http://[::1]:9": true, "http://localhost/x": true,
		"http://books.example/tOkEn": false, "https://ann:tOkEn@books.example/": false, "ftp://books.example/tOkEn": false,
		"books.example/tOkEn": false, "https:///tOkEn": false, "https://books.example/#tOkEn": false, "http://127.0.0.1.evil.example/tOkEn": false, "": false,
	} {
		_, err := outbox.NewWebhook(outbox.WebhookOptions{URL: address})
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "tOkEn") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Neither the key nor the address's path is in an error or in the log, whatever
// fails.
func TestNothingIsTold(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	s := newSite(t, key)
	s.answers(func(w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "bad key "+key)
		return true
	})
	for _, c := range []struct{ url, key string }{{closed.URL + "/tOkEn", key}, {s.URL + "/tOkEn", key}, {s.URL + "/tOkEn", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}} {
		r := newRig(t)
		relay := r.relay(r.ledger, r.webhook(c.url, c.key))
		r.moves(invoice("INV-1"), submission.Ready)
		relay.Pass(t.Context())
		_, err := r.webhook(c.url, c.key).To.Test(t.Context())
		if err == nil || r.log.text() == "" {
			t.Errorf("it did not fail: %v", err)
		}
		for _, text := range []string{"MfKQ9r8G", "tOkEn"} {
			if strings.Contains(r.log.text()+fmt.Sprintf("%+v", err), text) {
				t.Errorf("%s is told: %v\n%s", text, err, r.log.text())
			}
		}
	}
}
