package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
)

// prompt is how soon a call must return once there is nothing to wait for, on a
// busy machine.
const prompt = 5 * time.Second

func TestGuard(t *testing.T) {
	for _, exe := range []string{shell, full} {
		t.Run(filepath.Base(exe), func(t *testing.T) {
			tests := map[string]func(*testing.T){}
			for name, test := range map[string]func(*testing.T, *Browser){
				"crash while waiting":             crashWhileWaiting,
				"end of the context":              endOfContext,
				"dialogs without end":             dialogsWithoutEnd,
				"script without end":              scriptWithoutEnd,
				"declared question":               declaredQuestion,
				"subresource without end":         subresourceWithoutEnd,
				"document without end":            documentWithoutEnd,
				"next document without end":       nextDocumentWithoutEnd,
				"popup":                           popupIsClosed,
				"download":                        downloadIsRefused,
				"answer without content":          noContent,
				"error page":                      errorPage,
				"nobody there":                    nobodyThere,
				"masked picture":                  maskedPicture,
				"evidence of a busy page":         evidenceOfBusyPage,
				"document without what is secret": blankedDocument,
				"closing what asks to stay":       closeAsked,
				"rows":                            readRows,
			} {
				// Each has a browser of its own: all pages of one share what some of them
				// keep busy or crash.
				tests[name] = func(t *testing.T) { test(t, startBrowser(t, Options{Exe: exe, Patience: testPatience})) }
			}
			sideBySide(t, tests)
		})
	}
}

// soon fails if f takes longer than prompt beyond after.
func soon(t *testing.T, after time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	if took := time.Since(began); took > after+prompt {
		t.Errorf("it took %v", took)
	}
}

func crashWhileWaiting(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	if err := page.Do(ctx, page.Goto(servePage(t, "x"))); err != nil {
		t.Fatal(err)
	}
	var crash sync.WaitGroup
	crash.Go(func() { _, _ = send(tab.alive, tab, cdpage.Crash, cdp.Empty{}) })
	soon(t, 0, func() {
		_, _, err := tab.Await(ctx, []page.Probe{page.Has("#never")})
		if !errors.Is(err, ErrCrashed) {
			t.Errorf("error is %v, want that it crashed", err)
		}
	})
	crash.Wait()
	for name, f := range map[string]func() error{
		"goto":    func() error { return tab.Goto(ctx, servePage(t, "x")) },
		"picture": func() error { _, err := tab.Picture(ctx); return err },
	} {
		soon(t, 0, func() {
			if err := f(); !errors.Is(err, ErrCrashed) {
				t.Errorf("%s afterwards: %v", name, err)
			}
		})
	}
	soon(t, 0, func() {
		if _, err := b.Tab(t.Context()); !errors.Is(err, ErrCrashed) {
			t.Errorf("another tab: %v", err)
		}
	})
}

func endOfContext(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	if err := tab.Goto(t.Context(), servePage(t, "x")); err != nil {
		t.Fatal(err)
	}
	why := errors.New("the visit is over")
	for name, f := range map[string]func(context.Context) error{
		"await": func(ctx context.Context) error { _, _, err := tab.Await(ctx, []page.Probe{page.Has("#n")}); return err },
		"click": func(ctx context.Context) error {
			return tab.Act(ctx, page.Action{Verb: page.VerbClick, On: page.Locator{CSS: "#n"}})
		},
		"goto": func(ctx context.Context) error {
			return tab.Goto(ctx, serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		},
	} {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, why)
		soon(t, 0, func() {
			if err := f(ctx); !errors.Is(err, why) {
				t.Errorf("%s: error is %v, want why the context ended", name, err)
			}
		})
		cancel()
	}
}

func dialogsWithoutEnd(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	soon(t, 500*time.Millisecond, func() {
		err := page.Do(tab.Context(ctx), page.Goto(servePage(t, `<button onclick="for (;;) alert('again')">Submit</button>`)),
			page.Click(submit), page.Click(submit))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
	})
	soon(t, evidenceLimit, func() { _ = tab.Close(t.Context()) })
}

func scriptWithoutEnd(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	soon(t, testPatience+answerLimit+pressLimit, func() {
		err := page.Do(ctx, page.Goto(servePage(t, `<button onclick="setTimeout(() => { for (;;); }, 50)">Submit</button>`)),
			page.Click(submit), page.See(page.Good(page.Has("#never"))))
		if !errors.Is(err, errBusy) || carriers.KindOf(err) != carriers.Unavailable {
			t.Errorf("error is %v, want that the page is busy", err)
		}
	})
}

func declaredQuestion(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	var seen []Note
	var mu sync.Mutex
	defer tab.Watch(func(n Note) {
		mu.Lock()
		defer mu.Unlock()
		if n.Kind == Dialog {
			seen = append(seen, n)
		}
	})()
	stop := tab.AcceptDialogs(regexp.MustCompile(`^Submit the invoice\?$`))
	ask := page.Do(ctx, page.Goto(servePage(t, say+`<button onclick="say(confirm('Submit the invoice?') + ' ' + confirm('Delete it?') + ' ')">Submit</button>`)),
		page.Click(submit), page.See(page.Good(page.Text("#out", "^true false$"))))
	stop()
	if ask != nil {
		t.Fatal(ask)
	}
	if err := page.Do(ctx, page.Click(submit), page.See(page.Good(page.Text("#out", "^true false false false$")))); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 4 || !seen[0].Accepted || seen[1].Accepted || seen[2].Accepted || !strings.Contains(seen[1].What, "Delete it?") {
		t.Errorf("the watcher saw %v", seen)
	}
}

func subresourceWithoutEnd(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<script async src=/never.js></script><iframe src=/never></iframe>` + say + `<button onclick="say('sent')">Submit</button>`))
	})
	soon(t, 0, func() {
		if err := page.Do(tab.Context(t.Context()), page.Goto(address), page.Click(submit), page.See(page.Good(page.Text("#out", "sent")))); err != nil {
			t.Error(err)
		}
	})
}

func documentWithoutEnd(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<p>half`))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	soon(t, testPatience, func() {
		if err := page.Do(tab.Context(t.Context()), page.Goto(address)); !errors.Is(err, errNotParsed) || carriers.KindOf(err) != carriers.Unavailable {
			t.Errorf("error is %v", err)
		}
	})
}

func nextDocumentWithoutEnd(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<form action=/slow><button>Submit</button></form>`))
	})
	if err := page.Do(ctx, page.Goto(address), page.Click(submit)); err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]page.Step{"a sign": page.See(page.Good(page.Has("#next"))), "a step": page.Click(submit)} {
		soon(t, testPatience+answerLimit, func() {
			if err := page.Do(ctx, step); !errors.Is(err, errUnsettled) || carriers.KindOf(err) != carriers.Unavailable {
				t.Errorf("%s: error is %v", name, err)
			}
		})
	}
}

// noted waits until the tab has a note of kind whose text has part in it.
func noted(t *testing.T, tab *Tab, kind NoteKind, part string) {
	t.Helper()
	found := make(chan struct{})
	see := sync.OnceFunc(func() { close(found) })
	match := func(n Note) {
		if n.Kind == kind && strings.Contains(n.What, part) {
			see()
		}
	}
	defer tab.Watch(match)()
	for _, n := range tab.Trace() {
		match(n)
	}
	select {
	case <-found:
	case <-time.After(prompt):
		t.Errorf("no note of a %s with %q in %v", kind, part, tab.Trace())
	}
}

func popupIsClosed(t *testing.T, b *Browser) {
	for _, open := range []string{`window.open('/popup')`, `window.open('/popup', '_blank', 'noopener')`, `document.links[0].click()`} {
		tab := openTab(t, b)
		ctx := tab.Context(t.Context())
		if err := page.Do(ctx, page.Goto(servePage(t, `<a target=_blank rel="noopener noreferrer" href=/popup></a><button onclick="`+open+`">Submit</button>`)), page.Click(submit)); err != nil {
			t.Fatal(err)
		}
		noted(t, tab, Popup, "closed")
		// The tab that was open stays, and its steps go on.
		if err := page.Do(ctx, page.Click(submit)); err != nil {
			t.Errorf("%s: %v", open, err)
		}
	}
}

func pages(t *testing.T, b *Browser) int {
	infos, err := chromedp.Targets(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, i := range infos {
		if i.Type == "page" {
			n++
		}
	}
	return n
}

func TestHeldPopups(t *testing.T) {
	b := startBrowser(t, Options{Patience: testPatience})
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	before := pages(t, b)
	got := make(chan string, 2)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch r.URL.Path {
		case "/":
			_, _ = w.Write([]byte(`<form target=_blank action=/one method=post><button>Submit</button></form>`))
		case "/one":
			_, _ = w.Write([]byte(`<body onload="window.open('/two')">`))
			got <- r.Method + r.URL.Path
		case "/two":
			got <- r.Method + r.URL.Path
		}
	})
	release := b.HoldPopups()
	if err := page.Do(ctx, page.Goto(address), page.Click(submit)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"POST/one", "GET/two"} {
		select {
		case path := <-got:
			if path != want {
				t.Errorf("request is %s, want %s", path, want)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("no request %s: %v", want, tab.Trace())
		}
	}
	if n := pages(t, b); n != before+2 {
		t.Errorf("%d pages while popups are held, want %d", n, before+2)
	}
	if err := release(t.Context()); err != nil {
		t.Error(err)
	}
	if n := pages(t, b); n != before {
		t.Errorf("%d pages after the release, want %d", n, before)
	}
}

func downloadIsRefused(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(say + `<a href="/file.zip?token=x">Get it</a><button onclick="say('here')">Submit</button>`))
			return
		}
		w.Header().Set("Content-Disposition", "attachment; filename=f.zip")
		_, _ = w.Write(make([]byte, 1000))
	})
	if err := page.Do(ctx, page.Goto(address), page.Click(page.WithText("Get it"))); err != nil {
		t.Fatal(err)
	}
	noted(t, tab, Download, "/file.zip")
	// The click led nowhere: the page is still there to act on, without a wait.
	soon(t, 0, func() {
		if err := page.Do(ctx, page.Click(submit), page.See(page.Good(page.Text("#out", "here")))); err != nil {
			t.Error(err)
		}
	})
	if err := page.Do(ctx, page.Goto(address+"/file.zip")); carriers.KindOf(err) != carriers.Unavailable {
		t.Errorf("to open a download: %v", err)
	}
}

func noContent(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(say + `<a href="/none">Nothing</a><button onclick="say('here')">Submit</button>`))
	})
	soon(t, 0, func() {
		if err := page.Do(tab.Context(t.Context()), page.Goto(address), page.Click(page.WithText("Nothing")),
			page.Click(submit), page.See(page.Good(page.Text("#out", "here")))); err != nil {
			t.Error(err)
		}
	})
}

func errorPage(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`<h1>Maintenance</h1>`))
	})
	err := page.Do(tab.Context(t.Context()), page.Goto(address), page.See(page.Bad(carriers.Unavailable, page.Text("h1", "maintenance"))))
	if carriers.KindOf(err) != carriers.Unavailable || carriers.SaidIn(err) != "Maintenance" {
		t.Errorf("error is %v", err)
	}
}

func nobodyThere(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	if err := page.Do(ctx, page.Goto("http://127.0.0.1:1/")); carriers.KindOf(err) != carriers.Unavailable {
		t.Errorf("error is %v", err)
	}
	// The browser's own error page does not stay in the way.
	if err := page.Do(ctx, page.Goto(servePage(t, `<p id=p>x</p>`)), page.See(page.Good(page.Has("#p")))); err != nil {
		t.Error(err)
	}
}

func maskedPicture(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	form := `<style>input, textarea { font-size: 40px }</style><input id=user><div id=h></div><iframe width=900 srcdoc="<style>input { font-size: 40px }</style><input id=inner>"></iframe>
		<script>h.attachShadow({mode: 'open'}).innerHTML = '<textarea id=t style="font-size:40px"></textarea>'</script>`
	if err := page.Do(ctx, page.Goto(servePage(t, form)), page.See(page.Good(page.Has("#inner")))); err != nil {
		t.Fatal(err)
	}
	shoot := func(mask bool) []byte {
		tab.Mask(mask)
		p, err := tab.Picture(ctx)
		if err != nil || !bytes.HasPrefix(p, []byte{0xff, 0xd8}) {
			t.Fatalf("picture of %d bytes: %v", len(p), err)
		}
		return p
	}
	empty := shoot(false)
	for _, f := range []string{"#user", "#t", "#inner"} {
		if err := page.Do(ctx, page.Fill(f, "billing@example.com")); err != nil {
			t.Fatal(err)
		}
	}
	if filled := shoot(false); bytes.Equal(filled, empty) {
		t.Error("the picture does not show what the fields hold")
	}
	if !bytes.Equal(shoot(true), empty) {
		t.Error("a masked picture shows what the fields hold")
	}
	if filled := shoot(false); bytes.Equal(filled, empty) {
		t.Error("the mask stays on")
	}
}

func evidenceOfBusyPage(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	if err := page.Do(ctx, page.Goto(servePage(t, `<button onclick="for (;;);">Submit</button>`)), page.Click(submit)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	soon(t, time.Second, func() {
		if _, err := tab.Text(ctx); err == nil {
			t.Error("a busy page told its text")
		}
	})
}

func blankedDocument(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	canaries := []string{"hunter2", "h1dden", "t0ken", "scr1pt", "c0mment", "h4ndler", "n0nce", "sess10n", "met4"}
	html := `<!-- c0mment --><script>var a = 'scr1pt'</script><meta name=csrf-param content=met4><input type=password value=hunter2 id=p><input type=hidden value=h1dden>
		<input name=auth_token value=t0ken><button onclick="h4ndler()" nonce=n0nce>Submit</button><a href="/x?a=1&session_id=sess10n#y">link</a><input value="kept"><p>Invoice 88</p>`
	if err := page.Do(ctx, page.Goto(servePage(t, html)), page.Fill("#p", "typed-secret")); err != nil {
		t.Fatal(err)
	}
	doc, err := tab.HTML(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, canary := range append(canaries, "typed-secret") {
		if strings.Contains(doc, canary) {
			t.Errorf("%s is in the document", canary)
		}
	}
	for _, part := range []string{"Invoice 88", `value="kept"`, "a=1", "#y"} {
		if !strings.Contains(doc, part) {
			t.Errorf("%s is not in the document:\n%s", part, doc)
		}
	}
	if text, err := tab.Text(ctx); err != nil || !strings.Contains(text, "Invoice 88") || strings.Contains(text, "typed-secret") {
		t.Errorf("text is %q, %v", text, err)
	}
	if _, text, err := tab.Await(ctx, []page.Probe{page.Has("#p")}); err != nil || text != "" {
		t.Errorf("a password field shows %q, %v", text, err)
	}
	for _, n := range tab.Trace() {
		if strings.Contains(fmt.Sprintf("%+v", n), "typed-secret") {
			t.Errorf("the trace tells a value: %v", n)
		}
	}
}

func closeAsked(t *testing.T, b *Browser) {
	tab, err := b.Tab(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx := tab.Context(t.Context())
	if err := page.Do(ctx, page.Goto(servePage(t, `<button onclick="1">Submit</button><script>addEventListener('beforeunload', e => e.preventDefault())</script>`)), page.Click(submit)); err != nil {
		t.Fatal(err)
	}
	id := tab.target.TargetID
	soon(t, 0, func() {
		if err := tab.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	infos, err := chromedp.Targets(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range infos {
		if i.TargetID == id {
			t.Error("the tab is still there")
		}
	}
	if err := page.Do(ctx, page.Click(submit)); !errors.Is(err, errTabClosed) {
		t.Errorf("a step on a closed tab: %v", err)
	}
}

func readRows(t *testing.T, b *Browser) {
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	html := `<table><tr class=r><td class=n>INV-1</td><td class=a> 1,200.00
		USD</td></tr><tr class=r hidden><td class=n>template</td></tr><tr class=r><td class=n><input value="INV-2"></td></tr></table>`
	if err := page.Do(ctx, page.Goto(servePage(t, html))); err != nil {
		t.Fatal(err)
	}
	rows, err := page.Rows(ctx, "tr.r", ".n, .n input", ".a", ".n input")
	if got, want := fmt.Sprint(rows), `[[INV-1 1,200.00 USD ] [ INV-2]]`; err != nil || got != fmt.Sprint([][]string{{"INV-1", "1,200.00 USD", ""}, {"", "", "INV-2"}}) {
		t.Errorf("rows are %q, %v, want %s", got, err, want)
	}
	if none, err := page.Rows(ctx, "tr.none", ".n"); err != nil || len(none) != 0 {
		t.Errorf("rows are %v, %v, want none", none, err)
	}
}

// TestHeldRequest holds requests as the gate does: a click returns all the same.
func TestHeldRequest(t *testing.T) {
	for _, exe := range []string{shell, full} {
		t.Run(filepath.Base(exe), func(t *testing.T) {
			b := startBrowser(t, Options{Exe: exe, Patience: testPatience})
			paused := make(chan *fetch.EventRequestPaused, 10)
			if err := chromedp.ListenBrowser(b.ctx, func(ev any) {
				if e, ok := ev.(*fetch.EventRequestPaused); ok {
					paused <- e
				}
			}); err != nil {
				t.Fatal(err)
			}
			hold := func(pattern string) {
				if _, err := call(t.Context(), b, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern}}}); err != nil {
					t.Fatal(err)
				}
			}
			hold("never://*")
			for name, c := range map[string]struct {
				html  string
				limit time.Duration
			}{
				"form":            {`<form method=post><button>Submit</button></form>`, 500 * time.Millisecond},
				"fetch":           {`<button onclick="fetch('/x', {method: 'POST'})">Submit</button>`, 500 * time.Millisecond},
				"synchronous XHR": {`<button onclick="const x = new XMLHttpRequest(); x.open('POST', '/x', false); x.send()">Submit</button>`, 3 * pressLimit},
			} {
				tab := openTab(t, b)
				ctx := tab.Context(t.Context())
				if err := page.Do(ctx, page.Goto(servePage(t, c.html))); err != nil {
					t.Fatal(err)
				}
				hold("*")
				began := time.Now()
				if err := page.Do(ctx, page.Click(submit)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if took := time.Since(began); took > c.limit {
					t.Errorf("%s: the click took %v", name, took)
				}
				t.Logf("%s: %v", name, time.Since(began))
				select {
				case e := <-paused:
					hold("never://*")
					if _, err := call(t.Context(), b, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonAborted}); err != nil {
						t.Error(err)
					}
				case <-time.After(prompt):
					t.Errorf("%s: nothing was held", name)
				}
				// An aborted request leaves the page as it was, ready for the next step.
				soon(t, 0, func() {
					if err := page.Do(ctx, page.See(page.Good(page.Has("button")))); err != nil {
						t.Errorf("%s: afterwards: %v", name, err)
					}
				})
			}
		})
	}
}

func TestRequestsNotMade(t *testing.T) {
	var pictures, others atomic.Int32
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { others.Add(1) })
	portal := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, ".") && !strings.HasSuffix(r.URL.Path, ".js") {
			pictures.Add(1)
		}
		if r.URL.Path == "/own.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(`say('own')`))
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `%s<img src=/a.png><img src="/b.jpg?x=1"><img src="/c.JPG"><script src=%s/third.js></script>
			<script>fetch('%[2]s/beacon').catch(() => say('blocked ')).then(() => document.head.appendChild(document.createElement('script')).src = '/own.js')</script>`, say, elsewhere)
	})
	b := startBrowser(t, Options{Patience: testPatience, Origins: []string{portal}})
	tab := openTab(t, b)
	if err := page.Do(tab.Context(t.Context()), page.Goto(portal), page.See(page.Good(page.Text("#out", "^blocked own$")))); err != nil {
		t.Error(err)
	}
	if p, o := pictures.Load(), others.Load(); p != 0 || o != 0 {
		t.Errorf("%d pictures were fetched, and %d things from elsewhere", p, o)
	}
}

func TestAddressesNotOpened(t *testing.T) {
	b := startBrowser(t, Options{Patience: testPatience})
	tab := openTab(t, b)
	for _, address := range []string{
		"file:///etc/passwd", "chrome://version", "javascript:alert(1)", "data:text/html,x", "about:blank", "view-source:https://example.com",
		"http://example.com/", "http://127.0.0.1.example.com/", "https://user:secret@127.0.0.1/", "https://", "ftp://127.0.0.1/", "//127.0.0.1/", "",
	} {
		err := page.Do(tab.Context(t.Context()), page.Goto(address))
		if _, miss := errors.AsType[*page.Miss](err); !miss || carriers.KindOf(err) != carriers.SiteChanged {
			t.Errorf("open %q: %v", address, err)
		}
		if err != nil && strings.Contains(tab.Trace()[len(tab.Trace())-1].What, "secret") {
			t.Errorf("the trace tells a password")
		}
	}
	if tab.URL() != "about:blank" && tab.URL() != "" {
		t.Errorf("the tab is at %s", tab.URL())
	}
}
