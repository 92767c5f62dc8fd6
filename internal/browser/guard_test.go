package browser

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
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
