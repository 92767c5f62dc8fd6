package browser

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"example.com/lodge/carriers/page"
)

func TestStartTells(t *testing.T) {
	t.Setenv("LODGE_TEST_CANARY", "secret")
	for exe, build := range map[string]string{shell: "HeadlessChrome/", full: "Chrome/"} {
		b := startBrowser(t, Options{Exe: exe})
		if !strings.HasPrefix(b.Build(), build) {
			t.Errorf("build is %q, want %s…", b.Build(), build)
		}
		if want := os.Getuid() != 0; b.Sandboxed() != want {
			t.Errorf("sandboxed is %v as user %d", b.Sandboxed(), os.Getuid())
		}
		if err := b.Alive(t.Context()); err != nil || b.Err() != nil {
			t.Errorf("alive: %v, %v", err, b.Err())
		}
		if env := environ(t, b); strings.Contains(env, "LODGE_TEST_CANARY") {
			t.Error("the browser has our environment")
		}
	}
}

// environ is the environment that the browser's process has.
func environ(t *testing.T, b *Browser) string {
	t.Helper()
	env, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid(b)), "environ"))
	if err != nil {
		t.Fatal(err)
	}
	return string(env)
}

func pid(b *Browser) int { return chromedp.FromContext(b.ctx).Browser.Process().Pid }

func TestFailedStartLeavesNothing(t *testing.T) {
	before := resources(t)
	for name, script := range map[string]string{
		"ends at once":  "#!/bin/sh\necho no display >&2\nexit 3\n",
		"never answers": "#!/bin/sh\nsleep 1000 --user-data-dir=x &\nsleep 1000\n",
	} {
		profiles := t.TempDir()
		exe := filepath.Join(t.TempDir(), "chromium")
		if err := os.WriteFile(exe, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		b, err := start(t.Context(), Options{Exe: exe, Profiles: profiles}, 500*time.Millisecond)
		if err == nil {
			t.Fatalf("%s: started: %v", name, b.Build())
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
		if name == "ends at once" && !strings.Contains(err.Error(), "no display") {
			t.Errorf("%s: the error does not tell what the browser said: %v", name, err)
		}
		if left := entries(t, profiles); len(left) != 0 {
			t.Errorf("%s: left behind %v", name, left)
		}
	}
	before.check(t)
}

// A browser that crashes before it answers is started once more, and not for ever.
func TestCrashWhileStarting(t *testing.T) {
	before := resources(t)
	for _, c := range []struct {
		crashes int
		starts  bool
	}{{1, true}, {2, false}} {
		dir, profiles := t.TempDir(), t.TempDir()
		exe, tries := filepath.Join(dir, "chromium"), filepath.Join(dir, "tries")
		script := fmt.Sprintf("#!/bin/sh\necho x >> %s\n[ $(wc -l < %s) -gt %d ] || kill -SEGV $$\nexec %s \"$@\"\n", tries, tries, c.crashes, shell)
		if err := os.WriteFile(exe, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		b, err := Start(t.Context(), Options{Exe: exe, Profiles: profiles})
		if (err == nil) != c.starts {
			t.Errorf("it crashes %d times: %v", c.crashes, err)
		}
		if err == nil {
			if err := b.Alive(t.Context()); err != nil {
				t.Error(err)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
		if n, err := os.ReadFile(tries); err != nil || len(n) != 4 {
			t.Errorf("it crashes %d times: started as %q, %v; want twice", c.crashes, n, err)
		}
		if left := entries(t, profiles); len(left) != 0 {
			t.Errorf("left behind %v", left)
		}
	}
	before.check(t)
}

func TestStartWithEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	profiles := t.TempDir()
	if _, err := Start(ctx, Options{Exe: shell, Profiles: profiles}); err == nil {
		t.Error("started")
	}
	if left := entries(t, profiles); len(left) != 0 {
		t.Errorf("left behind %v", left)
	}
}

func TestCyclesLeaveNothing(t *testing.T) {
	profiles := t.TempDir()
	address := servePage(t, `<button>Submit</button>`)
	cycle := func() {
		b, err := Start(t.Context(), Options{Exe: shell, Profiles: profiles})
		if err != nil {
			t.Fatal(err)
		}
		tab, err := b.Tab(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := page.Do(tab.Context(t.Context()), page.Goto(address), page.Click(submit)); err != nil {
			t.Error(err)
		}
		for range 2 { // a second time does nothing
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	cycle() // what is opened once and for all
	before := resources(t)
	for range 20 {
		cycle()
	}
	before.check(t)
	if left := entries(t, profiles); len(left) != 0 {
		t.Errorf("left behind %v", left)
	}
}

func TestKilledBrowser(t *testing.T) {
	profiles := t.TempDir()
	b, err := Start(t.Context(), Options{Exe: full, Profiles: profiles})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := b.Tab(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Goto(t.Context(), servePage(t, "x")); err != nil {
		t.Fatal(err)
	}
	killed := make(chan time.Time, 1)
	time.AfterFunc(200*time.Millisecond, func() {
		killed <- time.Now()
		_ = syscall.Kill(pid(b), syscall.SIGKILL)
	})
	_, _, err = tab.Await(t.Context(), []page.Probe{page.Has("#never")})
	if took := time.Since(<-killed); !errors.Is(err, ErrGone) || took > prompt {
		t.Errorf("a waiting step ended after %v with %v", took, err)
	}
	select {
	case <-b.Done():
	case <-time.After(prompt):
		t.Fatal("the browser is not said to be gone")
	}
	if err := b.Err(); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "signal: killed") {
		t.Errorf("the cause is %v", err)
	}
	if _, err := b.Tab(t.Context()); !errors.Is(err, ErrGone) {
		t.Errorf("a tab of a dead browser: %v", err)
	}
	if err := b.Alive(t.Context()); !errors.Is(err, ErrGone) {
		t.Errorf("alive: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if left := entries(t, profiles); len(left) != 0 {
		t.Errorf("left behind %v", left)
	}
}

// A browser whose process is stopped, as by a machine that has no memory left, is
// noticed and killed: neither a step that waits nor a tab that opens waits for ever.
func TestStoppedBrowser(t *testing.T) {
	for name, work := range map[string]func(b *Browser, tab *Tab) error{
		"a step": func(_ *Browser, tab *Tab) error {
			_, _, err := tab.Await(t.Context(), []page.Probe{page.Has("#never")})
			return err
		},
		"a new tab": func(b *Browser, _ *Tab) error {
			_, err := b.Tab(t.Context())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := resources(t)
			profiles := t.TempDir()
			b, err := Start(t.Context(), Options{Exe: shell, Profiles: profiles, Pulse: time.Second, Patience: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			tab, err := b.Tab(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid(b), syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if err := work(b, tab); !errors.Is(err, ErrGone) {
				t.Errorf("it ended with %v", err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			<-b.Done()
			if err := b.Err(); !strings.Contains(err.Error(), "no answer") {
				t.Errorf("the cause is %v", err)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			if left := entries(t, profiles); len(left) != 0 {
				t.Errorf("left behind %v", left)
			}
			before.check(t)
		})
	}
}

func TestCloseOfStoppedBrowser(t *testing.T) {
	before := resources(t)
	profiles := t.TempDir()
	b, err := Start(t.Context(), Options{Exe: shell, Profiles: profiles})
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid(b), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > closeGrace+3*time.Second {
		t.Errorf("it took %v", took)
	}
	if left := entries(t, profiles); len(left) != 0 {
		t.Errorf("left behind %v", left)
	}
	before.check(t)
}

func TestEndOfContextEndsBrowser(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b, err := Start(ctx, Options{Exe: shell, Profiles: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case <-b.Done():
	case <-time.After(prompt):
		t.Error("the browser outlives its context")
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestOwnProcessGroup(t *testing.T) {
	b := startBrowser(t, Options{Exe: shell})
	if group, err := syscall.Getpgid(pid(b)); err != nil || group != pid(b) {
		t.Errorf("the browser is in group %d, %v: a terminal's Ctrl-C would reach it", group, err)
	}
}

func TestSweep(t *testing.T) {
	profiles := filepath.Join(t.TempDir(), "a folder with a name long enough to need its temporary files elsewhere")
	if n, err := Sweep(t.Context(), profiles); n != 0 || err != nil {
		t.Errorf("sweep of no folder: %d, %v", n, err)
	}
	living, err := newProfile(profiles)
	if err != nil {
		t.Fatal(err)
	}
	dead, err := newProfile(profiles)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(dead.dir); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("mode of a profile is %v, %v", st.Mode(), err)
	}
	if strings.HasPrefix(dead.temp, dead.dir) {
		t.Errorf("temporary files are in %s: too long for a socket", dead.temp)
	}
	if err := dead.lock.Close(); err != nil { // as the end of its process does
		t.Fatal(err)
	}
	unlocked := filepath.Join(profiles, profilePrefix+"unlocked")
	mine := filepath.Join(profiles, "something else")
	for _, dir := range []string{unlocked, mine} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := Sweep(t.Context(), profiles); n != 2 || err != nil {
		t.Errorf("swept %d, %v, want 2", n, err)
	}
	for path, want := range map[string]bool{living.dir: true, living.temp: true, dead.dir: false, dead.temp: false, unlocked: false, mine: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := living.remove(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(living.temp); err == nil {
		t.Error("temporary files stay")
	}
}

func TestSweepKillsWhatIsLeft(t *testing.T) {
	profiles := t.TempDir()
	dead, err := newProfile(profiles)
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.lock.Close(); err != nil {
		t.Fatal(err)
	}
	left := exec.Command("/bin/sh", "-c", "read line", "--user-data-dir="+filepath.Join(dead.dir, "user"))
	stdin, err := left.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- left.Wait() }()
	if n, err := Sweep(t.Context(), profiles); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended by itself")
		}
	case <-time.After(prompt):
		_ = left.Process.Kill()
		t.Error("it lives")
	}
}

func TestPins(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<p id=ok>ok</p>`))
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // it would tell of refused handshakes
	server.StartTLS()
	defer server.Close()
	sum := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	pin := base64.StdEncoding.EncodeToString(sum[:])
	other := sha256.Sum256([]byte("another key"))
	for _, c := range []struct {
		pins []string
		ok   bool
	}{{nil, false}, {[]string{base64.StdEncoding.EncodeToString(other[:])}, false}, {[]string{pin}, true}} {
		b := startBrowser(t, Options{Exe: shell, Origins: []string{server.URL}, Pins: c.pins, Patience: testPatience})
		tab := openTab(t, b)
		err := page.Do(tab.Context(t.Context()), page.Goto(server.URL), page.See(page.Good(page.Has("#ok"))))
		if (err == nil) != c.ok {
			t.Errorf("pins %v: %v", c.pins, err)
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	pin := base64.StdEncoding.EncodeToString(make([]byte, sha256.Size))
	for name, o := range map[string]Options{
		"no folder":               {},
		"pin for a real portal":   {Profiles: "x", Pins: []string{pin}, Origins: []string{"https://portal.example"}},
		"pin for whatever portal": {Profiles: "x", Pins: []string{pin}},
		"pin that is no key":      {Profiles: "x", Pins: []string{"*"}, Origins: []string{"https://127.0.0.1:1"}},
		"pin that is two flags":   {Profiles: "x", Pins: []string{pin + " --ignore-certificate-errors"}, Origins: []string{"https://127.0.0.1:1"}},
		"origin with a path":      {Profiles: "x", Origins: []string{"https://portal.example/"}},
		"origin without a host":   {Profiles: "x", Origins: []string{"portal.example"}},
	} {
		if err := o.check(); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	good := Options{Profiles: "x", Pins: []string{pin}, Origins: []string{"https://127.0.0.1:1", "https://localhost:2", "https://[::1]:3"}}
	if err := good.check(); err != nil {
		t.Error(err)
	}
}
