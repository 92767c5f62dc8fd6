package real

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/portal"
	sim "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/visit/visittest"
)

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
	cmd := exec.Command(exe, visitor)
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
