// Package browser is the only door to chromedp: Chromium's life, the driver
// behind carriers/page, and the browser's side of the gate.
//
// A Browser serves one visit: one login of one account. What it may reach is
// decided by its egress proxy, package egress, and by nothing in the page.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/browser/egress"
	"example.com/lodge/internal/gate"
)

// Options say how a browser is started.
type Options struct {
	Exe      string        // the Chromium binary; "" looks for one, see [Find]
	Profiles string        // folder for profiles; each browser has its own below it, and removes it
	Pins     []string      // base64 SHA-256 of certificate keys to trust; for loopback portals only
	Egress   *egress.Proxy // the only way out, and the gate's fuse; nil: no gate, for tests of pages
	Gate     gate.Options  // how long the gate waits
	Headed   bool          // show a window
	Slow     time.Duration // pause before each action, for people who watch
	Patience time.Duration // how long a step waits for its element or sign; 0: 20 s
}

// A Browser is one running Chromium with a profile of its own.
type Browser struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	profile string
	wire    *wire // nil without Egress
}

// Start starts a browser. ctx bounds its whole life.
func Start(ctx context.Context, o Options) (*Browser, error) {
	if err := os.MkdirAll(o.Profiles, 0o700); err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	profile, err := os.MkdirTemp(o.Profiles, "profile-")
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(o.Exe),
		chromedp.UserDataDir(filepath.Join(profile, "user")),
		chromedp.NoInheritEnv,
		chromedp.Env("PATH="+os.Getenv("PATH"), "HOME="+profile),
		chromedp.Flag("disable-gpu", true),
		chromedp.WindowSize(1280, 900),
	)
	flags = append(flags, wayOut(o.Egress)...)
	flags = append(flags, trusted(o.Pins)...)
	alloc, stop := chromedp.NewExecAllocator(ctx, flags...)
	run, quit := chromedp.NewContext(alloc)
	cancel := func() { quit(); stop() }
	if err := chromedp.Do(run); err != nil {
		cancel()
		_ = os.RemoveAll(profile)
		return nil, fmt.Errorf("browser: start %s: %w", o.Exe, err)
	}
	b := &Browser{options: o, ctx: run, cancel: cancel, profile: profile}
	if o.Egress == nil {
		return b, nil
	}
	if b.wire, err = holdRequests(run, o.Egress, o.Gate); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Close ends the browser and removes its profile.
func (b *Browser) Close() error {
	b.cancel()
	b.wire.close()
	return os.RemoveAll(b.profile)
}
