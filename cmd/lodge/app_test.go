package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/clock"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is an app in a folder of its own, with what it wrote.
type world struct {
	*app
	t        testing.TB
	dir      string
	out, err bytes.Buffer
	signals  chan os.Signal
}

// standing is the machine's clock with a wall that stands still.
type standing struct{ clock.System }

// systemClock is that of the machine, for tests that file.
func systemClock() clock.Clock { return clock.System{} }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func (standing) Now() time.Time { return noon }

func newWorld(t testing.TB) *world {
	w := &world{t: t, dir: t.TempDir(), signals: make(chan os.Signal, 2)}
	w.app = &app{
		name: "lodge", in: strings.NewReader(""), out: &w.out, err: &w.err, clock: standing{}, zone: time.UTC, carriers: all.Carriers(),
		stops: func() (<-chan os.Signal, func()) { return w.signals, func() {} },
	}
	return w
}

// run runs one command line with the world's lodge.yaml and nothing written before.
func (w *world) run(args ...string) exit {
	w.t.Helper()
	w.out.Reset()
	w.err.Reset()
	if w.config == "" {
		w.config = filepath.Join(w.dir, "lodge.yaml")
	}
	return w.app.run(w.t.Context(), append([]string{"--config", w.config}, args...))
}

// must runs a command line that is to end with code.
func (w *world) must(code exit, args ...string) string {
	w.t.Helper()
	if got := w.run(args...); got != code {
		w.t.Fatalf("lodge %s: exit %d, want %d\n%s%s", strings.Join(args, " "), got, code, &w.out, &w.err)
	}
	return w.out.String()
}

// settings writes a lodge.yaml with one account of the simulated carrier.
func (w *world) settings(more string) {
	w.t.Helper()
	if !strings.Contains(more, "browser:") {
		more += "browser: {allow_unsandboxed: true}\n"
	}
	w.write("lodge.yaml", `watermark: 2026-11-01T00:00:00Z
stage: test
accounts:
  firm-harbor: {carrier: harbor, portal: "https://127.0.0.1:9"}
`+more)
}

func (w *world) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// said fails the test unless text contains each of parts.
func said(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("it does not say %q:\n%s", p, text)
		}
	}
}

// golden compares got, in which the world's folder is called DIR, with a file.
func (w *world) golden(name, got string) {
	w.t.Helper()
	got = strings.ReplaceAll(got, w.dir, "DIR")
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			w.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		w.t.Errorf("%s (-want +got), go test -update writes it anew:\n%s", path, diff)
	}
}
