package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/overlay"
	cdpruntime "github.com/chromedp/cdproto/runtime"

	"example.com/lodge/carriers/page"
)

// ErrNoWindow says why no window can be shown, and what to do.
var ErrNoWindow = errors.New("no window can be shown")

// FindHeaded is [Find] for a browser that can show a window.
func FindHeaded() (string, error) {
	return finder{goos: runtime.GOOS, getenv: os.Getenv, lookPath: exec.LookPath, windows: true}.find()
}

// windowless says whether a Chromium can show no window, by its name: the
// headless shell is a program of its own.
func windowless(exe string) bool {
	name := filepath.Base(exe)
	return strings.Contains(name, "headless-shell") || strings.Contains(name, "headless_shell")
}

// Presentable says why the window that o asks for cannot be shown; nil if it can,
// or if none is asked for.
func (o Options) Presentable() error {
	if !o.Headed {
		return nil
	}
	return mayShow(o.Exe, runtime.GOOS, os.Getenv)
}

// mayShow says why a window cannot be shown by exe on a system.
func mayShow(exe, goos string, getenv func(string) string) error {
	if windowless(exe) {
		return fmt.Errorf("%w: %s has none: name a full Chromium, or install one (Debian: apt-get install chromium)", ErrNoWindow, exe)
	}
	if goos == "linux" && getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
		return fmt.Errorf("%w: there is no display (neither $DISPLAY nor $WAYLAND_DISPLAY is set): run it on a desktop, "+
			"or type xvfb-run before it (Debian: apt-get install xvfb xauth)", ErrNoWindow)
	}
	return nil
}

// announce lets people see what is about to be done: a pause and, where there is
// a window, an outline around the element. The outline is the browser's own: the
// page does not have it, and it is gone before anything is done or pictured.
func (t *Tab) announce(ctx context.Context, on *page.Locator) error {
	o := t.browser.options
	if o.Slow <= 0 {
		return ctx.Err()
	}
	if o.Headed && on != nil {
		defer t.outline(ctx, *on)()
	}
	return pause(ctx, o.Slow)
}

// outlineLimit bounds the drawing of an outline, which nothing depends on.
const outlineLimit = time.Second

// where tells the box of the element that a locator names, in view.
const where = `(wanted => {
  const {pick, visible, labels, boxOf} = lodge;
  const {e} = pick(wanted);
  if (!e) return null;
  const face = visible(e) ? e : labels(e).find(visible) || e;
  face.scrollIntoView({block: 'nearest'});
  return boxOf(face);
})`

// outline draws an outline around an element that is there by now; remove takes
// it away.
func (t *Tab) outline(ctx context.Context, on page.Locator) (remove func()) {
	ctx, cancel := context.WithTimeout(ctx, outlineLimit)
	defer cancel()
	box, err := t.boxOf(ctx, on)
	if err != nil || box == nil {
		return func() {}
	}
	if _, err := send(ctx, t, overlay.Enable, cdp.Empty{}); err != nil {
		return func() {}
	}
	const margin = 3
	_, _ = send(ctx, t, overlay.HighlightRect, overlay.HighlightRectParams{
		X: int64(box.X) - margin, Y: int64(box.Y) - margin, Width: int64(box.Width) + 2*margin, Height: int64(box.Height) + 2*margin,
		OutlineColor: &cdp.RGBA{R: 255, G: 0, B: 170, A: 1}})
	return func() {
		ctx, cancel := context.WithTimeout(t.alive, outlineLimit)
		defer cancel()
		_, _ = send(ctx, t, overlay.Disable, cdp.Empty{}) // the tab has gone, or the page, and the outline with it
	}
}

type box struct{ X, Y, Width, Height float64 }

func (t *Tab) boxOf(ctx context.Context, on page.Locator) (b *box, err error) {
	wanted, err := json.Marshal(on)
	if err != nil {
		return nil, err
	}
	world, err := t.world(ctx, "")
	if err != nil {
		return nil, err
	}
	r, err := send(ctx, t, cdpruntime.Evaluate, cdpruntime.EvaluateParams{
		Expression: where + "(" + string(wanted) + ")", UniqueContextID: world, ReturnByValue: new(true)})
	if err != nil {
		return nil, err
	}
	return b, json.Unmarshal(r.Result.Value, &b)
}
