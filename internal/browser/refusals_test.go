package browser

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
)

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
