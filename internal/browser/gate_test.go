package browser

import (
	"testing"

	"example.com/lodge/internal/browser/adverse"
)

// keep runs jobs two browsers at a time and fails for every promise not kept.
func keep(t *testing.T, exe string, speaks adverse.Protocol, jobs []job) {
	t.Helper()
	c := &campaign{exe: exe, speaks: speaks, jobs: jobs, parallel: 2}
	if err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wrong := c.wrong(); wrong != "" {
		t.Errorf("the promise was broken:\n%s", wrong)
	}
	line, _ := c.summary()
	t.Log(line)
}

func TestFormOnce(t *testing.T) {
	keep(t, headlessShell, adverse.HTTP1, jobsFor(adverse.Form(), 10))
}

func TestEveryPageOnce(t *testing.T) {
	var jobs []job
	for _, c := range adverse.Cases() {
		jobs = append(jobs, jobsFor(c, 1)...)
	}
	keep(t, headlessShell, adverse.HTTP1, jobs)
}

// TestFullChromium does a handful of pages in the browser with windows: it has
// targets of its own and calls its maker.
func TestFullChromium(t *testing.T) {
	var jobs []job
	for _, c := range append(adverse.Cases(), adverse.Form()) {
		switch c.Name {
		case "form", "popup-form", "frame-cross-site", "shared-worker", "websocket-beside":
			c.Modes = []adverse.Mode{adverse.OK, adverse.RST}
			jobs = append(jobs, jobsFor(c, 1)...)
		}
	}
	keep(t, fullChromium, adverse.HTTP1, jobs)
}

// TestPlainLoopbackPortal does the same without TLS, where the proxy reads each
// request and lets one through.
func TestPlainLoopbackPortal(t *testing.T) {
	var jobs []job
	for _, name := range []string{"form", "fetch", "two-fetches", "redirected", "get-link", "long-poll"} {
		jobs = append(jobs, jobsFor(named(name), 1)...)
	}
	keep(t, headlessShell, adverse.Plain, jobs)
}
