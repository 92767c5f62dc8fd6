package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/browser/adverse"
	"example.com/lodge/internal/browser/egress"
	"example.com/lodge/internal/gate"
)

// The binaries that the tests drive; both must be installed.
const (
	headlessShell = "/usr/lib/chromium/chromium-headless-shell"
	fullChromium  = "/usr/lib/chromium/chromium"
)

// rig is an adverse site, the way to it and a browser.
type rig struct {
	site    *adverse.Site
	way     *egress.Proxy
	ctx     context.Context // of the browser
	wire    *wire
	browser *Browser        // nil by hand
	close   func() error    // ends the browser
	tab     context.Context // that commits
	seen    *counter
	options gate.Options
	folder  string
	invoice string
	next    int
	results []result // judged when the rig has ended
}

// plan says how a rig is built.
type plan struct {
	exe   string
	cases []adverse.Case
	patience
	speaks adverse.Protocol
	byHand *byHand // nil: the browser as it is released
}

// patient is the gate's patience for what comes, brief for what does not come.
const (
	patient = 30 * time.Second
	brief   = 700 * time.Millisecond
)

// publicly resolves the adverse site's names to an address of the public
// internet; the rig's dial leads from there to the site.
func publicly(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("93.184.215.14")}, nil
}

func wayTo(site *adverse.Site) (*egress.Proxy, error) {
	if strings.HasPrefix(site.Origin(), "http:") {
		return egress.New(egress.Options{Loopback: []string{site.Addr()}})
	}
	o := egress.Options{Resolve: publicly, Dial: func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", site.Addr())
	}}
	for _, h := range adverse.Hosts() {
		o.Allow = append(o.Allow, h+":443")
	}
	return egress.New(o)
}

// newRig starts everything. What was started is ended if it fails.
func newRig(ctx context.Context, p plan) (r *rig, err error) {
	r = &rig{}
	defer func() {
		if err != nil {
			r.end()
		}
	}()
	if r.folder, err = os.MkdirTemp("", "lodge-rig-"); err != nil {
		return r, err
	}
	r.invoice = filepath.Join(r.folder, "invoice.txt")
	if err := os.WriteFile(r.invoice, []byte("LEDES1998B[]\n"+strings.Repeat("x", 5000)), 0o600); err != nil {
		return r, err
	}
	site, pin, err := adverse.New(p.cases, p.speaks)
	if err != nil {
		return r, err
	}
	r.site = site
	r.site.Delay = p.answer
	if r.way, err = wayTo(site); err != nil {
		return r, err
	}
	r.options = gate.Options{Answer: p.answer, Appear: p.appear}
	if err := r.start(ctx, p, pin); err != nil {
		return r, err
	}
	r.seen = &counter{Wire: r.wire, failed: make(chan struct{}, 1024)}
	r.use(r.seen, r.way)
	return r, nil
}

// start starts the browser, with what the release does to hold its requests.
func (r *rig) start(ctx context.Context, p plan, pin string) error {
	if p.byHand != nil {
		return r.startByHand(ctx, p, pin)
	}
	// Past the check of options: the sites' names lead to this machine by the
	// proxy's Dial only, which no account can configure.
	b, err := start(ctx, Options{Exe: p.exe, Profiles: r.folder, Pins: []string{pin}, Egress: r.way, Gate: r.options,
		Patience: 2 * time.Second, Pulse: time.Minute}, startLimit)
	if err != nil {
		return err
	}
	r.browser, r.ctx, r.wire, r.close = b, b.ctx, b.wire, b.Close
	return nil
}

// use puts a gate over other sides than the browser's own: the tests' doubles.
func (r *rig) use(wire gate.Wire, fuse gate.Fuse) {
	r.wire.gate.Close()
	r.wire.gate = gate.New(wire, fuse, r.options)
}

// end ends everything from the browser on, so that no byte is under way when
// the site's counts are read.
func (r *rig) end() {
	if r.close != nil {
		_ = r.close()
	}
	if r.way != nil {
		_ = r.way.Close()
	}
	if r.site != nil {
		r.site.Settle()
	}
	_ = os.RemoveAll(r.folder)
}

// counter is a wire that tells when it failed a request, and has a page that waits
// in every second run: the gate's calm begins before the click and after it.
type counter struct {
	gate.Wire
	failed chan struct{}
	runs   atomic.Int32
}

// Busy implements [gate.Wire].
func (c *counter) Busy() bool { return c.runs.Load()%2 == 1 }

// Fail implements [gate.Wire].
func (c *counter) Fail(ctx context.Context, id string) error {
	err := c.Wire.Fail(ctx, id)
	select {
	case c.failed <- struct{}{}:
	default: // nobody counts that far
	}
	return err
}

// result is what one run came to.
type result struct {
	adverse.Case
	mode    adverse.Mode
	run     string
	outcome gate.Outcome
	err     error // of Commit
	early   int   // commits at the site when the intent was written
	trouble error // the run itself could not be done
}

func (q result) String() string {
	return fmt.Sprintf("%s/%s run %s (%v, %+v)", q.Name, q.mode, q.run, q.err, q.outcome.Spent)
}

// runTime bounds one run.
const runTime = 90 * time.Second

// run opens a page of c, commits and finishes the attempt. The result is judged
// when the rig has ended.
func (r *rig) run(c adverse.Case, m adverse.Mode) result {
	r.next++
	q := result{Case: c, mode: m, run: strconv.Itoa(r.next)}
	ctx, cancel := context.WithTimeout(r.ctx, runTime)
	defer cancel()
	q.trouble = r.attempt(ctx, &q)
	r.results = append(r.results, q)
	return q
}

func (r *rig) attempt(ctx context.Context, q *result) error {
	tab, done, err := r.open(ctx, q)
	defer done()
	if err != nil {
		return fmt.Errorf("open %s: %w", q.Name, err)
	}
	r.tab = tab
	r.seen.drain()
	r.seen.runs.Add(1)
	rules := q.Rules
	rules.Origins = []string{r.site.Origin()}
	for _, h := range adverse.Hosts()[1:] {
		rules.Origins = append(rules.Origins, "https://"+h)
	}
	var intents atomic.Int32
	intent := func(context.Context, gate.Request) error {
		intents.Add(1)
		q.early = r.site.Count(q.run).Begun
		return nil
	}
	g := r.wire.gate
	q.outcome, q.err = g.Commit(tab, rules, intent, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#go")))
	})
	switch {
	case q.outcome.Unfinished:
		return errEnd
	case q.err == nil && intents.Load() != 1:
		return fmt.Errorf("%d intents for one commit", intents.Load())
	}
	if err := r.seen.await(ctx, q.Copies); err != nil {
		return err
	}
	return r.finish(ctx, g)
}

// finish ends the attempt; meanwhile a look-up goes on in a tab of its own, as in a
// visit. One that came to nothing though nobody was failed is trouble.
func (r *rig) finish(ctx context.Context, g *gate.Gate) error {
	if r.browser == nil {
		return g.Finish(ctx, nil)
	}
	var looked error
	err := g.Finish(ctx, func() {
		tab, err := r.browser.Tab(ctx)
		if err != nil {
			looked = err
			return
		}
		failed := g.Follow(tab.Has)
		if err := tab.Goto(ctx, r.site.Origin()+"/history"); err != nil && failed() == 0 {
			looked = fmt.Errorf("look meanwhile: %w", err)
		}
		looked = errors.Join(looked, tab.Close(ctx))
	})
	return errors.Join(err, looked)
}

// errEnd says that the browser of a rig must be ended.
var errEnd = errors.New("unfinished: the browser must be ended")

// prepare makes the tab, as [Browser.Tab] does.
func (r *rig) prepare(tab context.Context, q *result) error {
	if r.browser != nil {
		_, opened := r.browser.awake(tab)
		defer opened()
	}
	if err := chromedp.Do(tab); err != nil || q.Awake {
		return err
	}
	return bypassWorkers(tab)
}

// open brings a fresh tab to the point before the click.
func (r *rig) open(ctx context.Context, q *result) (context.Context, context.CancelFunc, error) {
	tab, done := chromedp.NewContext(ctx)
	if err := r.prepare(tab, q); err != nil {
		return tab, done, err
	}
	times := 1
	if q.Reload {
		times = 2
	}
	for range times {
		if err := chromedp.Do(tab, chromedp.Navigate(r.site.URL(q.Case, q.mode, q.run)), ready()); err != nil {
			return tab, done, err
		}
	}
	if !strings.Contains(q.Files["/"], "id=file") {
		return tab, done, nil
	}
	return tab, done, chromedp.Do(tab, chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{r.invoice}))
}

// bypassWorkers keeps a tab's requests from its service worker, as a visit's tab
// does.
func bypassWorkers(ctx context.Context) error {
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
	return err
}

// ready waits for what the page calls ready.
func ready() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[int](`Promise.resolve(window.ready).then(()=>1)`,
			func(p *runtime.EvaluateParams) { yes := true; p.AwaitPromise = &yes }))
		return err
	})
}

func (c *counter) drain() {
	for {
		select {
		case <-c.failed:
		default:
			return
		}
	}
}

// await waits until n requests were failed.
func (c *counter) await(ctx context.Context, n int) error {
	for i := range n {
		select {
		case <-c.failed:
		case <-ctx.Done():
			return fmt.Errorf("the page tried %d more copies, not %d: %w", i, n, context.Cause(ctx))
		}
	}
	return nil
}

// judge says what is wrong with a result, once the rig has ended; "" if the
// promise was kept.
func (r *rig) judge(q result) string {
	n := r.site.Count(q.run)
	never := errors.Is(q.err, gate.ErrNotSent)
	switch {
	case q.trouble != nil && !errors.Is(q.trouble, errEnd):
		return "the run failed: " + q.trouble.Error()
	case n.Begun > 1 || n.Accepted > 1:
		return fmt.Sprintf("DUPLICATE: the site began %d and took in %d", n.Begun, n.Accepted)
	case q.early > 0:
		return "LIE: the request was at the site before its intent was written"
	case never && n.Begun+n.Frames > 0:
		return "LIE: it says that nothing was sent"
	case q.Silent && !never:
		return "LIE: it does not say that nothing was sent"
	case q.err == nil && n.Begun == 0:
		return "LIE: it says that the site answered"
	case !q.Silent && !waits(q.mode) && n.Begun == 0:
		return "LOST: nothing arrived" // a gate that lets nothing go would keep every promise
	}
	return ""
}
