package real

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/portal"
	sim "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// An act breaks something. It returns what the process is answered, "" if it needs
// no answer any more.
type act struct {
	name, fact string
	browser    bool // it breaks the browser
	do         func(s *trial, pid int) (answer string)
}

// acts are the ways of breaking process and browser.
func acts() []act {
	signal := func(sig syscall.Signal, mark string) func(*trial, int) string {
		return func(s *trial, pid int) string {
			s.signal(pid, sig, mark)
			return goOn
		}
	}
	return []act{
		{"killed", "c*k", false, func(_ *trial, pid int) string { _ = syscall.Kill(pid, syscall.SIGKILL); return "" }},
		{"broken-off", "c*t", false, func(*trial, int) string { return breakUp }},
		{"panics", "c*p", false, func(*trial, int) string { return panics }},
		{"renderer-killed", "i01", true, signal(syscall.SIGKILL, "--type=renderer")},
		{"browser-killed", "i02", true, signal(syscall.SIGKILL, "--user-data-dir=")},
		{"network-killed", "i03", true, signal(syscall.SIGKILL, "--type=utility")},
		{"gpu-killed", "i03", true, signal(syscall.SIGKILL, "--type=gpu-process")},
		{"browser-stopped", "i04", true, signal(syscall.SIGSTOP, "--user-data-dir=")},
	}
}

// number is the invoice of every trial.
const number = "INV-1"

// A trial is one run: an account with an invoice, a portal, and visits in
// processes of their own.
type trial struct {
	*visittest.Bench
	t         *testing.T
	errand    errand
	trap      *trap
	door      *doorman
	later     time.Duration
	passwords []string
	numbers   []string
	user      portal.User
	said      bytes.Buffer
	leaked    []string
	left      []string
	allowed   int      // refused logins
	points    []string // that were passed
	missed    []string // acts that found nothing to act on
}

func newTrial(t *testing.T) *trial {
	t.Helper()
	s := &trial{t: t, trap: newTrap(t), door: newDoorman()}
	users := sim.Users()
	for i := range users {
		users[i].Password = s.secret("canary-" + rand.Text())
	}
	s.user = users[0]
	users[3].Firm = s.user.Firm
	s.Bench = visittest.New(t, harbor.Carrier(), func(o *portal.Options) { o.Users, o.Watch = users, s.door.watch })
	s.errand = errand{Dir: s.Dir, Portal: s.Portal.URL(), Pin: s.Portal.Pin(), User: s.user.Name, Password: s.user.Password, Version: "1"}
	s.passwords = append(s.passwords, users[3].Password)
	return s
}

// secret makes a password known to the canary's hunt.
func (s *trial) secret(p string) string {
	if !strings.HasPrefix(p, "canary-") {
		p = "canary-" + strings.ReplaceAll(p, " ", "-")
		s.allowed++
	}
	s.passwords = append(s.passwords, p)
	return p
}

// tries uses up tries of the account's login, as somebody else does.
func (s *trial) tries(n int) {
	for range n {
		_, _, _, err := s.Portal.Door().Enter(s.user.Name, "somebody else's")
		s.check(err)
		s.allowed++
	}
	if n == portal.Tries {
		s.allowed++ // Lodge's own, which is told that the account is locked
	}
}

// expired is a login whose password must be changed.
func (s *trial) expired() (user, password string) {
	return sim.Users()[3].Name, s.passwords[len(s.passwords)-1]
}

// others are invoices of the firm that the portal has already.
func (s *trial) others(n int) {
	for i := range n {
		s.ByHand(fmt.Sprintf("%s-%d", number, i), visittest.Matter, visittest.Total, time.Duration(i+1)*time.Hour)
	}
}

// byHand has the invoice filed already, which the history shows after hidden.
func (s *trial) byHand(hidden time.Duration) {
	_, err := s.Portal.Book().ByHand(portal.Filing{Firm: s.user.Firm, Number: number, Client: sim.Clients()[0].ID, Matter: visittest.Matter,
		Amount: portal.Money(visittest.Total * 100), By: "Ben Quay", Ago: 3 * time.Hour, Hidden: hidden})
	s.check(err)
}

func (s *trial) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// signal sends sig to the processes below pid whose arguments hold mark.
func (s *trial) signal(pid int, sig syscall.Signal, mark string) {
	n := 0
	for _, p := range below(pid) {
		own := !strings.Contains(p.args, "--type=")
		if strings.Contains(p.args, mark) && (own || strings.HasPrefix(mark, "--type=")) && syscall.Kill(p.pid, sig) == nil {
			n++
		}
	}
	if n == 0 {
		s.missed = append(s.missed, mark)
	}
}

// visit makes the visits of one process. At point, act does its work once.
func (s *trial) visit(point string, a act) {
	s.t.Helper()
	exe, err := os.Executable()
	s.check(err)
	cmd := exec.Command(exe, visitor) //nolint:gosec // this test
	in, err := cmd.StdinPipe()
	s.check(err)
	out, err := cmd.StdoutPipe()
	s.check(err)
	var said bytes.Buffer
	cmd.Stderr = &said
	s.check(cmd.Start())
	late := time.AfterFunc(hung, func() { _ = cmd.Process.Signal(syscall.SIGABRT) })
	defer late.Stop()
	e := s.errand
	e.Later = s.later
	answers := json.NewEncoder(in)
	s.check(answers.Encode(e))
	h := &herd{}
	act := sync.OnceValue(func() string {
		h = herded(cmd.Process.Pid)
		s.leaked = append(s.leaked, h.holds(s.passwords)...)
		return a.do(s, cmd.Process.Pid)
	})
	ctx, over := context.WithCancel(s.t.Context())
	var watching sync.WaitGroup
	if point == taken {
		watching.Go(func() {
			for s.Uploads(number) == 0 {
				if !clock.Pause(ctx, 5*time.Millisecond) {
					return // it came to its end without
				}
			}
			act()
		})
	}
	last := s.follow(out, answers, point, act)
	over()
	watching.Wait()
	_ = cmd.Wait()
	if !late.Stop() {
		s.t.Errorf("a visit hung:\n%s", &said)
	}
	s.left = append(s.left, h.end(5*time.Second)...)
	_, _ = fmt.Fprintf(&s.said, "%s\nended with %q\n", &said, last.Error)
}

// follow answers the process at each point until its output ends.
func (s *trial) follow(out io.Reader, answers *json.Encoder, point string, act func() string) (last stop) {
	for lines := json.NewDecoder(out); ; {
		var at stop
		if err := lines.Decode(&at); err != nil {
			return last
		}
		last = at
		s.points = append(s.points, at.Point)
		if at.Point == "end" {
			return last
		}
		answer := goOn
		if at.Point == point {
			answer = act()
			point = ""
		}
		if answer != "" {
			_ = answers.Encode(answer) // it may be dead
		}
	}
}

// play lives through a row, and what follows, until all is settled.
func (s *trial) play(r row) facts {
	s.t.Helper()
	id := s.Register(visittest.Moor, number, r.odd)
	s.numbers = append(s.numbers, number)
	if r.setup != nil {
		r.setup(s)
	}
	for _, f := range r.fault {
		if !r.stays {
			f.Next = 1
		}
		if f.What == portal.Elsewhere || f.What == portal.ElsewhereAfter {
			f.To = s.trap.URL()
		}
		s.Fault(f)
	}
	s.visit(r.point, r.act)
	s.Portal.Faults().Clear()
	s.errand.User, s.errand.Password, s.errand.Pin = s.user.Name, s.user.Password, s.Portal.Pin()
	for _, d := range []time.Duration{16 * time.Minute, 50 * time.Hour, 6 * time.Hour, 6 * time.Hour} {
		sum := s.Get(id)
		if rev := sum.Current(); ends(rev.State) || rev.State == submission.NeedsPerson {
			break
		}
		<-s.door.quiet()
		s.Later(d)
		s.later += d
		s.operator()
		s.visit("", act{})
	}
	return s.facts()
}

// operator lets the account go on if it waits for somebody to look.
func (s *trial) operator() {
	s.t.Helper()
	a, err := s.Ledger.Account(s.t.Context(), visittest.Moor)
	s.check(err)
	if a.Suspended != nil {
		s.check(s.Portal.Door().Unlock(s.user.Name))
		s.check(s.Ledger.LiftSuspension(s.t.Context(), visittest.Moor, "ada", "looked, and set it right"))
	}
}

func (s *trial) facts() facts {
	s.t.Helper()
	f := facts{leaks: s.leaked, left: s.left, foreign: int(s.trap.met.Load()), allowed: s.allowed}
	s.check(known(s.t.Context(), &f, s.Ledger, s.Evidence, s.Portal, map[string][]string{visittest.Moor: s.numbers}))
	found, err := leaksBelow(s.Dir, s.passwords)
	s.check(err)
	f.leaks = append(append(f.leaks, found...), leaks("what was said", s.said.Bytes(), s.passwords)...)
	profiles, err := filepath.Glob(filepath.Join(s.Profiles(), "profile-*"))
	s.check(err)
	for _, p := range profiles {
		f.left = append(f.left, "a profile is left: "+filepath.Base(p))
	}
	f.left = append(f.left, using(s.Dir)...)
	return f
}

// runs are n rows: each of the site's and of the breaks' once, then pairs. The seed
// says in which order.
func runs(n int, seed uint64) []row {
	random := mathrand.New(mathrand.NewPCG(seed, 156)) //nolint:gosec // invented troubles
	site, breaks := siteRows(), breakRows()
	all := slices.Concat(site, breaks)
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if singles := n - n/4; n < len(all) {
		all = all[:singles]
	}
	for len(all) < n {
		r, b := site[random.IntN(len(site))], breaks[random.IntN(len(breaks))]
		r.name, r.fact, r.point, r.act = r.name+"+"+b.name, r.fact+" "+b.fact, b.point, b.act
		r.fault = slices.Concat(b.fault, r.fault)
		r.ends = slices.Concat(r.ends, b.ends, []submission.State{accepted, person})
		all = append(all, r)
	}
	return all
}

// TestBrowser breaks visits in a real Chromium, each in its own way, and lets
// others follow until all is settled. Its last line is the sum.
func TestBrowser(t *testing.T) {
	n, begun := asked[int](t, "browser"), time.Now()
	rows := runs(n, asked[uint64](t, "seed"))
	var mu sync.Mutex
	var broken []string
	done, asks, uploads, singles := 0, 0, 0, 0
	t.Run("run", func(t *testing.T) {
		room := make(chan struct{}, sideBySide)
		for i, r := range rows {
			t.Run(fmt.Sprintf("%d/%s", i, r.name), func(t *testing.T) {
				t.Parallel()
				room <- struct{}{}
				defer func() { <-room }()
				f, s := broke(t, r)
				mu.Lock()
				defer mu.Unlock()
				done++
				broken = append(broken, f.broken()...)
				for _, i := range f.invoices {
					uploads += i.uploads
					if i.needs != "" && i.state == person {
						asks++
					}
				}
				if !strings.Contains(r.name, "+") {
					singles++
				}
				if done%10 == 0 {
					t.Logf("%d of %d runs, %s", done, n, time.Since(begun).Round(time.Second))
				}
				_ = s
			})
		}
	})
	count := func(rule string) (n int) {
		for _, b := range broken {
			if strings.HasPrefix(b, rule+":") {
				n++
			}
		}
		return n
	}
	t.Logf("browser: runs=%d singles=%d pairs=%d taken_in=%d duplicates=%d lost=%d false_accepted=%d broken=%d with_a_person=%d seconds=%.0f",
		done, singles, done-singles, uploads, count("duplicate"), count("lost"), count("false_accepted"), len(broken), asks, time.Since(begun).Seconds())
}

// broke lives through one row and judges it.
func broke(t *testing.T, r row) (facts, *trial) {
	t.Helper()
	s := newTrial(t)
	begun := time.Now()
	f := s.play(r)
	want := r.ends
	if want == nil {
		want = []submission.State{accepted}
	}
	got := &f.invoices[0]
	if slices.Contains(want, person) {
		got.blamed = r.name
	}
	for _, b := range f.broken() {
		t.Error(b)
	}
	if !slices.Contains(want, got.state) {
		t.Errorf("in the end it is %s (%s); want %v", got.state, got.why, want)
	}
	if r.point != "" && r.point != taken && !strings.Contains(r.name, "+") && !slices.Contains(s.points, r.point) {
		t.Errorf("it never came to %q; it passed %q", r.point, s.points)
	}
	if len(s.missed) > 0 && !strings.Contains(r.name, "+") {
		t.Errorf("there was no process with %q to break", s.missed)
	}
	if t.Failed() || flagStory(t) {
		t.Logf("said:\n%s", &s.said)
	}
	t.Logf("%s (%s): %s, %s", r.name, r.fact, got.state, time.Since(begun).Round(100*time.Millisecond))
	return f, s
}
