package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/browser/egress"
	"example.com/lodge/internal/gate"
)

// wire is the browser's side of the gate: interception at the level of the
// whole browser, below every tab, popup, frame and worker.
type wire struct {
	ctx    context.Context // of the browser, and of the blank tab that stays
	keeper target.ID       // that tab
	lost   <-chan struct{} // closed when the browser has ended
	gate   *gate.Gate
	work   sync.WaitGroup

	popups  func() (release func(context.Context) error) // has popups live; nil: nobody closes them
	release func(context.Context) error                  // of the attempt under way
	busy    func() bool                                  // whether a page waits; nil: it may
	settle  func(context.Context) error                  // waits until closed pages have heard of it; nil: nobody can tell
}

var _ gate.Wire = (*wire)(nil)

// nothing is a pattern that matches no request. With it the browser builds
// every loader through the interceptor, so that a change of the pattern holds
// at once. A loader built before interception was on is never intercepted.
const nothing = "gate-never://*"

// everything is the pattern that holds all requests.
const everything = "*"

// startTime bounds each step of setting the wire up.
const startTime = 30 * time.Second

// holdRequests puts the requests of the browser of ctx into the hands of a gate.
// It must run before the first navigation. If it fails the browser must be
// ended, and the wire closed if there is one.
//
// Tabs bypass service workers. That is politeness towards their pages and no
// part of the gate: what service workers send is held too.
func holdRequests(ctx context.Context, way *egress.Proxy, o gate.Options) (*wire, error) {
	w, err := newWire(ctx, way, o)
	if err != nil {
		return nil, fmt.Errorf("browser: hold its requests: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for _, step := range []func(context.Context) error{
		w.listen,
		w.nothingLoaded,
		w.Idle,
		func(ctx context.Context) error { return socketsApart(ctx, way) },
	} {
		if err := step(ctx); err != nil {
			return w, fmt.Errorf("browser: hold its requests: %w", err)
		}
	}
	return w, nil
}

// newWire is a wire over the browser of ctx, whose own tab becomes the blank one
// that stays.
func newWire(ctx context.Context, way gate.Fuse, o gate.Options) (*wire, error) {
	if err := chromedp.Do(ctx); err != nil {
		return nil, err
	}
	c := chromedp.FromContext(ctx)
	w := &wire{ctx: ctx, keeper: c.Target.TargetID, lost: c.Browser.LostConnection}
	w.gate = gate.New(w, way, o)
	return w, nil
}

// Gate is the gate of this browser; nil if it was started without Egress.
func (b *Browser) Gate() *gate.Gate {
	if b.wire == nil {
		return nil
	}
	return b.wire.gate
}

// close waits for the wire's last commands. The browser must have ended.
func (w *wire) close() {
	if w == nil {
		return
	}
	w.gate.Close()
	w.work.Wait()
}

// listen reports what is paused to the gate. It runs where the browser's events
// are read, so it must not call the browser.
func (w *wire) listen(context.Context) error {
	return chromedp.ListenBrowser(w.ctx, func(ev any) {
		switch e := ev.(type) {
		case *fetch.EventRequestPaused:
			w.gate.Paused(request(e))
		case *fetch.EventAuthRequired:
			w.work.Go(func() { w.cancelAuth(e) })
		}
	})
}

// nothingLoaded refuses a browser in which a page is there already: its
// requests could not be held. Full Chromium has chrome: pages of its own.
func (w *wire) nothingLoaded(ctx context.Context) error {
	list, err := chromedp.Targets(ctx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if strings.HasPrefix(t.URL, "http") {
			return fmt.Errorf("too late: %s %s is there already", t.Type, t.URL)
		}
	}
	return nil
}

// testHost can never be on an allow-list: RFC 6761 keeps .invalid from the DNS.
const testHost = "gate-selftest.invalid"

// socketsApart proves that this browser sends WebSockets to their own port:
// the gate cannot hold them, so they must not use the commit's way out.
func socketsApart(ctx context.Context, way *egress.Proxy) error {
	_, err := chromedp.Run(ctx, chromedp.Evaluate[int](`new WebSocket("wss://`+testHost+`/"); 1`))
	if err != nil {
		return fmt.Errorf("open a WebSocket to see where it goes: %w", err)
	}
	port, err := way.AskedFor(ctx, testHost+":443")
	switch {
	case err != nil:
		return fmt.Errorf("see where WebSockets go: %w", err)
	case port != egress.Sockets:
		return errors.New("this Chromium sends WebSockets by the port for requests: it must not be used")
	}
	return nil
}

// Hold implements [gate.Wire]. A commit may go by way of a popup: from now on
// the guard lets them live.
func (w *wire) Hold(ctx context.Context) error {
	if w.popups != nil && w.release == nil {
		w.release = w.popups()
	}
	return w.pattern(ctx, everything)
}

// Idle implements [gate.Wire].
func (w *wire) Idle(ctx context.Context) error { return w.pattern(ctx, nothing) }

func (w *wire) pattern(ctx context.Context, url string) error {
	yes := true
	_, err := order(ctx, w, fetch.Enable, fetch.EnableParams{
		Patterns: []*fetch.RequestPattern{{URLPattern: url}}, HandleAuthRequests: &yes})
	return err
}

// Continue implements [gate.Wire].
func (w *wire) Continue(ctx context.Context, id string, answer bool) error {
	p := fetch.ContinueRequestParams{RequestID: fetch.RequestID(id)}
	if answer {
		p.InterceptResponse = &answer
	}
	_, err := order(ctx, w, fetch.ContinueRequest, p)
	if refusal, ok := errors.AsType[*cdproto.Error](err); ok {
		return fmt.Errorf("%w: %w", gate.ErrGone, refusal)
	}
	return err
}

// Fail implements [gate.Wire].
func (w *wire) Fail(ctx context.Context, id string) error {
	_, err := order(ctx, w, fetch.FailRequest, fetch.FailRequestParams{
		RequestID: fetch.RequestID(id), ErrorReason: network.ErrorReasonAborted})
	return err
}

// Body implements [gate.Wire].
func (w *wire) Body(ctx context.Context, id string) ([]byte, error) {
	r, err := order(ctx, w, fetch.GetResponseBody, fetch.GetResponseBodyParams{RequestID: fetch.RequestID(id)})
	return r.Body, err
}

// Busy implements [gate.Wire].
func (w *wire) Busy() bool { return w.busy == nil || w.busy() }

// Done implements [gate.Wire].
func (w *wire) Done() <-chan struct{} { return w.lost }

// cancelAuth answers no challenge: the answer would be the request once more.
func (w *wire) cancelAuth(e *fetch.EventAuthRequired) {
	ctx, cancel := context.WithTimeout(w.ctx, startTime)
	defer cancel()
	_, _ = order(ctx, w, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: e.RequestID,
		AuthChallengeResponse: &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}})
}

// order runs a command on the browser until ctx ends, which need not be one of
// chromedp's contexts.
func order[P, R any](ctx context.Context, w *wire, cmd cdp.Command[P, R], params P) (R, error) {
	run, cancel := w.within(ctx)
	defer cancel()
	r, err := chromedp.CallBrowser(run, cmd, params)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return r, err
}

// request is a paused request in the gate's words.
func request(e *fetch.EventRequestPaused) gate.Request {
	q := gate.Request{ID: string(e.RequestID), Method: e.Request.Method, URL: e.Request.URL,
		Type: kind(e), Body: body(e.Request), RedirectedBy: string(e.RedirectedRequestID), Frame: string(e.FrameID)}
	if e.ResponseStatusCode == 0 && e.ResponseErrorReason == "" {
		return q
	}
	q.Answer = &gate.Answer{Status: int(e.ResponseStatusCode), Header: http.Header{}, Error: string(e.ResponseErrorReason)}
	for _, h := range e.ResponseHeaders {
		q.Answer.Header.Add(h.Name, h.Value)
	}
	return q
}

// body is what the page wrote; what comes from files is not in the event.
func body(r *network.Request) string {
	var b strings.Builder
	for _, e := range r.PostDataEntries {
		b.Write(e.Bytes)
	}
	return b.String()
}

// kind is what a request was made for. What has no name here counts as active.
func kind(e *fetch.EventRequestPaused) gate.Type {
	switch e.ResourceType {
	case network.ResourceTypeDocument:
		return gate.Document
	case network.ResourceTypeImage, network.ResourceTypeStylesheet, network.ResourceTypeScript,
		network.ResourceTypeFont, network.ResourceTypeMedia, network.ResourceTypeManifest, network.ResourceTypePrefetch:
		return gate.Passive
	case network.ResourceTypePing, network.ResourceTypeCSPViolationReport:
		return gate.Beacon
	case network.ResourceTypeOther:
		if wantsImage(e.Request.Headers) {
			return gate.Passive // the tab's icon, which full Chromium asks for by itself
		}
	}
	return gate.Active
}

func wantsImage(h network.Headers) bool {
	for name, value := range h {
		if text, ok := value.(string); ok && strings.EqualFold(name, "Accept") {
			return strings.HasPrefix(text, "image/")
		}
	}
	return false
}
