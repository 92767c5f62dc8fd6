package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// Patience is how long a webhook's receiver may take to answer, at most.
const Patience = 10 * time.Second

// Bounds of what a receiver may answer.
const (
	longestHeader = 32 << 10
	longestBody   = 64 << 10         // bytes that are read, and thrown away, to keep the connection
	longestAfter  = 60 * time.Minute // of Retry-After
)

// WebhookOptions say where a webhook goes and how it is signed.
type WebhookOptions struct {
	URL       string                                      // https, or http to this machine
	Secret    func(context.Context) (secret.Value, error) // as [CheckSecret] takes it; read for each submission
	Clock     clock.Clock
	UserAgent string
	Patience  time.Duration // 0: [Patience]
}

// A Webhook is a [Receiver] that is sent signed requests, as standardwebhooks.com
// specifies them.
type Webhook struct {
	WebhookOptions
	host   string
	client *http.Client
}

var _ Receiver = (*Webhook)(nil)

// NewWebhook returns a webhook, or says what is wrong with its address without
// quoting it: its path may hold a token.
func NewWebhook(o WebhookOptions) (*Webhook, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, errors.New("the address of a webhook is https://HOST/PATH without a user; plain http is only for this machine")
	}
	if o.Patience == 0 {
		o.Patience = Patience
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: longestHeader, TLSHandshakeTimeout: o.Patience,
		DialContext: (&net.Dialer{Timeout: o.Patience}).DialContext, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Webhook{o, u.Host, &http.Client{Transport: transport, CheckRedirect: stay, Timeout: o.Patience}}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Tell implements [Receiver] with one request an event.
func (w *Webhook) Tell(ctx context.Context, s submission.Submission, entries []submission.Entry, told func(int64) error) error {
	return Each(s, entries, told, func(e Event) error { return w.post(ctx, e) })
}

// Test implements [Receiver] with an event of the type lodge.test.
func (w *Webhook) Test(ctx context.Context) (string, error) {
	if err := w.post(ctx, Sample(w.Clock.Now())); err != nil {
		return "", err
	}
	return w.host + " took a signed event of the type lodge.test", nil
}

func (w *Webhook) post(ctx context.Context, event Event) error {
	value, err := w.Secret(ctx)
	if err != nil {
		return err
	}
	keys, err := keysOf(value)
	if err != nil {
		return err
	}
	body, err := json.Marshal(event)
	if err != nil {
		return err
	}
	at := w.Clock.Now()
	signature, err := sign(keys, event.ID, at, body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return w.without(err)
	}
	request.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {w.UserAgent},
		"Webhook-Id": {event.ID}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)}, "Webhook-Signature": {signature},
	}
	response, err := w.client.Do(request)
	if err != nil {
		return w.without(err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.CopyN(io.Discard, response.Body, longestBody)
	return w.answer(event, response)
}

// answer says what a receiver's answer means. Only 2xx is a yes.
func (w *Webhook) answer(event Event, r *http.Response) error {
	why := fmt.Sprintf("%s answers %d %s", w.host, r.StatusCode, http.StatusText(r.StatusCode))
	switch code := r.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code >= 500, code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests:
		return &LaterError{After: after(r.Header.Get("Retry-After"), w.Clock.Now()), Why: why}
	case code >= 300 && code < 400:
		why += ": redirects are not followed, the operator writes the address itself into lodge.yaml"
	}
	return &RefusedError{event, why}
}

// after reads Retry-After: seconds or a date (RFC 9110, 10.2.3).
func after(text string, now time.Time) time.Duration {
	d := time.Duration(0)
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), longestAfter)
}

// without is an error of the client without the address that it quotes.
func (w *Webhook) without(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		if u.Timeout() {
			return fmt.Errorf("%s has not answered in %s", w.host, w.Patience)
		}
		err = u.Err
	}
	return fmt.Errorf("%s cannot be reached: %w", w.host, err)
}
