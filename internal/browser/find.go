package browser

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ErrNoChromium says that no browser is installed, and what to install.
var ErrNoChromium = errors.New("no Chromium found")

// Find looks for a Chromium: what $LODGE_CHROMIUM names, Debian's headless
// shell, Debian's Chromium, then whatever Chromium or Chrome is on the PATH or
// among the applications of macOS. Where there is none, the error says what to
// install.
func Find() (string, error) {
	return finder{goos: runtime.GOOS, getenv: os.Getenv, lookPath: exec.LookPath}.find()
}

// A finder looks for a browser on a system that is given.
type finder struct {
	goos     string
	root     string // put before every fixed path
	getenv   func(string) string
	lookPath func(string) (string, error)
	windows  bool // only one that can show a window will do
}

func (f finder) find() (string, error) {
	if exe := f.getenv("LODGE_CHROMIUM"); exe != "" {
		if !executable(exe) {
			return "", fmt.Errorf("%w: $LODGE_CHROMIUM names %s, which cannot be run", ErrNoChromium, exe)
		}
		return f.unwrap(exe), nil
	}
	for _, path := range f.places() {
		if executable(f.root+path) && f.shows(path) {
			return f.root + path, nil
		}
	}
	for _, name := range f.names() {
		if exe, err := f.lookPath(name); err == nil && f.shows(exe) {
			return f.unwrap(exe), nil
		}
	}
	return "", fmt.Errorf("%w: %s", ErrNoChromium, f.remedy())
}

// shows says whether a browser can show what is asked for.
func (f finder) shows(exe string) bool { return !f.windows || !windowless(exe) }

// remedy is what to do where no browser is found.
func (f finder) remedy() string {
	switch {
	case f.goos == "linux" && f.windows:
		return `to show a window install the whole of it, on Debian with "apt-get install chromium", or name one in $LODGE_CHROMIUM`
	case f.goos == "linux":
		return `install it, on Debian with "apt-get install chromium-headless-shell", or name one in $LODGE_CHROMIUM`
	case f.goos == "darwin":
		return `install it with "brew install --cask chromium", or Google Chrome, or name one in $LODGE_CHROMIUM`
	}
	return "install one and name it in $LODGE_CHROMIUM"
}

// places are where systems put the browser itself, best first.
func (f finder) places() []string {
	switch f.goos {
	case "linux":
		return []string{
			"/usr/lib/chromium/chromium-headless-shell",
			"/usr/lib/chromium/chromium",
		}
	case "darwin":
		return []string{
			"/Applications/Chromium.app/Contents/MacOS/Chromium",
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
			"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
		}
	}
	return nil
}

// names are what the browser is called on the PATH.
func (f finder) names() []string {
	return []string{
		"chromium-headless-shell", "chrome-headless-shell", "headless-shell", "headless_shell",
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
	}
}

// unwrap returns the browser behind a distribution's wrapper script where it is
// in a known place: a script reads settings that are none of Lodge's, and a
// signal to it does not reach the browser. An unknown script is taken as it is.
func (f finder) unwrap(exe string) string {
	real, err := filepath.EvalSymlinks(exe)
	if err != nil || !script(real) {
		return exe
	}
	name := filepath.Base(real)
	for _, path := range []string{
		filepath.Join(filepath.Dir(real), "chrome"), // Google's own layout, /opt/google/chrome
		f.root + filepath.Join("/usr/lib/chromium", name),
		f.root + filepath.Join("/usr/lib64/chromium-browser", name),
		f.root + filepath.Join("/usr/lib/chromium-browser", name),
	} {
		if executable(path) && !script(path) {
			return path
		}
	}
	return exe
}

func executable(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}

func script(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	start := make([]byte, 2)
	_, err = io.ReadFull(file, start)
	return err == nil && bytes.Equal(start, []byte("#!"))
}
