package main

import (
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/portal"
)

// TestReconcile looks up what was sent and leaves what is to be filed. Where there
// is nothing to look up it logs in nowhere.
func TestReconcile(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	said(t, f.must(exitDone, "reconcile"), "Nothing is due.")
	if strings.Contains(f.err.String(), "logging in") {
		t.Errorf("it had something to do:\n%s", &f.err)
	}
	if _, err := f.portal.Faults().Add(portal.Fault{What: portal.Late, Next: 1, For: portal.Duration(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	said(t, f.must(exitDone, "run"), "1 submitted")
	clean, _ := inbox(t)
	f.write("inbox/firm-harbor/another.txt", strings.ReplaceAll(clean, "MQ-104", "MQ-204"))
	f.ahead.Store(int64(2 * time.Hour))
	f.must(exitDone, "rerun", "--account", "firm-harbor", "--why", "to see it now")
	said(t, f.must(exitDone, "reconcile"), "1 accepted")
	uploads := 0
	for _, n := range f.portal.Counts().Invoices {
		uploads += n.Uploads
	}
	if uploads != 1 {
		t.Errorf("%d uploads, want the one of the run", uploads)
	}
	said(t, f.must(exitDone, "run"), "1 invoice in", "1 accepted") // the other one
}
