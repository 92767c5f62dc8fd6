package browser

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/carriers/page"
)

// screen starts an X server without a monitor, for the test's life. What it
// shows lies in a file.
func screen(t *testing.T) (picture string) {
	t.Helper()
	exe, err := exec.LookPath("Xvfb")
	if err != nil {
		t.Fatalf("%v: a window needs an X server: run .ci/chromium tests", err)
	}
	dir := t.TempDir()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-displayfd", "3", "-screen", "0", "1300x1000x24", "-fbdir", dir, "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{out}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = in.Close()
	})
	_ = out.Close()
	number, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb tells no display: %v", err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(number))
	t.Setenv("WAYLAND_DISPLAY", "")
	return filepath.Join(dir, "Xvfb_screen0")
}

// outlined says whether the colour of outlines is on the screen, or in the
// picture of a page that a screen shows.
func outlined(t *testing.T, picture string) bool {
	t.Helper()
	data, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(data, []byte{170, 0, 255, 0})+bytes.Count(data, []byte{170, 0, 255, 255}) > 20 // blue, green, red
}

// TestHeaded shows a window, with an outline around what is acted on next, and
// takes the outline away before it acts.
func TestHeaded(t *testing.T) {
	picture := screen(t)
	const slow = 300 * time.Millisecond
	b := startBrowser(t, Options{Headed: true, Slow: slow, Patience: testPatience})
	if strings.Contains(b.Build(), "Headless") {
		t.Errorf("%s shows no window", b.Build())
	}
	tab := openTab(t, b)
	ctx := tab.Context(t.Context())
	if err := page.Do(ctx, page.Goto(servePage(t, say+`<button onclick="say(document.querySelectorAll('*').length)">Submit</button>`))); err != nil {
		t.Fatal(err)
	}
	if outlined(t, picture) {
		t.Error("an outline is there before anything is done")
	}
	seen := make(chan bool, 1)
	var watch sync.WaitGroup
	stop := make(chan struct{})
	watch.Go(func() { seen <- appears(t, picture, stop) })
	begun := time.Now()
	err := page.Do(ctx, page.Click(submit))
	took := time.Since(begun)
	close(stop)
	watch.Wait()
	if err != nil || took < slow {
		t.Errorf("it took %v: %v", took, err)
	}
	if !<-seen {
		t.Error("no outline was shown")
	}
	if _, err := tab.Picture(t.Context()); err != nil {
		t.Error(err)
	}
	if outlined(t, picture) {
		t.Error("the outline stays")
	}
	if err := page.Do(ctx, page.See(page.Good(page.Text("#out", `^\d+$`)))); err != nil {
		t.Errorf("the click: %v", err)
	}
}

// appears says whether an outline is on the screen before stop.
func appears(t *testing.T, picture string, stop <-chan struct{}) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return false
		case <-tick.C:
			if outlined(t, picture) {
				return true
			}
		}
	}
}

// TestNoWindow tells what is missing, and starts nothing.
func TestNoWindow(t *testing.T) {
	for name, c := range map[string]struct{ exe, display, says string }{
		"no display":     {fullChromium, "", "xvfb-run"},
		"headless shell": {headlessShell, ":0", "name a full Chromium"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DISPLAY", c.display)
			t.Setenv("WAYLAND_DISPLAY", "")
			dir := t.TempDir()
			_, err := Start(t.Context(), Options{Exe: c.exe, Headed: true, Profiles: dir})
			if !errors.Is(err, ErrNoWindow) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it does not say %q: %v", c.says, err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		})
	}
}
