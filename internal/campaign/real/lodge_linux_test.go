package real

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/internal/bench/scene"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

// The accounts of an office, each of a firm of its own.
const (
	moor = "moor-harbor"
	pier = "pier-harbor"
)

// An office is an installation of Lodge with two accounts, the portal that they
// file at, and the time that both live in.
type office struct {
	program
	*scene.Lodge
	portal  *portal.Server
	options portal.Options // of it
	door    *doorman
	trap    *trap
	secrets *secret.File
	said    bytes.Buffer // by all runs so far

	t         *testing.T
	later     atomic.Int64
	ahead     time.Duration       // that Lodge's clock is before the portal's
	numbers   map[string][]string // of the invoices in the inboxes, by account
	passwords []string            // the right ones, and the wrong ones
	right     map[string]string   // by account
	leaked    []string
	left      []string
	acts      int // of the operator: suspensions lifted, passwords set
	wrong     int // passwords that people set and the portal did not know
}

// grace is the time that runs get to end in when they are asked to.
const grace = 13 * time.Second

func newOffice(t *testing.T, p program) *office {
	t.Helper()
	o := &office{program: p, t: t, door: newDoorman(), trap: newTrap(t), numbers: map[string][]string{}, right: map[string]string{}}
	dir := t.TempDir()
	var users []portal.User
	var accounts []scene.Account
	for _, name := range []string{moor, pier} {
		password := "canary-" + rand.Text()
		o.right[name], o.passwords = password, append(o.passwords, password)
		users = append(users, portal.User{Name: name + ".user", Password: password, Person: "User of " + name, Firm: "Firm of " + name})
		accounts = append(accounts, scene.Account{Name: name, User: scene.User{Name: name + ".user", Password: password}})
	}
	var err error
	o.options = portal.Options{Dir: filepath.Join(dir, "portal"), Users: users,
		Settle: 100 * time.Millisecond, Now: o.now, Watch: o.door.watch}
	o.portal, err = harbor.Start(context.WithoutCancel(t.Context()), o.options)
	o.check(err)
	t.Cleanup(func() { o.check(o.portal.Close()) })
	for i := range accounts {
		accounts[i].Portal = &scene.Portal{URL: o.portal.URL(), Pin: o.portal.Pin()}
	}
	o.Lodge, err = scene.Furnish(t.Context(), p.release, filepath.Join(dir, "lodge"), accounts, 2)
	o.check(err)
	c := o.Config
	c.Grace = grace
	var text bytes.Buffer
	o.check(config.Write(&text, c))
	o.check(os.WriteFile(c.Path, text.Bytes(), 0o600))
	o.secrets = secret.NewFile(filepath.Join(o.Dir(), c.Secrets.File), filepath.Join(o.Dir(), c.Secrets.Identity))
	return o
}

func (o *office) check(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) now() time.Time { return time.Now().Add(time.Duration(o.later.Load())) }

// wait lets time pass for Lodge and the portal, once nothing is under way there:
// what the portal has not read yet would else come in a later time.
func (o *office) wait(d time.Duration) {
	o.t.Helper()
	select {
	case <-o.door.quiet():
		o.later.Add(int64(d))
	case <-time.After(time.Minute):
		o.t.Fatal("the portal is not quiet a minute after the run")
	}
}

// supply puts n more invoices into an account's inbox.
func (o *office) supply(account string, n int) {
	o.t.Helper()
	dir := o.t.TempDir()
	papers, err := scene.Papers(dir, fmt.Sprintf("%s-%02d", strings.ToUpper(account[:4]), len(o.numbers[account])), n, nil)
	o.check(err)
	o.check(os.MkdirAll(o.Inbox(account), 0o700))
	for _, p := range papers {
		o.check(os.Rename(p.Path, filepath.Join(o.Inbox(account), filepath.Base(p.Path))))
		o.numbers[account] = append(o.numbers[account], p.Number)
	}
}

// A run is one lodge run under way.
type run struct {
	*exec.Cmd
	ended chan struct{} // closed once it has
	err   error         // how, then
}

// start starts a command of Lodge's.
func (o *office) start(args ...string) *run {
	o.t.Helper()
	r := &run{Cmd: o.command(time.Duration(o.later.Load())+o.ahead, append([]string{"--config", o.Config.Path}, args...)...), ended: make(chan struct{})}
	var said bytes.Buffer
	r.Stdout, r.Stderr = &said, &said
	r.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	o.check(r.Start())
	go func() {
		r.err = r.Wait()
		_, _ = o.said.Write(said.Bytes()) // runs come one after the other
		close(r.ended)
	}()
	return r
}

// hung is after how long a command counts as hung.
const hung = 3 * time.Minute

// done waits until the run has ended.
func (o *office) done(r *run) {
	o.t.Helper()
	select {
	case <-r.ended:
	case <-time.After(hung):
		_ = r.Process.Signal(syscall.SIGABRT) // which tells its stacks
		<-r.ended
		o.t.Fatalf("a run did not end within %s:\n%s", hung, &o.said)
	}
}

// open is the ledger and the evidence, for whoever looks while nothing runs.
func (o *office) open(look func(l *ledger.Ledger, store *evidence.Store)) {
	o.t.Helper()
	o.check(os.MkdirAll(o.Config.State, 0o700)) // the program may have been killed before it did
	e, err := sqlite.Open(o.t.Context(), o.Config.Ledger())
	o.check(err)
	store, err := evidence.Open(o.Config.Evidence())
	o.check(err)
	look(ledger.New(e, clock.System{}, holder.Dir(o.Config.Owners()), submission.Limits{}), store)
	o.check(e.Close())
	o.check(store.Close())
}

// operator does what Lodge asks the operator for: has the carrier open an account that
// it locked, sets the right password where one was refused, and lets accounts go on that
// wait for somebody to look.
func (o *office) operator() {
	o.t.Helper()
	o.open(func(l *ledger.Ledger, _ *evidence.Store) {
		accounts, err := l.Accounts(o.t.Context())
		o.check(err)
		for _, a := range accounts {
			if a.Suspended == nil {
				continue
			}
			o.acts++
			o.check(o.portal.Door().Unlock(a.Name + ".user"))
			o.check(o.secrets.Set(o.t.Context(), a.Name, "password", secret.NewValue(o.right[a.Name])))
			o.check(l.LiftSuspension(o.t.Context(), a.Name, "ada", "looked, and set it right"))
		}
	})
}

// unsettled is how many invoices wait for Lodge.
func (o *office) unsettled() int {
	o.t.Helper()
	n := 0
	o.open(func(l *ledger.Ledger, _ *evidence.Store) {
		n = len(o.numbers[moor]) + len(o.numbers[pier])
		subs, err := l.All(o.t.Context(), ledger.Query{})
		o.check(err)
		for _, s := range subs {
			if ends(s.State) || s.Needs != "" {
				n--
			}
		}
	})
	return n
}

// facts are what is known once nothing runs any more.
func (o *office) facts() facts {
	o.t.Helper()
	f := facts{leaks: o.leaked, left: o.left, foreign: int(o.trap.met.Load())}
	o.open(func(l *ledger.Ledger, store *evidence.Store) {
		o.check(known(o.t.Context(), &f, l, store, o.portal, o.numbers))
	})
	found, err := leaksBelow(o.Dir(), o.passwords)
	o.check(err)
	f.leaks = append(append(f.leaks, found...), leaks("what was said", o.said.Bytes(), o.passwords)...)
	profiles, err := filepath.Glob(filepath.Join(o.Config.Profiles(), "profile-*"))
	o.check(err)
	for _, p := range profiles {
		f.left = append(f.left, "a profile is left: "+filepath.Base(p))
	}
	f.left = append(f.left, using(o.Dir())...)
	return f
}
