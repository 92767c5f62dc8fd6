package main

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// address is where the portal said it was.
func (w *world) address() string {
	w.t.Helper()
	m := regexp.MustCompile(`portal is at https://(127\.0\.0\.1:\d+)\n`).FindStringSubmatch(w.out.String())
	if m == nil {
		w.t.Fatalf("no address in\n%s", &w.out)
	}
	return m[1]
}

// The portal tells an author all that is needed to click through it, and is at
// the same address the next time.
func TestPortal(t *testing.T) {
	w := newWorld(t)
	w.config = "-"
	dir := filepath.Join(w.dir, "portal")
	w.signals <- os.Interrupt // ends it once it has begun
	out := w.must(exitDone, "portal", "harbor", "--dir", dir)
	said(t, out, "/admin", "--ignore-certificate-errors-spki-list=", "pin: ", "ada.moor", "Tide-table-7", "the password has expired", "Ctrl-C ends it.")
	first := w.address()

	w.signals <- os.Interrupt
	w.must(exitDone, "portal", "harbor", "--dir", dir)
	if again := w.address(); again != first {
		t.Errorf("it was at %s, and then at %s", first, again)
	}

	taken, err := net.Listen("tcp", first)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	w.signals <- os.Interrupt
	w.must(exitDone, "portal", "harbor", "--dir", dir)
	if w.address() == first {
		t.Error("it listens where somebody else does")
	}
	w.must(exitFailed, "portal", "harbor", "--dir", dir, "--addr", first)
	said(t, w.err.String(), "address already in use")
}

func TestThePortalIsForThisMachineOnly(t *testing.T) {
	w := newWorld(t)
	w.config = "-"
	w.signals <- os.Interrupt
	w.must(exitFailed, "portal", "harbor", "--dir", filepath.Join(w.dir, "portal"), "--addr", "0.0.0.0:0")
	said(t, w.err.String(), "not a loopback address")
}
