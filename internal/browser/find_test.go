package browser

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A place is a file on a made-up system: a program, or the script of a wrapper.
type place struct {
	path   string
	script bool
	link   string // it is a symbolic link to this path
}

func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		goos   string
		env    string
		places []place
		want   string // "": none
		says   string
		window bool
	}{
		"debian": {goos: "linux", places: []place{
			{path: "/usr/lib/chromium/chromium-headless-shell"}, {path: "/usr/lib/chromium/chromium"}, {path: "/usr/bin/chromium", script: true},
		}, want: "/usr/lib/chromium/chromium-headless-shell"},
		"debian, full only": {goos: "linux", places: []place{
			{path: "/usr/lib/chromium/chromium"}, {path: "/usr/bin/chromium", script: true},
		}, want: "/usr/lib/chromium/chromium"},
		"named": {goos: "linux", env: "/opt/mine", places: []place{
			{path: "/opt/mine"}, {path: "/usr/lib/chromium/chromium"},
		}, want: "/opt/mine"},
		"named, a wrapper": {goos: "linux", env: "/usr/bin/chromium", places: []place{
			{path: "/usr/bin/chromium", script: true}, {path: "/usr/lib/chromium/chromium"},
		}, want: "/usr/lib/chromium/chromium"},
		"named, not there": {goos: "linux", env: "/opt/none", places: []place{
			{path: "/usr/lib/chromium/chromium"},
		}, says: "/opt/none"},
		"chrome by its wrapper": {goos: "linux", places: []place{
			{path: "/opt/google/chrome/google-chrome", script: true}, {path: "/opt/google/chrome/chrome"}, {path: "/usr/bin/google-chrome", link: "/opt/google/chrome/google-chrome"},
		}, want: "/opt/google/chrome/chrome"},
		"fedora": {goos: "linux", places: []place{
			{path: "/usr/bin/chromium-browser", script: true}, {path: "/usr/lib64/chromium-browser/chromium-browser"},
		}, want: "/usr/lib64/chromium-browser/chromium-browser"},
		"a wrapper nobody knows": {goos: "linux", places: []place{{path: "/usr/bin/chromium", script: true}}, want: "/usr/bin/chromium"},
		"a program on the path":  {goos: "linux", places: []place{{path: "/usr/bin/chrome-headless-shell"}}, want: "/usr/bin/chrome-headless-shell"},
		"mac": {goos: "darwin", places: []place{
			{path: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"},
		}, want: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"},
		"nothing on linux": {goos: "linux", says: "apt-get install chromium-headless-shell"},
		"nothing on a mac": {goos: "darwin", says: "brew install"},
		"a window": {goos: "linux", window: true, places: []place{
			{path: "/usr/lib/chromium/chromium-headless-shell"}, {path: "/usr/lib/chromium/chromium"},
		}, want: "/usr/lib/chromium/chromium"},
		"a window, on the path": {goos: "linux", window: true, places: []place{
			{path: "/usr/bin/headless_shell"}, {path: "/usr/bin/google-chrome"},
		}, want: "/usr/bin/google-chrome"},
		"no window": {goos: "linux", window: true, places: []place{{path: "/usr/lib/chromium/chromium-headless-shell"}}, says: "apt-get install chromium\""},
		"elsewhere": {goos: "plan9", says: "$LODGE_CHROMIUM"},
	} {
		t.Run(name, func(t *testing.T) {
			f := madeUp(t, c.goos, c.env, c.places)
			f.windows = c.window
			exe, err := f.find()
			if c.want == "" {
				if !errors.Is(err, ErrNoChromium) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
					t.Errorf("found %s, %v", exe, err)
				}
				return
			}
			if want := filepath.Join(f.root, c.want); err != nil || exe != want {
				t.Errorf("found %s, %v, want %s", exe, err, want)
			}
		})
	}
}

// madeUp is a finder on a system that has only places, with /usr/bin as its PATH.
func madeUp(t *testing.T, goos, env string, places []place) finder {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		path := filepath.Join(root, p.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		content := "\x7fELF"
		if p.script {
			content = "#!/bin/sh\n"
		}
		if p.link != "" {
			err = os.Symlink(filepath.Join(root, p.link), path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if env != "" {
		env = filepath.Join(root, env)
	}
	return finder{
		goos: goos, root: root,
		getenv: func(string) string { return env },
		lookPath: func(name string) (string, error) {
			return exec.LookPath(filepath.Join(root, "/usr/bin", name))
		},
	}
}
