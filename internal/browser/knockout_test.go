package browser

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/browser/adverse"
	"example.com/lodge/internal/browser/egress"
	sums "example.com/lodge/internal/campaign/tally"
	"example.com/lodge/internal/gate"
)

// Each knock-out takes one thing away that the gate does, and must make its
// case fail. They are doubles of these tests: a release cannot take anything
// away.

// noFuse holds and releases, and never closes the way out.
type noFuse struct{ *egress.Proxy }

func (noFuse) Unhush()                                                              {}
func (noFuse) Hush()                                                                {}
func (noFuse) Arm(context.Context, gate.Commit, time.Duration, time.Duration) error { return nil }
func (noFuse) Blow()                                                                {}
func (noFuse) Spent() gate.Spent                                                    { return gate.Spent{Up: 1} }

// blocking fails requests with the reason that puts an error page in place of
// the document.
type blocking struct {
	*counter
	wire *wire
}

func (b blocking) Fail(ctx context.Context, id string) error {
	_, err := order(ctx, b.wire, fetch.FailRequest, fetch.FailRequestParams{
		RequestID: fetch.RequestID(id), ErrorReason: network.ErrorReasonBlockedByClient})
	return err
}

// onTab holds requests at the level of the tab that commits.
type onTab struct {
	*counter
	rig *rig
}

func (o onTab) Hold(context.Context) error {
	tab := o.rig.tab
	if err := chromedp.Listen(tab, func(ev any) {
		if e, ok := ev.(*fetch.EventRequestPaused); ok {
			o.rig.wire.gate.Paused(request(e))
		}
	}); err != nil {
		return err
	}
	_, err := chromedp.Call(tab, fetch.Enable, fetch.EnableParams{})
	return err
}

func (o onTab) Idle(context.Context) error {
	_, err := chromedp.Call(o.rig.tab, fetch.Disable, cdp.Empty{})
	return err
}

func (o onTab) Continue(_ context.Context, id string, answer bool) error {
	_, err := chromedp.Call(o.rig.tab, fetch.ContinueRequest, fetch.ContinueRequestParams{
		RequestID: fetch.RequestID(id), InterceptResponse: &answer})
	return err
}

func (o onTab) Fail(_ context.Context, id string) error {
	_, err := chromedp.Call(o.rig.tab, fetch.FailRequest, fetch.FailRequestParams{
		RequestID: fetch.RequestID(id), ErrorReason: network.ErrorReasonAborted})
	return err
}

// late is a browser whose interception is off between commits.
type late struct {
	*counter
	rig *rig
}

func (l late) Idle(ctx context.Context) error {
	_, err := order(ctx, l.rig.wire, fetch.Disable, cdp.Empty{})
	return err
}

// forgetful ends an attempt and leaves its pages and service workers running.
type forgetful struct{ *counter }

func (forgetful) Finish(context.Context, []string) error { return nil }

// hasty holds nothing any more once the commit has its answer, and waits a little
// for what the page does then.
type hasty struct {
	*counter
	rig      *rig
	released map[string]bool
}

func (h hasty) Continue(ctx context.Context, id string, answer bool) error {
	err := h.counter.Continue(ctx, id, answer)
	if answer {
		h.released[id] = true
	}
	if answer || !h.released[id] {
		return err
	}
	_ = h.Idle(ctx)
	until := time.NewTimer(3 * time.Second)
	defer until.Stop()
	for look := time.NewTicker(10 * time.Millisecond); h.rig.site.Count(strconv.Itoa(h.rig.next)).Accepted < 2; {
		select {
		case <-look.C:
		case <-until.C:
			return err
		}
	}
	return err
}

// The ways of putting them in.

func hastyIn(r *rig) error { r.use(hasty{r.seen, r, map[string]bool{}}, r.way); return nil }

func noFuseIn(r *rig) error   { r.use(r.seen, noFuse{r.way}); return nil }
func onTabIn(r *rig) error    { r.use(onTab{r.seen, r}, r.way); return nil }
func blockingIn(r *rig) error { r.use(blocking{r.seen, r.wire}, r.way); return nil }

func lateIn(r *rig) error {
	l := late{r.seen, r}
	r.use(l, r.way)
	return l.Idle(r.ctx)
}

// forgetfulIn does not wait for silence either.
func forgetfulIn(r *rig) error {
	r.options.Calm = time.Nanosecond
	r.use(forgetful{r.seen}, r.way)
	return nil
}

func named(name string) adverse.Case {
	for _, c := range append(adverse.Cases(), adverse.Form()) {
		if c.Name == name {
			return c
		}
	}
	panic("no case " + name)
}

func TestKnockOuts(t *testing.T) {
	for _, tt := range []struct {
		name    string
		page    adverse.Case
		mode    adverse.Mode
		speaks  adverse.Protocol
		byHand  *byHand // started with other flags
		prepare func(*rig) error
		want    string // how it fails
		least   int    // runs in any case, for the figure
		bound   int    // runs until it must have failed
	}{
		{"no fuse", named("form"), adverse.RST, adverse.HTTP1, nil, noFuseIn, "DUPLICATE", 3, 10},
		{"held at the tab", named("popup-form"), adverse.OK, adverse.HTTP1, nil, onTabIn, "LIE", 2, 5},
		{"interception late", named("fetch"), adverse.OK, adverse.HTTP1, nil, lateIn, "LIE", 2, 5},
		{"reload after commit", named("reloaded"), adverse.Reload, adverse.HTTP1, nil, hastyIn, "DUPLICATE", 2, 5},
		{"BlockedByClient", named("form-and-loop"), adverse.OK, adverse.HTTP1, nil, blockingIn, "LOST", 3, 30},
		{"sockets on the common port", named("websocket-beat"), adverse.OK, adverse.HTTP1, &byHand{oneWay}, nil, "LOST", 3, 30},
		{"attempt left running", named("service-worker-alone"), adverse.RST, adverse.HTTP1, nil, forgetfulIn, "DUPLICATE", 3, 15},
		{"HTTP/2, refused stream", named("form"), adverse.Refused, adverse.HTTP2, &byHand{withHTTP2}, nil, "DUPLICATE", 2, 5},
		{"HTTP/2, misdirected", named("form"), adverse.Unsure, adverse.HTTP2, &byHand{withHTTP2}, nil, "DUPLICATE", 2, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			failed, runs := 0, 0
			for runs < tt.least || failed == 0 && runs < tt.bound {
				tt.page.Copies = 0 // what the page tries later is not the point
				bad, err := breaks(t.Context(), plan{exe: headlessShell, cases: []adverse.Case{tt.page},
					patience: patience{3 * time.Second, brief}, speaks: tt.speaks, byHand: tt.byHand}, tt.prepare, tt.page, tt.mode, tt.least)
				if err != nil {
					t.Fatal(err)
				}
				for _, b := range bad {
					runs++
					if strings.HasPrefix(b, tt.want) {
						failed++
					} else if b != "" {
						t.Logf("failed otherwise: %s", b)
					}
				}
			}
			t.Logf("knock-out %q: failed with %s in %d of %d runs", tt.name, tt.want, failed, runs)
			took := sums.KnockOut{Rule: tt.name, Where: "Chromium", Of: runs,
				Breach: sums.Breach{Kind: sums.Unguarded, What: fmt.Sprintf("%s in %d of %d runs", tt.want, failed, runs)}}
			if failed > 0 {
				took.After = runs / failed
			}
			if err := sums.Found(took).Keep("browser-" + tt.name); err != nil {
				t.Error(err)
			}
			if failed == 0 {
				t.Errorf("without it nothing fails: either it is not needed, or its case does not test it")
			}
		})
	}
}

// breaks does n runs in one browser and says what was wrong with each.
func breaks(ctx context.Context, p plan, prepare func(*rig) error, c adverse.Case, m adverse.Mode, n int) ([]string, error) {
	r, err := newRig(ctx, p)
	if err != nil {
		return nil, err
	}
	if prepare != nil {
		if err := prepare(r); err != nil {
			r.end()
			return nil, err
		}
	}
	for range n {
		if q := r.run(c, m); q.trouble != nil {
			break
		}
	}
	r.end()
	var bad []string
	for _, q := range r.results {
		q.trouble = nil // without its safeguards a run may also fail to end well
		bad = append(bad, r.judge(q))
	}
	return bad, nil
}
