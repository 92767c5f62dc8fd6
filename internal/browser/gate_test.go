package browser

import (
	"testing"

	"example.com/lodge/internal/browser/adverse"
)

// keep runs jobs two browsers at a time and fails for every promise not kept.
func keep(t *testing.T, exe string, jobs []job) *campaign {
	t.Helper()
	c := &campaign{exe: exe, jobs: jobs, parallel: 2}
	if err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wrong := c.wrong(); wrong != "" {
		t.Errorf("the promise was broken:\n%s", wrong)
	}
	line, _ := c.summary()
	t.Log(line)
	return c
}

// arrives fails unless each case and mode that commits was taken in once by a
// patient gate: a gate that never lets anything go would keep every promise.
func arrives(t *testing.T, c *campaign) {
	t.Helper()
	for _, v := range c.verdict {
		if !v.Silent && !waits(v.mode) && v.site.Begun != 1 {
			t.Errorf("%v: arrived %d times", v.result, v.site.Begun)
		}
	}
}

func TestFormOnce(t *testing.T) {
	arrives(t, keep(t, headlessShell, jobsFor(adverse.Form(), 10)))
}

func TestEveryPageOnce(t *testing.T) {
	var jobs []job
	for _, c := range adverse.Cases() {
		jobs = append(jobs, jobsFor(c, 1)...)
	}
	arrives(t, keep(t, headlessShell, jobs))
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
	arrives(t, keep(t, fullChromium, jobs))
}
