package real

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/portal/harbor"
)

// A mishap is what somebody does by hand in the middle of a run, and how it is made
// good once that run has ended.
type mishap struct {
	before func(o *office) bool // what is set up; false: this machine cannot
	during func(o *office, r *run)
	after  func(o *office)
	lodge  time.Duration // that Lodge's clock is ahead of the portal's in the next run

	// may is a rule that it may break for an invoice of each account: a disk that is
	// full keeps nothing of an answer that is just coming. asks: a clock that is ahead
	// has the site's rows older than their intents, and a person is asked.
	may  string
	asks bool
}

func mishaps() map[string]mishap {
	return map[string]mishap{
		"disk full": {before: (*office).small, during: func(o *office, _ *run) { o.fill() }, after: (*office).makeRoom, may: "evidence:"},
		"network cut": {during: func(o *office, _ *run) { o.check(o.portal.Close()) },
			after: func(o *office) { o.reopen() }},
		"browsers killed": {during: func(o *office, r *run) { o.killBrowsers(r) }},
		"Lodge killed":    {during: func(_ *office, r *run) { _ = r.Process.Kill() }},
		"clock back":      {during: func(_ *office, r *run) { _ = r.Process.Signal(syscall.SIGTERM) }, lodge: -time.Hour},
		"clock forward":   {during: func(_ *office, r *run) { _ = r.Process.Signal(syscall.SIGTERM) }, lodge: time.Hour, asks: true},
	}
}

// TestByHand files invoices (-invoices 50) and has a mishap in the middle, as people
// do to see what happens: then Lodge runs again, and the portal has each once.
func TestByHand(t *testing.T) {
	n := asked[int](t, "invoices")
	if n == 0 {
		return // it takes minutes: make faults-real asks for it
	}
	p, err := build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range mishaps() {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, p)
			if m.before != nil && !m.before(o) {
				return
			}
			o.supply(moor, n/2)
			o.supply(pier, n-n/2)
			r := o.start("run")
			for ctx := t.Context(); o.portal.Counts().Uploads < n/3; {
				if !clock.Pause(ctx, 10*time.Millisecond) {
					t.Fatal(ctx.Err())
				}
			}
			h := herded(r.Process.Pid)
			m.during(o, r)
			o.done(r)
			o.left = append(o.left, h.end(5*time.Second)...)
			atOnce := o.portal.Counts().Uploads
			if m.after != nil {
				m.after(o)
			}
			o.ahead = m.lodge
			again := o.start("run")
			o.done(again)
			o.ahead = 0
			afterwards := o.portal.Counts().Uploads
			runs := 0
			o.settle(&runs)
			f := o.facts()
			for i := range f.invoices {
				if m.asks && f.invoices[i].state == person {
					f.invoices[i].blamed = name
				}
			}
			excused := 0
			for _, b := range f.broken() {
				if m.may != "" && strings.HasPrefix(b, m.may) && excused < 2 {
					excused++
					continue
				}
				t.Error(b)
			}
			for _, i := range f.invoices {
				if i.uploads != 1 || i.state != accepted && (!m.asks || i.state != person) {
					t.Errorf("invoice %s was taken in %d times and is %s: %s", i.number, i.uploads, i.state, i.why)
				}
			}
			t.Logf("%s: %d invoices, taken in: %d in the first run, %d with the next, %d after %d more; operator %d times",
				name, n, atOnce, afterwards, o.portal.Counts().Uploads, runs, o.acts)
			if t.Failed() {
				t.Logf("said:\n%s", &o.said)
			}
		})
	}
}

// small puts Lodge's state on a disk of 64 MB. Only root can mount one.
func (o *office) small() bool {
	o.t.Helper()
	o.check(os.MkdirAll(o.Config.State, 0o700))
	if err := syscall.Mount("lodge-test", o.Config.State, "tmpfs", 0, "size=64m,mode=700"); err != nil {
		o.t.Logf("nothing can be mounted here, and so nothing is tested: %v", err)
		return false
	}
	o.t.Cleanup(func() { o.check(syscall.Unmount(o.Config.State, syscall.MNT_DETACH)) })
	return true
}

func (o *office) filler() string { return filepath.Join(o.Config.State, "full") }

// fill leaves no byte on the disk of Lodge's state.
func (o *office) fill() {
	o.t.Helper()
	f, err := os.Create(o.filler())
	o.check(err)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		o.t.Error(err)
	}
	o.check(f.Close())
}

func (o *office) makeRoom() { o.check(os.Remove(o.filler())) }

// reopen starts the portal again where it was, with all that it knew.
func (o *office) reopen() {
	o.t.Helper()
	at, err := url.Parse(o.portal.URL())
	o.check(err)
	options := o.options
	options.Addr = at.Host
	o.portal, err = harbor.Start(context.WithoutCancel(o.t.Context()), options)
	o.check(err)
}

func (o *office) killBrowsers(r *run) {
	for _, p := range below(r.Process.Pid) {
		_ = syscall.Kill(p.pid, syscall.SIGKILL)
	}
}
