package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

// unsent fails the test if the portal took anything in.
func (f *firm) unsent() {
	f.t.Helper()
	if n := f.portal.Counts().Uploads; n != 0 {
		f.t.Errorf("the portal took %d uploads in", n)
	}
}

// What there is to rehearse with, from nothing to an invoice that is ready. None
// of it is sent, and nothing is registered.
func TestRehearse(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	file := filepath.Join(f.dir, "inbox", "firm-harbor", "invoice.txt")
	said(t, f.must(exitDone, "rehearse", "firm-harbor"), "login    ok", "look-up  ok", "does not hold invoice "+noSuchInvoice,
		"form     not rehearsed: there is no invoice", "Nothing was sent.")
	said(t, f.err.String(), "no invoice is ready", "fill the field labelled \"Password\"")

	said(t, f.must(exitDone, "rehearse", "firm-harbor", "--file", file), "form     ok", "commit   refused, as it should be", "form.jpg")
	said(t, f.must(exitDone, "rehearse", "firm-harbor", "MQ-10424", "--file", file), "filled in with invoice MQ-10424")
	f.must(exitUsage, "rehearse", "firm-harbor", "MQ-1", "--file", file)
	said(t, f.err.String(), `has no invoice "MQ-1": it has MQ-10424`)
	f.write("bad.txt", "LEDES1998B[]\nnothing\n")
	f.must(exitFailed, "rehearse", "firm-harbor", "--file", filepath.Join(f.dir, "bad.txt"))
	said(t, f.err.String(), "line 2", "validate --profile firm-harbor ")
	if out := f.must(exitDone, "status", "--json"); out != "" {
		t.Errorf("a file was registered:\n%s", out)
	}
	if n := f.portal.Counts().Logins; n != 3 {
		t.Errorf("%d logins for three rehearsals", n)
	}
	f.unsent()

	if _, err := f.portal.Faults().Add(portal.Fault{What: portal.Down}); err != nil {
		t.Fatal(err)
	}
	f.must(exitFailed, "run") // takes it in
	f.must(exitFailed, "rehearse", "firm-harbor")
	said(t, f.out.String(), "login    FAILED", "Nothing was sent; later it may work.")
	f.portal.Faults().Clear()
	before := f.must(exitDone, "show", "MQ-10424", "--json")
	said(t, f.must(exitDone, "rehearse", "firm-harbor"), "filled in with invoice MQ-10424", "commit   refused")
	said(t, f.err.String(), "with invoice MQ-10424 (ready)")
	said(t, f.must(exitDone, "rehearse", "firm-harbor", "MQ-10424"), "filled in with invoice MQ-10424")
	if after := f.must(exitDone, "show", "MQ-10424", "--json"); after != before {
		t.Errorf("the invoice has moved from\n%s to\n%s", before, after)
	}
	f.unsent()
}

// An author reads what is missing, what is there, and where the picture is.
func TestRehearseAChangedPage(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	if _, err := f.portal.Faults().Add(portal.Fault{What: portal.Changed, At: portal.UploadPage}); err != nil {
		t.Fatal(err)
	}
	out := f.must(exitPerson, "rehearse", "firm-harbor", "--file", filepath.Join(f.dir, "inbox", "firm-harbor", "invoice.txt"), "--json")
	var got rehearsalLine
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	form := got.Parts[2]
	if got.Works || got.Needs != "author" || form.Result != "failed" || form.Kind != "site-changed" || got.Parts[3].Result != "not rehearsed" {
		t.Errorf("%+v", got)
	}
	said(t, form.Text, "could not see #upload", "the page is /invoices/new", "Submit work")
	for _, name := range []string{"failure.jpg", "failure.html", "steps.json"} {
		if _, err := os.Stat(filepath.Join(got.Folder, name)); err != nil {
			t.Error(err)
		}
	}
	f.unsent()
}

// A refused login is spent once: a rehearsal does not try what holds back.
func TestRehearseARefusedLogin(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	f.in = strings.NewReader("not-the-password")
	f.must(exitDone, "secret", "set", "firm-harbor", "password")
	said(t, f.must(exitPerson, "rehearse", "firm-harbor"), "login    FAILED", "the operator acts")
	f.must(exitPerson, "rehearse", "firm-harbor")
	said(t, f.err.String()+f.out.String(), "nobody has logged in", "lodge --config", "status")
	f.must(exitPerson, "rehearse", "firm-harbor", "--json")
	said(t, f.out.String(), `"works":false`, `"needs":"operator"`)
	if n := f.portal.Counts().FailedLogins; n != 1 {
		t.Errorf("%d logins were refused, want 1", n)
	}
	f.in = strings.NewReader(harbor.Users()[0].Password)
	f.must(exitDone, "secret", "set", "firm-harbor", "password")
	f.must(exitDone, "rehearse", "firm-harbor")
}

// A paused account is rehearsed when somebody says so, and only then.
func TestRehearseAPausedAccount(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	settings, err := os.ReadFile(f.config)
	if err != nil {
		t.Fatal(err)
	}
	f.write("lodge.yaml", strings.Replace(string(settings), "{carrier: harbor,", "{carrier: harbor, paused: new terms,", 1))
	f.must(exitFailed, "rehearse", "firm-harbor")
	said(t, f.err.String(), "is paused (new terms)", "--paused")
	f.must(exitDone, "rehearse", "firm-harbor", "--paused")
	f.must(exitDone, "pause", "firm-harbor", "--why", "the carrier asks us to wait")
	f.must(exitPerson, "rehearse", "firm-harbor", "--paused")
	said(t, f.err.String(), "the carrier asks us to wait", "nobody has logged in")
	if n := f.portal.Counts().Logins; n != 1 {
		t.Errorf("%d logins", n)
	}
}

// Without a display nothing is begun, and the error says what to install.
func TestNoDisplay(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	for _, command := range [][]string{{"run"}, {"rehearse", "firm-harbor"}} {
		w := newWorld(t)
		w.settings("")
		w.must(exitFailed, append(command, "--headed")...)
		said(t, w.err.String(), "apt-get install xvfb")
		w.settings("browser: {allow_unsandboxed: true, path: /usr/lib/chromium/chromium-headless-shell}\n")
		w.must(exitFailed, append(command, "--headed")...)
		said(t, w.err.String(), "chromium-headless-shell has none")
	}
}
