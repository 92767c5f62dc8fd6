package browser

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/browser/egress"
	"example.com/lodge/internal/gate"
)

// Options say how a browser is started.
type Options struct {
	Exe       string        // the Chromium binary; "" looks for one, see [Find]
	Profiles  string        // folder for profiles; each browser has its own below it, and removes it
	Origins   []string      // of the portal and its hosts, "https://host[:port]"; pages ask nowhere else for what they load. None: anywhere
	Pins      []string      // base64 SHA-256 of certificate keys to trust; for loopback portals only
	Egress    *egress.Proxy // the only way out, and the gate's fuse; nil: no gate, for tests of pages
	Gate      gate.Options  // how long the gate waits
	NoSandbox bool          // run without Chromium's sandbox, where the system cannot have one; root never can
	Headed    bool          // show a window
	Slow      time.Duration // pause before each action, for people who watch
	Patience  time.Duration // how long a step waits for its element or sign; 0: 20 s
	Pulse     time.Duration // how long the browser may take to answer anything at all before it is killed; 0: 30 s
}

// defaultPatience is how long a step waits where [Options] do not say.
const defaultPatience = 20 * time.Second

func (o Options) patience() time.Duration {
	if o.Patience > 0 {
		return o.Patience
	}
	return defaultPatience
}

// check refuses options that would weaken the browser. A pin is the SHA-256 of
// one key, and is trusted for whatever host shows it: so no account but one for
// a portal on this machine may have any.
func (o Options) check() error {
	if o.Profiles == "" {
		return errors.New("browser: no folder for profiles")
	}
	for _, pin := range o.Pins {
		if sum, err := base64.StdEncoding.DecodeString(pin); err != nil || len(sum) != sha256.Size {
			return fmt.Errorf("browser: pin %q is not the base64 SHA-256 of a key", pin)
		}
	}
	for _, origin := range o.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			return fmt.Errorf("browser: %q is not an origin such as https://host:port", origin)
		}
		if len(o.Pins) > 0 && !loopback(u.Hostname()) {
			return fmt.Errorf("browser: keys are pinned for portals on this machine only, not for %s", origin)
		}
	}
	if len(o.Pins) > 0 && len(o.Origins) == 0 {
		return errors.New("browser: pinned keys need the origins of a portal on this machine")
	}
	return nil
}

// loopback says whether host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// flags are Chromium's command line and environment for a profile.
func (o Options) flags(p *profile) []chromedp.ExecAllocatorOption {
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(o.Exe),
		chromedp.UserDataDir(filepath.Join(p.dir, "user")),
		chromedp.ModifyCmdFunc(contain),
		chromedp.NoInheritEnv,
		chromedp.Env(o.environment(p)...),
		chromedp.WindowSize(1280, 900),
		chromedp.Flag("lang", "en-US"),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-pings", true),
		// One renderer for all tabs, since a page in a new one starts cold: see
		// docs/decisions.md, and [Browser.awake] for what it asks of us.
		chromedp.Flag("renderer-process-limit", "1"),
	)
	if o.NoSandbox {
		flags = append(flags, chromedp.NoSandbox)
	}
	if o.Headed {
		flags = append(flags, chromedp.Flag("headless", false), chromedp.Flag("hide-scrollbars", false))
	}
	flags = append(flags, trusted(o.Pins)...)
	return append(flags, wayOut(o.Egress)...)
}

// environment is all that the browser gets of ours: the rest holds secrets.
// What it writes elsewhere goes into the profile too, and so away with it.
func (o Options) environment(p *profile) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "TMPDIR=" + p.temp, "LANG=C.UTF-8"}
	if !o.Headed {
		return env
	}
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
