package egress

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/lodge/internal/gate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The names of these tests. Portal and upload lead to a public address, which
// the test's dial takes to its own listener.
const (
	portal = "portal.test:443"
	upload = "up.portal.test:443"
	calm   = 20 * time.Millisecond
	limit  = 5 * time.Second
)

var public = netip.MustParseAddr("93.184.215.14")

// site is the far end: it hands out what was dialled and says nothing itself.
type site struct {
	net.Listener
	conns chan net.Conn
}

func newSite(t *testing.T) *site {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{ln, make(chan net.Conn, 16)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.conns <- c
		}
	}()
	t.Cleanup(func() {
		_ = ln.Close()
		<-done
		for len(s.conns) > 0 {
			_ = (<-s.conns).Close()
		}
	})
	return s
}

// next is the next connection that the proxy made to the site.
func (s *site) next(t *testing.T) net.Conn {
	t.Helper()
	select {
	case c := <-s.conns:
		t.Cleanup(func() { _ = c.Close() })
		return c
	case <-t.Context().Done():
		t.Fatal("nobody came to the site")
		return nil
	}
}

// options lead every name to s.
func options(s *site) Options {
	return Options{
		Allow:   []string{portal, upload},
		Resolve: func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{public}, nil },
		Dial: func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", s.Addr().String())
		},
	}
}

func newProxy(t *testing.T, o Options) *Proxy {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// client is a connection of the browser.
type client struct {
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, p *Proxy, port Port) *client {
	t.Helper()
	c, err := net.Dial("tcp", p.listeners[port].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &client{c, bufio.NewReader(c)}
}

// ask sends a CONNECT and does not wait for its answer.
func ask(t *testing.T, p *Proxy, port Port, hostPort string) *client {
	t.Helper()
	c := dial(t, p, port)
	if _, err := fmt.Fprintf(c, "CONNECT %[1]s HTTP/1.1\r\nHost: %[1]s\r\n\r\n", hostPort); err != nil {
		t.Fatal(err)
	}
	return c
}

// status is the proxy's answer; 0 if there is none.
func (c *client) status() int {
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0
	}
	_ = res.Body.Close() // a tunnel's answer has none
	return res.StatusCode
}

// over says whether the connection was closed, perhaps after an answer.
func (c *client) over() bool {
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return true
	}
	_, err := io.Copy(io.Discard, c.in)
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

func connect(t *testing.T, p *Proxy, port Port, hostPort string) (*client, int) {
	t.Helper()
	c := ask(t, p, port, hostPort)
	return c, c.status()
}

// tunnelTo opens a tunnel that must be let through.
func tunnelTo(t *testing.T, p *Proxy, s *site, port Port, hostPort string) (*client, net.Conn) {
	t.Helper()
	c, code := connect(t, p, port, hostPort)
	if code != http.StatusOK {
		t.Fatalf("CONNECT %s: status %d", hostPort, code)
	}
	return c, s.next(t)
}

// send passes text from one end to the other.
func send(t *testing.T, from io.Writer, to io.Reader, text string) {
	t.Helper()
	if _, err := io.WriteString(from, text); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, len(text))
	if _, err := io.ReadFull(to, b); err != nil || string(b) != text {
		t.Fatalf("sent %q, came %q, %v", text, b, err)
	}
}

// until waits until the account says so.
func until(t *testing.T, p *Proxy, what string, ok func(gate.Spent) bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok(p.Spent()) {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatalf("waited for %s: %+v", what, p.Spent())
		}
	}
}

// known waits until the proxy has taken in so many connections.
func known(t *testing.T, p *Proxy, n int) {
	t.Helper()
	count := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.tunnels)
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for count() < n {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatalf("waited for %d connections, there are %d", n, count())
		}
	}
}

func commitAt(hostPort string) gate.Commit {
	return gate.Commit{Scheme: "https", HostPort: hostPort, Method: "POST", Path: "/commit"}
}

// arm arms for the portal.
func arm(t *testing.T, p *Proxy) {
	t.Helper()
	p.HoldSockets()
	if err := p.Arm(t.Context(), commitAt(portal), calm, limit); err != nil {
		t.Fatal(err)
	}
}
