package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

// The demonstration ends as it promises, files nothing twice when it runs again,
// and is started over only when somebody says so.
func TestDemo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := filepath.Join(w.dir, "demo")
	w.clock = systemClock()
	for n := range 2 {
		w.config = "-" // the demo brings its own
		out := w.must(exitDone, "demo", "--dir", dir)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		var got demoResult
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
			t.Fatalf("the last line: %v", err)
		}
		got.Seconds = 0
		if got != promised() {
			t.Errorf("run %d: %+v, want %+v", n+1, got, promised())
		}
		order := `{"invoices":24,"accepted":20,"found":1,"rejected":2,"quarantined":1,"needs_person":0,"portal_submissions":22,"duplicates":0,"seconds":`
		if !strings.HasPrefix(lines[len(lines)-1], order) {
			t.Errorf("the last line is %s", lines[len(lines)-1])
		}
		said(t, out, "MQ-10418           accepted (found)", "file MQ-10422.txt  quarantined", "Matter 4711 is closed.",
			"lodge --config "+dir+"/lodge.yaml show MQ-10401", "lodge portal harbor --dir "+dir+"/portal", "/state/evidence")
		if n == 0 {
			said(t, w.err.String(), "moor-harbor: logging in", "MQ-10401 accepted:", "23/23")
		} else if strings.Contains(w.err.String(), "logging in") {
			t.Errorf("the second run had something to do:\n%s", &w.err)
		}
	}
	w.config = filepath.Join(dir, "lodge.yaml")
	said(t, w.must(exitPerson, "run"), "Nothing is due.")
	said(t, w.must(exitDone, "evidence", "verify"), "23 links", "23 invoices", "All is right: ")
	said(t, w.must(exitDone, "show", "MQ-10401"), "form.jpg", "ready > submitting", "submitting > accepted")
	profiles, err := filepath.Glob(filepath.Join(dir, "state", "profiles", "profile-*"))
	if err != nil || len(profiles) > 0 {
		t.Errorf("profiles are left: %v, %v", profiles, err)
	}
}

func TestDemoForgetsOnlyDemos(t *testing.T) {
	w := newWorld(t)
	w.config = "-"
	w.write("mine/thesis.txt", "years of work")
	w.must(exitFailed, "demo", "--fresh", "--dir", filepath.Join(w.dir, "mine"))
	said(t, w.err.String(), "does not look like the folder of a demo")
	if _, err := os.Stat(filepath.Join(w.dir, "mine", "thesis.txt")); err != nil {
		t.Error(err)
	}
}

// A firm is a world whose account files with a portal that the test runs.
type firm struct {
	*world
	portal *portal.Server
	ahead  *atomic.Int64 // of the portal's clock, in nanoseconds
}

func newFirm(t *testing.T) *firm {
	t.Helper()
	w := newWorld(t)
	w.clock = systemClock()
	var ahead atomic.Int64
	o := harbor.Defaults(filepath.Join(w.dir, "portal"))
	o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	p, err := harbor.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	w.write("lodge.yaml", fmt.Sprintf(`watermark: 2026-01-01T00:00:00Z
stage: test
grace: 20
browser: {allow_unsandboxed: true}
accounts:
  firm-harbor: {carrier: harbor, portal: %q, pin: %q}
`, p.URL(), p.Pin()))
	user := harbor.Users()[0]
	w.in = strings.NewReader(user.Name)
	w.must(exitDone, "secret", "set", "firm-harbor", "username")
	w.in = strings.NewReader(user.Password)
	w.must(exitDone, "secret", "set", "firm-harbor", "password")
	clean, _ := inbox(t)
	w.write("inbox/firm-harbor/invoice.txt", clean)

	return &firm{w, p, &ahead}
}

// start builds the command and starts it in a process of its own.
func (f *firm) start(args ...string) (*exec.Cmd, *bytes.Buffer) {
	f.t.Helper()
	lodge := filepath.Join(f.dir, "lodge")
	if out, err := exec.CommandContext(f.t.Context(), "go", "build", "-o", lodge, ".").CombinedOutput(); err != nil {
		f.t.Fatalf("build: %v\n%s", err, out)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(f.t.Context(), lodge, append([]string{"--config", f.config}, args...)...)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	return cmd, &said
}

// hang makes the portal take the next upload in and answer never.
func (f *firm) hang() {
	f.t.Helper()
	if _, err := f.portal.Faults().Add(portal.Fault{What: portal.HangAfter, Next: 1}); err != nil {
		f.t.Fatal(err)
	}
}

// taken waits until the portal has taken n uploads in.
func (f *firm) taken(n int) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	defer cancel()
	for f.portal.Counts().Uploads < n {
		if !clock.Pause(ctx, 20*time.Millisecond) {
			f.t.Fatalf("the portal took %d uploads in within a minute, want %d", f.portal.Counts().Uploads, n)
		}
	}
}

// The promise, at the worst moment: the carrier has the invoice, Lodge does not
// know, and is killed. The next run looks, and files nothing again.
func TestKilledInTheMiddleOfACommit(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	f.hang()
	cmd, said := f.start("run")
	f.taken(1)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	f.portal.Faults().Clear()

	f.must(exitDone, "run")
	counts := f.portal.Counts()
	if counts.Uploads != 1 || counts.Duplicates != 0 {
		t.Errorf("the portal took %d uploads in, %d of them again; want 1, 0\n%s", counts.Uploads, counts.Duplicates, said)
	}
	var got line
	if err := json.Unmarshal([]byte(f.must(exitDone, "status", "--json")), &got); err != nil {
		t.Fatal(err)
	}
	if got.State != "accepted" || got.Found || got.Attempts != 1 {
		t.Errorf("it ended as %+v; want accepted by a look-up, after one attempt", got)
	}
	verified := f.must(exitDone, "evidence", "verify", "--json") // what was left is sealed, then the look-up
	sealed, err := os.ReadFile(filepath.Join(f.dir, "state", "evidence", "firm-harbor", "=chain", "00000001.json"))
	if err != nil || !strings.Contains(verified, `"links":2,`) || !strings.Contains(string(sealed), `"left": true`) {
		t.Errorf("what the killed run left is not sealed: %v, %s, %s", err, verified, sealed)
	}
	history := f.must(exitDone, "show", "MQ-10424")
	for _, part := range []string{"submitting > uncertain  takeover", "uncertain > accepted"} {
		if !strings.Contains(history, part) {
			t.Errorf("the history does not tell of %q:\n%s", part, history)
		}
	}
	profiles, err := filepath.Glob(filepath.Join(f.dir, "state", "profiles", "profile-*"))
	if err != nil || len(profiles) > 0 {
		t.Errorf("profiles of the killed run are left: %v, %v", profiles, err)
	}
}

// SIGTERM while the carrier does not answer: Lodge breaks off within its grace
// and says honestly that the invoice may be there. It is looked up when it is
// due, and until then left alone.
func TestStoppedInTheMiddleOfACommit(t *testing.T) {
	t.Parallel()
	for _, signals := range []int{1, 2} {
		t.Run(fmt.Sprintf("%d signals", signals), func(t *testing.T) {
			t.Parallel()
			f := newFirm(t)
			f.hang()
			cmd, out := f.start("run", "--watch")
			f.taken(1)
			begun := time.Now()
			for range signals {
				if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
			}
			err := cmd.Wait()
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it ended %s after the signal, beyond its grace of 20 s", took)
			}
			if err == nil {
				t.Errorf("broken off, and it says that all is done:\n%s", out)
			}
			said(t, out.String(), "finishing what is under way", "breaking off")
			var got line
			if err := json.Unmarshal([]byte(f.must(exitDone, "status", "--json")), &got); err != nil {
				t.Fatal(err)
			}
			if got.State != "uncertain" || got.Needs != "" {
				t.Errorf("after it was broken off it is %s and needs %q", got.State, got.Needs)
			}
			f.portal.Faults().Clear()
			f.must(exitDone, "run")
			if n := f.portal.Counts().Uploads; n != 1 {
				t.Errorf("the portal took %d uploads in", n)
			}
			said(t, f.must(exitDone, "evidence", "verify"), "All is right")
		})
	}
}

// A watching Lodge files what is put into the inbox, and ends when it is asked
// to while it has nothing to do.
func TestWatch(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	cmd, out := f.start("run", "--watch")
	f.taken(1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for f.portal.Counts().Accepted < 1 && clock.Pause(ctx, 20*time.Millisecond) {
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	said(t, f.must(exitDone, "status", "--json"), `"state":"accepted"`)
}

// One account's missing secret is told and stops no other account.
func TestAMissingSecretStopsOneAccount(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	settings, err := os.ReadFile(f.config)
	if err != nil {
		t.Fatal(err)
	}
	f.write("lodge.yaml", string(settings)+fmt.Sprintf("  other-harbor: {carrier: harbor, portal: %q, pin: %q}\n", f.portal.URL(), f.portal.Pin()))
	clean, _ := inbox(t)
	f.write("inbox/other-harbor/invoice.txt", clean)
	f.write("inbox/strange/invoice.txt", clean)
	f.must(exitPerson, "run", "--account", "firm-harbor")
	if strings.Contains(f.err.String(), "account other-harbor") {
		t.Errorf("an account was visited that was not asked for:\n%s", &f.err)
	}
	f.must(exitPerson, "run")
	said(t, f.err.String(), "account other-harbor has no secret", "secret set other-harbor username", "inbox/strange: there is no such account")
	said(t, f.must(exitDone, "status", "--json", "--account", "firm-harbor"), `"state":"accepted"`)
	if n := f.portal.Counts().Uploads; n != 1 {
		t.Errorf("the portal took %d uploads in", n)
	}
}

// A portal that is down is a failure that mends itself: nobody is called.
func TestAPortalThatIsDown(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	if _, err := f.portal.Faults().Add(portal.Fault{What: portal.Down}); err != nil {
		t.Fatal(err)
	}
	f.must(exitFailed, "run")
	said(t, f.err.String(), "firm-harbor", "the next run tries again")
	said(t, f.must(exitDone, "status", "--json"), `"state":"ready"`, `"needs":""`)
}

// A refused password holds the account back until there is another one.
func TestARefusedPassword(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	f.in = strings.NewReader("not-the-password")
	f.must(exitDone, "secret", "set", "firm-harbor", "password")
	f.must(exitPerson, "run")
	said(t, f.must(exitPerson, "status"), "ACCOUNT firm-harbor IS HELD BACK", "secret set firm-harbor password")
	f.must(exitPerson, "run") // spends no second login
	if n := f.portal.Counts().FailedLogins; n != 1 {
		t.Errorf("%d logins were refused, want 1", n)
	}
	f.in = strings.NewReader(harbor.Users()[0].Password)
	f.must(exitDone, "secret", "set", "firm-harbor", "password")
	out := f.must(exitDone, "run", "--json")
	var got line
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.State != "accepted" || got.Confirmation == "" {
		t.Errorf("run --json printed %s (%v)", out, err)
	}
	said(t, f.must(exitDone, "status"), "Nothing needs anybody.")
	said(t, f.must(exitDone, "evidence", "verify"), "2 links", "All is right") // the refused login, and the invoice
}
