package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/lodge/internal/gate"
)

func TestOpenLetsTheListThrough(t *testing.T) {
	s := newSite(t)
	p := newProxy(t, options(s))
	for _, port := range []Port{Requests, Sockets} {
		c, far := tunnelTo(t, p, s, port, portal)
		send(t, c, far, "question")
		send(t, far, c.in, "answer")
	}
}

func TestArmCutsWhatIsUnderWay(t *testing.T) {
	s := newSite(t)
	p := newProxy(t, options(s))
	before, far := tunnelTo(t, p, s, Requests, portal)
	half := dial(t, p, Requests) // a connection that has not said yet what it wants
	if _, err := io.WriteString(half, "CONN"); err != nil {
		t.Fatal(err)
	}
	known(t, p, 2)
	send(t, before, far, "x")
	arm(t, p)
	if !before.over() {
		t.Error("the tunnel of before lives")
	}
	if !half.over() {
		t.Error("the silent connection lives")
	}
	if n := p.Spent(); n.Up != 0 || n.Tunnels != 0 {
		t.Errorf("what went before is on the commit's account: %+v", n)
	}
}

// TestArmCutsADialUnderWay: a tunnel that was admitted before, and whose dial
// ends after, must not come alive.
func TestArmCutsADialUnderWay(t *testing.T) {
	s := newSite(t)
	o := options(s)
	dialling, goOn := make(chan struct{}), make(chan struct{})
	next := o.Dial
	o.Dial = func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		close(dialling)
		<-goOn
		return next(ctx, to)
	}
	p := newProxy(t, o)
	c := ask(t, p, Requests, portal)
	<-dialling
	arm(t, p)
	close(goOn)
	far := s.next(t)
	if _, err := far.Read(make([]byte, 1)); err == nil {
		t.Error("the late dial carries")
	}
	if !c.over() {
		t.Error("the browser's side of the late dial lives")
	}
}

func TestArmedLetsOneThrough(t *testing.T) {
	s := newSite(t)
	p := newProxy(t, options(s))
	arm(t, p)
	if _, code := connect(t, p, Requests, upload); code != http.StatusForbidden {
		t.Errorf("another host: status %d", code)
	}
	c, far := tunnelTo(t, p, s, Requests, portal)
	send(t, c, far, "commit")
	second := ask(t, p, Requests, portal)
	until(t, p, "the queue", func(n gate.Spent) bool { return n.Queued == 1 })
	_ = far.Close()
	if code := second.status(); code != http.StatusForbidden {
		t.Errorf("after the one broke: status %d", code)
	}
	if _, code := connect(t, p, Requests, portal); code != http.StatusForbidden {
		t.Errorf("a re-send: status %d", code)
	}
	got := p.Spent()
	got.Quiet = 0
	if want := (gate.Spent{Tunnels: 1, Refused: 3, Queued: 1, Up: 6}); got != want {
		t.Errorf("account %+v, want %+v", got, want)
	}
	if len(s.conns) != 0 {
		t.Error("somebody else came to the site")
	}
}

// TestLateCommit: of a commit that is late, since the machine slept, nothing leaves any
// more, whether it was about to begin, has been let through, or is under way; and what
// comes after it, over the same tunnel, is not late.
func TestLateCommit(t *testing.T) {
	s := newSite(t)
	p := newProxy(t, options(s))
	var slept atomic.Bool
	armUntil := func() {
		t.Helper()
		slept.Store(false)
		way := commitAt(portal)
		way.InTime = func() bool { return !slept.Load() }
		p.HoldSockets()
		if err := p.Arm(t.Context(), way, calm, limit); err != nil {
			t.Fatal(err)
		}
	}

	armUntil()
	slept.Store(true)
	if _, code := connect(t, p, Requests, portal); code != http.StatusForbidden {
		t.Errorf("a tunnel that comes late: status %d", code)
	}

	for _, left := range []string{"", "half"} {
		armUntil()
		c, far := tunnelTo(t, p, s, Requests, portal)
		send(t, c, far, left)
		slept.Store(true)
		_, _ = io.WriteString(c, "the rest")
		if got := rest(t, far); got != "" || !c.over() || p.Spent().Up != int64(len(left)) {
			t.Errorf("a tunnel over which %q had left carries %q, account %+v", left, got, p.Spent())
		}
	}

	armUntil()
	c, far := tunnelTo(t, p, s, Requests, portal)
	send(t, c, far, "commit")
	p.Disarm()
	slept.Store(true)
	send(t, c, far, "the next request")
}

// rest is what comes until the connection ends, or for a few seconds.
func rest(t *testing.T, c net.Conn) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(c)
	return string(b)
}

func TestDisarmOpensTheWayForTheQueue(t *testing.T) {
	s := newSite(t)
	p := newProxy(t, options(s))
	arm(t, p)
	c, far := tunnelTo(t, p, s, Requests, portal)
	send(t, c, far, "commit")
	second := ask(t, p, Requests, portal)
	until(t, p, "the queue", func(n gate.Spent) bool { return n.Queued == 1 })
	p.Disarm()
	if code := second.status(); code != http.StatusOK {
		t.Errorf("status %d", code)
	}
	other := s.next(t)
	send(t, second, other, "later")
	send(t, far, c.in, "the commit's tunnel lives on")
	if n := p.Spent(); n.Up != 6 {
		t.Errorf("what came later is on the commit's account: %+v", n)
	}
}

// TestUnusedWayIsGivenBack: a connection that the browser opened ahead and drops
// without a byte, or that cannot be made, does not use up the commit's way.
func TestUnusedWayIsGivenBack(t *testing.T) {
	s := newSite(t)
	o := options(s)
	var dials atomic.Int32
	next := o.Dial
	o.Dial = func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		if dials.Add(1) == 1 {
			return nil, errors.New("no route")
		}
		return next(ctx, to)
	}
	p := newProxy(t, o)
	arm(t, p)
	if _, code := connect(t, p, Requests, portal); code != http.StatusBadGateway {
		t.Errorf("no route: status %d", code)
	}
	idle, _ := tunnelTo(t, p, s, Requests, portal)
	waiting := ask(t, p, Requests, portal)
	until(t, p, "the queue", func(n gate.Spent) bool { return n.Queued == 1 })
	_ = idle.Close()
	if code := waiting.status(); code != http.StatusOK {
		t.Fatalf("status %d", code)
	}
	send(t, waiting, s.next(t), "commit")
	if n := p.Spent(); n.Tunnels != 1 || n.Up != 6 {
		t.Errorf("account %+v", n)
	}
}

func TestWebSocketsAreHeldApart(t *testing.T) {
	s := newSite(t)
	p := newProxy(t, options(s))
	ws, _ := tunnelTo(t, p, s, Sockets, portal)
	requests, far := tunnelTo(t, p, s, Requests, portal)
	p.HoldSockets()
	if !ws.over() {
		t.Error("the socket lives")
	}
	if _, code := connect(t, p, Sockets, portal); code != http.StatusForbidden {
		t.Errorf("a new socket: status %d", code)
	}
	send(t, requests, far, "requests go on")
	if err := p.Arm(t.Context(), commitAt(portal), calm, limit); err != nil {
		t.Fatal(err)
	}
	if _, code := connect(t, p, Sockets, portal); code != http.StatusForbidden {
		t.Errorf("a socket while armed: status %d", code)
	}
	tunnelTo(t, p, s, Requests, portal) // the way is still there
	p.Disarm()
	tunnelTo(t, p, s, Sockets, portal)
	if n := p.Spent(); n.Sockets != 2 {
		t.Errorf("account %+v", n)
	}
	p.HoldSockets()
	if n := p.Spent(); n != (gate.Spent{}) {
		t.Errorf("the next account begins with %+v", n)
	}
}

// TestBlowIsFinal: once Blow has returned, no byte leaves that the account does
// not show, whoever was just writing.
func TestBlowIsFinal(t *testing.T) {
	s := newSite(t)
	p := newProxy(t, options(s))
	for range 20 {
		arm(t, p)
		c, far := tunnelTo(t, p, s, Requests, portal)
		var work sync.WaitGroup
		work.Go(func() {
			for {
				if _, err := io.WriteString(c, "piece"); err != nil {
					return
				}
			}
		})
		var came int64
		work.Go(func() { came, _ = io.Copy(io.Discard, far) })
		p.Blow()
		said := p.Spent().Up
		work.Wait()
		if after := p.Spent().Up; after != said || came > said {
			t.Fatalf("said %d, then %d, and %d came", said, after, came)
		}
		if _, code := connect(t, p, Requests, portal); code != http.StatusForbidden {
			t.Fatalf("after Blow: status %d", code)
		}
	}
}

func TestArmWaitsForCalm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Proxy{ctx: t.Context(), options: Options{Allow: []string{portal}}, strange: map[string]Port{}, asked: make(chan struct{})}
		const knocks = 10
		go func() {
			for range knocks {
				<-time.NewTimer(100 * time.Millisecond).C
				p.admit(&tunnel{port: Requests, hostPort: portal})
				p.admit(&tunnel{port: Requests, hostPort: "maker-of-the-browser.test:443"}) // does not count
			}
		}()
		start := time.Now()
		if err := p.Arm(t.Context(), commitAt(portal), 150*time.Millisecond, 3*time.Second); err != nil {
			t.Fatal(err)
		}
		if took, want := time.Since(start), knocks*100*time.Millisecond+150*time.Millisecond; took != want {
			t.Errorf("armed after %v, want %v", took, want)
		}
		if n := p.Spent(); n.Refused != knocks || n.Quiet != time.Since(start) {
			t.Errorf("account %+v", n)
		}
	})
}

// TestHushBeginsTheCalm: what follows counts from Hush, and whoever knocks
// meanwhile is refused and makes it last longer.
func TestHushBeginsTheCalm(t *testing.T) {
	for name, tt := range map[string]struct {
		knock, between, want time.Duration
	}{
		"the rest is waited for": {0, 100 * time.Millisecond, 150 * time.Millisecond},
		"it is over already":     {0, time.Second, time.Second},
		"somebody knocks":        {90 * time.Millisecond, 100 * time.Millisecond, 240 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &Proxy{ctx: t.Context(), options: Options{Allow: []string{portal}}}
				start := time.Now()
				p.Hush()
				<-time.NewTimer(tt.knock).C
				if tt.knock > 0 && p.admit(&tunnel{port: Requests, hostPort: portal}) {
					t.Error("something is let through after Hush")
				}
				<-time.NewTimer(tt.between - tt.knock).C
				if err := p.Arm(t.Context(), commitAt(portal), 150*time.Millisecond, 3*time.Second); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != tt.want || p.Spent().Quiet != tt.want {
					t.Errorf("armed after %v, want %v; account %+v", took, tt.want, p.Spent())
				}
				p.Disarm()
				again := time.Now()
				if err := p.Arm(t.Context(), commitAt(portal), 150*time.Millisecond, 3*time.Second); err != nil || time.Since(again) != 150*time.Millisecond {
					t.Errorf("the calm of the next commit: %v, %v", time.Since(again), err)
				}
			})
		})
	}
}

func TestArmGivesUp(t *testing.T) {
	for name, tt := range map[string]struct {
		limit, patience time.Duration
		want            error
	}{
		"never calm": {3 * time.Second, time.Hour, gate.ErrNotCalm},
		"given up":   {time.Hour, time.Second, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &Proxy{options: Options{Allow: []string{portal}}}
				ctx, cancel := context.WithTimeout(t.Context(), tt.patience)
				defer cancel()
				p.ctx = ctx
				knock := time.NewTicker(100 * time.Millisecond)
				defer knock.Stop()
				stop := make(chan struct{})
				defer close(stop)
				go func() {
					for {
						select {
						case <-knock.C:
							p.admit(&tunnel{port: Requests, hostPort: portal})
						case <-stop:
							return
						}
					}
				}()
				if err := p.Arm(ctx, commitAt(portal), 150*time.Millisecond, tt.limit); !errors.Is(err, tt.want) {
					t.Errorf("got %v", err)
				}
				if p.admit(&tunnel{port: Requests, hostPort: portal}) {
					t.Error("something is let through after Arm failed")
				}
			})
		})
	}
}

func TestAskedFor(t *testing.T) {
	p := newProxy(t, Options{})
	answers := make(chan Port, 1)
	go func() {
		port, err := p.AskedFor(t.Context(), "selftest.invalid:443")
		if err != nil {
			t.Error(err)
		}
		answers <- port
	}()
	connect(t, p, Requests, "elsewhere.test:443")
	connect(t, p, Sockets, "selftest.invalid:443")
	if got := <-answers; got != Sockets {
		t.Errorf("came in on %s", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.AskedFor(ctx, "never.test:443"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := p.Refused(); len(got) != 2 {
		t.Errorf("refused %v", got)
	}
}

// TestCutStaysCut: one that was cut while it waited must not take the way of one
// that lives.
func TestCutStaysCut(t *testing.T) {
	p := newProxy(t, Options{Allow: []string{portal}})
	arm(t, p)
	if p.admit(&tunnel{port: Requests, hostPort: portal, cut: true}) {
		t.Error("it passes")
	}
	if !p.admit(&tunnel{port: Requests, hostPort: portal}) {
		t.Error("the way is gone")
	}
}

func TestStrangersAreBounded(t *testing.T) {
	p := newProxy(t, Options{})
	for i := range maxStrange + 10 {
		p.admit(&tunnel{port: Requests, hostPort: fmt.Sprintf("host%d.test:443", i)})
	}
	if n := len(p.Refused()); n != maxStrange {
		t.Errorf("%d names are kept", n)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	s := newSite(t)
	p, err := New(options(s))
	if err != nil {
		t.Fatal(err)
	}
	open, _ := tunnelTo(t, p, s, Requests, portal)
	silent := dial(t, p, Requests)
	arm(t, p)
	one, far := tunnelTo(t, p, s, Requests, portal)
	send(t, one, far, "x")
	waiting := ask(t, p, Requests, portal)
	until(t, p, "the queue", func(n gate.Spent) bool { return n.Queued == 1 })
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]*client{"open": open, "silent": silent, "one": one, "waiting": waiting} {
		if !c.over() {
			t.Errorf("%s lives", name)
		}
	}
}

func TestLog(t *testing.T) {
	s := newSite(t)
	p := newProxy(t, options(s))
	before := time.Now()
	c, far := tunnelTo(t, p, s, Requests, upload)
	send(t, c, far, "four")
	_ = c.Close()
	arm(t, p)
	c, far = tunnelTo(t, p, s, Requests, portal)
	send(t, c, far, "commit")
	send(t, far, c.in, "taken in")
	_ = far.Close()
	if !c.over() {
		t.Fatal("the tunnel lives")
	}
	if _, code := connect(t, p, Requests, portal); code != http.StatusForbidden {
		t.Errorf("status %d", code)
	}
	log := p.Log()
	if len(log) != 2 {
		t.Fatalf("log %+v", log)
	}
	if l := log[0]; l.HostPort != upload || l.Commit || l.Up != 4 || l.Begun.Before(before) {
		t.Errorf("first line %+v", l)
	}
	if l := log[1]; l.HostPort != portal || !l.Commit || l.Up != 6 || l.Down != 8 || l.Ended.Before(l.Begun) {
		t.Errorf("second line %+v", l)
	}
}

// TestUnhush: the way is open again, WebSockets stay held, and the next calm
// counts from its own begin.
func TestUnhush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Proxy{ctx: t.Context(), options: Options{Allow: []string{portal}}, sockets: true}
		p.HoldSockets()
		p.Hush()
		<-time.NewTimer(100 * time.Millisecond).C
		p.Hush() // changes nothing
		if p.admit(&tunnel{port: Requests, hostPort: portal}) {
			t.Error("something is let through while it is hushed")
		}
		p.Unhush()
		p.Unhush()
		if !p.admit(&tunnel{port: Requests, hostPort: portal}) {
			t.Error("nothing is let through after Unhush")
		}
		if p.admit(&tunnel{port: Sockets, hostPort: portal}) {
			t.Error("a WebSocket is let through")
		}
		start := time.Now()
		if err := p.Arm(t.Context(), commitAt(portal), 150*time.Millisecond, 3*time.Second); err != nil || time.Since(start) != 150*time.Millisecond {
			t.Errorf("armed after %v, %v", time.Since(start), err)
		}
		if p.Unhush(); p.phase != armed {
			t.Error("Unhush opens what is armed")
		}
	})
}
