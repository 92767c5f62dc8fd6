package browser

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/browser/adverse"
	"example.com/lodge/internal/gate"
)

// handMade is a rig whose browser was started without the release's checks.
func handMade(t *testing.T, h byHand) *rig {
	t.Helper()
	r, err := newRig(t.Context(), plan{exe: headlessShell, cases: []adverse.Case{adverse.Form()}, patience: patience{patient, patient}, byHand: &h})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.end)
	return r
}

func TestSocketsByTheCommonPortAreRefused(t *testing.T) {
	r := handMade(t, byHand{flags: oneWay})
	if err := socketsApart(r.ctx, r.way); err == nil || !strings.Contains(err.Error(), "must not be used") {
		t.Errorf("got %v", err)
	}
}

// TestLoadedBrowserIsRefused: what was loaded before interception was on could
// not be held.
func TestLoadedBrowserIsRefused(t *testing.T) {
	r := handMade(t, byHand{flags: wayOut})
	if err := r.wire.nothingLoaded(r.ctx); err != nil {
		t.Errorf("a fresh browser: %v", err)
	}
	if err := chromedp.Do(r.ctx, chromedp.Navigate(r.site.URL(adverse.Form(), adverse.OK, "1"))); err != nil {
		t.Fatal(err)
	}
	if err := r.wire.nothingLoaded(r.ctx); err == nil || !strings.Contains(err.Error(), "too late") {
		t.Errorf("got %v", err)
	}
}

// killer ends the browser by force at one step of a commit.
type killer struct {
	*counter
	rig           *rig
	before, after bool // the commit is released
}

func (k killer) Continue(ctx context.Context, id string, answer bool) error {
	if answer && k.before {
		k.kill()
	}
	err := k.counter.Continue(ctx, id, answer)
	if answer && k.after {
		k.kill()
	}
	return err
}

func (k killer) kill() { _ = chromedp.FromContext(k.rig.ctx).Browser.Process().Kill() }

// TestBrowserDies: the commit ends at once, and says of itself what is true.
func TestBrowserDies(t *testing.T) {
	for name, k := range map[string]killer{"before the release": {before: true}, "after it": {after: true}} {
		t.Run(name, func(t *testing.T) {
			form := adverse.Form()
			r, err := newRig(t.Context(), plan{exe: headlessShell, cases: []adverse.Case{form}, patience: patience{patient, patient}})
			if err != nil {
				t.Fatal(err)
			}
			k.counter, k.rig = r.seen, r
			r.use(k, r.way)
			start := time.Now()
			q := r.run(form, adverse.Hang)
			took := time.Since(start)
			r.end()
			if q.err == nil || !errors.Is(q.trouble, errEnd) {
				t.Errorf("%v, %v", q.err, q.trouble)
			}
			if bad := r.judge(q); bad != "" {
				t.Error(bad)
			}
			if took > patient/2 {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestKindOfRequest: what the gate may take for part of a page, and what not.
func TestKindOfRequest(t *testing.T) {
	for _, tt := range []struct {
		kind   network.ResourceType
		accept string
		want   gate.Type
	}{
		{network.ResourceTypeDocument, "", gate.Document},
		{network.ResourceTypeImage, "", gate.Passive},
		{network.ResourceTypeScript, "", gate.Passive},
		{network.ResourceTypePrefetch, "", gate.Passive},
		{network.ResourceTypePing, "", gate.Beacon},
		{network.ResourceTypeCSPViolationReport, "", gate.Beacon},
		{network.ResourceTypeFetch, "image/png", gate.Active},
		{network.ResourceTypeXHR, "", gate.Active},
		{network.ResourceTypeEventSource, "", gate.Active},
		{network.ResourceTypeOther, "", gate.Active},
		{network.ResourceTypeOther, "*/*", gate.Active},
		{network.ResourceTypeOther, "image/avif,image/webp,*/*;q=0.8", gate.Passive},
	} {
		e := &fetch.EventRequestPaused{ResourceType: tt.kind, Request: &network.Request{Headers: network.Headers{"accept": tt.accept}}}
		if got := kind(e); got != tt.want {
			t.Errorf("%s %q: %s", tt.kind, tt.accept, got)
		}
	}
}
