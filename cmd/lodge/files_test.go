package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/lodge/internal/demo"
	"example.com/lodge/internal/filing"
	"example.com/lodge/ledes"
)

// inbox are files of the demonstration: clean, and malformed.
func inbox(t *testing.T) (clean, bad string) {
	t.Helper()
	files, err := demo.Inbox(noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		read, err := ledes.Read(strings.NewReader(string(f.Bytes)), ledes.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if read.Verdict() == ledes.Rejected {
			bad = string(f.Bytes)
		} else {
			clean = string(f.Bytes)
		}
	}
	return clean, bad
}

func TestInit(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join(w.dir, "new")
	said(t, w.must(exitDone, "init", dir), "lodge.yaml is written.", "lodge carriers", "secret set ACCOUNT KEY, for each of its secrets",
		filepath.Join(dir, "inbox", "ACCOUNT"), "lodge --config "+filepath.Join(dir, "lodge.yaml")+" run")
	w.config = filepath.Join(dir, "lodge.yaml")
	c, err := w.app.settings()
	if err != nil || !c.Watermark.Equal(noon) {
		t.Fatalf("watermark %s, %v; want now", c.Watermark, err)
	}
	for _, folder := range []string{"inbox", "state"} {
		if info, err := os.Stat(filepath.Join(dir, folder)); err != nil || !info.IsDir() {
			t.Errorf("no %s: %v", folder, err)
		}
	}
	before, err := os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.write("new/lodge.yaml", string(before)+"# mine\n")
	w.must(exitFailed, "init", dir)
	said(t, w.err.String(), "is there already, and is left as it is")
	if after, _ := os.ReadFile(w.config); string(after) != string(before)+"# mine\n" {
		t.Error("init wrote over a lodge.yaml that was there")
	}
}

// What is wrong with the settings or the ledger is said by every command that
// needs them, in sentences that name who acts.
func TestRefusals(t *testing.T) {
	commands := [][]string{{"run"}, {"status"}, {"show", "x"}, {"resume", "firm-harbor", "--why", "x"}}
	for _, c := range []struct {
		name    string
		prepare func(w *world)
		says    []string
	}{
		{"no settings", func(*world) {}, []string{"there is no ", "lodge init"}},
		{"misspelt", func(w *world) { w.settings("inbx: x\n") }, []string{"cannot be used; the operator corrects:", `no key "inbx"`}},
		{"unknown carrier", func(w *world) {
			w.write("lodge.yaml", "watermark: 2026-11-01T00:00:00Z\naccounts: {a: {carrier: habor}}\n")
		}, []string{`there is no carrier "habor"`, `did you mean "harbor"?`}},
		{"no ledger but another file", func(w *world) {
			w.settings("")
			w.write("state/ledger.db", strings.Repeat("not a ledger, but a long text. ", 100))
		}, []string{"the file is not a ledger; the operator puts the right file there"}},
		{"a newer ledger", func(w *world) {
			w.filled()
			w.statement("PRAGMA user_version = 99")
		}, []string{"of version 99, this program knows ", "update this program"}},
	} {
		for _, args := range commands {
			t.Run(c.name+"/"+args[0], func(t *testing.T) {
				w := newWorld(t)
				c.prepare(w)
				w.must(exitFailed, args...)
				said(t, w.err.String(), c.says...)
			})
		}
	}
}

// statement runs one statement in the world's ledger.
func (w *world) statement(text string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "state", "ledger.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(w.t.Context(), text); err != nil {
		w.t.Fatal(err)
	}
}

// What the system says is followed by who acts, in whatever error it comes.
func TestTell(t *testing.T) {
	for _, c := range []struct {
		err  error
		says string
	}{
		{fmt.Errorf("stage x: %w", &fs.PathError{Op: "write", Path: "y", Err: syscall.ENOSPC}), "the operator makes room on the disk"},
		{fmt.Errorf("open: %w", fs.ErrPermission), "the user who owns its folders"},
		{fmt.Errorf("list: %w", context.Canceled), "the next run goes on"},
		{errors.New("open \x1b[2J\u202ename: gone\n  line 2"), "lodge: open [2Jname: gone\n  line 2\n"},
		{errPerson, ""}, {errFailed, ""}, {nil, ""},
	} {
		var b strings.Builder
		(&app{err: &b}).tell(c.err)
		if c.says == "" && b.Len() > 0 {
			t.Errorf("%v was told twice: %s", c.err, &b)
		}
		said(t, b.String(), c.says)
	}
}

// Root gives the browser's sandbox up, and must be told to.
func TestUnsandboxed(t *testing.T) {
	w := newWorld(t)
	w.settings("browser: {allow_unsandboxed: false}\n")
	code := w.run("run")
	if refused := strings.Contains(w.err.String(), "allow_unsandboxed: true"); refused != (os.Geteuid() == 0) || refused && code != exitFailed {
		t.Errorf("as user %d: exit %d, %s", os.Geteuid(), code, w.err.String())
	}
}

// A browser that is not there is told before anything is begun.
func TestNoBrowser(t *testing.T) {
	w := newWorld(t)
	w.settings("browser: {path: /nowhere/chromium, allow_unsandboxed: true}\n")
	w.must(exitFailed, "run")
	said(t, w.err.String(), "lodge.yaml or $LODGE_CHROMIUM names", "/nowhere/chromium")
	w.settings("")
	w.environ = []string{"LODGE_CHROMIUM=/elsewhere/chromium"}
	w.must(exitFailed, "run")
	said(t, w.err.String(), "/elsewhere/chromium")
}

func TestSecrets(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	said(t, w.must(exitPerson, "secret", "list"), "username", "missing (vendor portal user", "secret set firm-harbor username")

	w.in = strings.NewReader("ada.moor\n")
	w.must(exitDone, "secret", "set", "firm-harbor", "username")
	var asked string
	w.secret = func(question string) (string, error) { asked = question; return "Tide-table-7", nil }
	w.must(exitDone, "secret", "set", "firm-harbor", "password")
	said(t, asked, "password of account firm-harbor (of that user")
	for _, said := range []string{w.out.String(), w.err.String()} {
		if strings.Contains(said, "Tide-table-7") {
			t.Errorf("the secret was printed: %s", said)
		}
	}
	c, err := w.app.settings()
	if err != nil {
		t.Fatal(err)
	}
	carrier, _ := w.carrier("harbor")
	got, err := filing.SecretsOf(context.Background(), w.secrets(c), "firm-harbor", carrier)
	if err != nil || len(got.Values) != 2 || got.Version == "" {
		t.Errorf("secrets %v, %v", got, err)
	}
	out := w.must(exitDone, "secret", "list", "--json")
	if strings.Count(out, `"missing":false`) != 2 || strings.Contains(out, "Tide-table") {
		t.Errorf("list: %s", out)
	}
	info, err := os.Stat(c.Secrets.File)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the secrets has mode %v, %v", info.Mode(), err)
	}

	w.secret = func(string) (string, error) { return "", nil }
	w.must(exitFailed, "secret", "set", "firm-harbor", "password")
	said(t, w.err.String(), "the secret is empty: nothing was changed")
}

func TestASecretFromAPipeKeepsItsBlanks(t *testing.T) {
	for in, want := range map[string]string{"pass word \n": "pass word ", "x\r\n": "x", "two\nlines\n": "two\nlines"} {
		a := app{in: strings.NewReader(in)}
		if got, err := a.readSecret(""); err != nil || got != want {
			t.Errorf("from %q: %q, %v; want %q", in, got, err, want)
		}
	}
	a := app{in: strings.NewReader(strings.Repeat("x", longestSecret+1))}
	if _, err := a.readSecret(""); err == nil {
		t.Error("a secret without an end was taken")
	}
}

func TestCarriers(t *testing.T) {
	w := newWorld(t)
	said(t, w.must(exitDone, "carriers"), "harbor", "Harbor Mutual", "LEDES1998B", "username, password")
	w.golden("carriers-harbor.txt", w.must(exitDone, "carriers", "harbor"))
	var c carrierLine
	if err := json.Unmarshal([]byte(w.must(exitDone, "carriers", "--json")), &c); err != nil || c.Name != "harbor" || len(c.Secrets) != 2 || c.Hosts == nil {
		t.Errorf("--json: %+v, %v", c, err)
	}
}
