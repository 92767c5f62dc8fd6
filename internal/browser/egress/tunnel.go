package egress

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"example.com/lodge/internal/gate"
)

// tunnel is one connection of the browser and what it leads to.
type tunnel struct {
	port     Port
	client   net.Conn
	in       *bufio.Reader
	hostPort string
	plain    *http.Request // a plain HTTP request; nil for CONNECT

	// Guarded by the proxy's mu.
	site    net.Conn
	cut     bool     // closed by the proxy: nothing more may leave
	charged bool     // carries the commit
	passage *Passage // once it was let through
}

// carries says whether t is what the fuse is armed for. What goes through a
// CONNECT cannot be read; a plain request can, and must be the commit itself.
func (t *tunnel) carries(way gate.Commit) bool {
	if t.hostPort != way.HostPort {
		return false
	}
	if t.plain == nil {
		return way.Scheme == "https"
	}
	return way.Scheme == "http" && t.plain.Method == way.Method && t.plain.URL.Path == way.Path
}

// acceptPause is how long the proxy waits when the system has no descriptor left.
const acceptPause = 50 * time.Millisecond

func (p *Proxy) accept(ln net.Listener, port Port) {
	for {
		c, err := ln.Accept()
		switch {
		case err == nil:
			p.work.Go(func() { p.serve(c, port) })
		case errors.Is(err, net.ErrClosed):
			return
		default:
			t := time.NewTimer(acceptPause)
			select {
			case <-t.C:
			case <-p.ctx.Done():
				t.Stop()
				return
			}
		}
	}
}

const (
	forbidden = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	badGate   = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	connected = "HTTP/1.1 200 OK\r\n\r\n"
)

// serve takes one connection of the browser from its first line to its end.
func (p *Proxy) serve(c net.Conn, port Port) {
	t := &tunnel{port: port, client: c, in: bufio.NewReader(c)}
	p.enter(t)
	defer p.leave(t)
	req, err := http.ReadRequest(t.in)
	if err != nil {
		return
	}
	if req.Method == http.MethodConnect {
		t.hostPort = req.Host
		p.connect(t)
		return
	}
	t.plain, t.hostPort = req, plainHost(req)
	p.forward(t)
}

// connect serves a CONNECT.
func (p *Proxy) connect(t *tunnel) {
	if !p.admit(t) {
		p.say(t, forbidden)
		return
	}
	site, err := p.dial(p.ctx, t.hostPort)
	if err != nil {
		p.say(t, badGate)
		return
	}
	p.join(t, site)
	if !p.say(t, connected) {
		return
	}
	done := make(chan struct{})
	p.work.Go(func() {
		defer close(done)
		_, _ = io.Copy(downward{p, t}, site)
		_ = t.client.Close()
	})
	_, _ = io.Copy(upward{p, t}, t.in)
	_ = site.Close()
	<-done
}

// say writes the proxy's own answer. A browser that is gone is no error.
func (p *Proxy) say(t *tunnel, answer string) bool {
	_, err := io.WriteString(t.client, answer)
	return err == nil
}

// enter puts t on the list of what Arm and Blow cut.
func (p *Proxy) enter(t *tunnel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tunnels[t] = struct{}{}
	if p.ctx.Err() != nil { // accepted while the proxy closes
		p.cut(func(other *tunnel) bool { return other == t })
	}
}

// join gives t its connection to the site. If t was cut meanwhile nothing can
// leave over it: its writer asks, and the browser's side is closed.
func (p *Proxy) join(t *tunnel, site net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.site = site
}

// cut closes the tunnels that match, for good; mu is held.
func (p *Proxy) cut(match func(*tunnel) bool) {
	for t := range p.tunnels {
		if !match(t) {
			continue
		}
		t.cut = true
		_ = t.client.Close()
		if t.site != nil {
			_ = t.site.Close()
		}
	}
}

// leave takes t off the list. If it was the one and carried nothing, another may
// be the one; if it carried something, nobody else will.
func (p *Proxy) leave(t *tunnel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = t.client.Close()
	if t.site != nil {
		_ = t.site.Close()
	}
	delete(p.tunnels, t)
	p.end(t)
	if p.one != t {
		return
	}
	p.one, p.used = nil, t.passage.Up > 0
	if !p.used {
		p.spent.Tunnels--
	}
	p.decided()
}

// upward relays towards the site. Each piece is counted before it goes, in one
// critical section with the question whether it may: so a count of 0 proves
// that nothing went. A commit that is late, because the machine slept, does not go on.
type upward struct {
	p *Proxy
	t *tunnel
}

// Write implements io.Writer.
func (w upward) Write(b []byte) (int, error) {
	w.p.mu.Lock()
	if w.t.cut || w.t.charged && w.p.phase == armed && w.p.way.Late() {
		w.p.mu.Unlock()
		return 0, net.ErrClosed
	}
	w.t.passage.Up += int64(len(b))
	if w.t.charged {
		w.p.spent.Up += int64(len(b))
	}
	w.p.mu.Unlock()
	return w.t.site.Write(b)
}

// downward relays towards the browser.
type downward struct {
	p *Proxy
	t *tunnel
}

// Write implements io.Writer.
func (w downward) Write(b []byte) (int, error) {
	n, err := w.t.client.Write(b)
	w.p.mu.Lock()
	w.t.passage.Down += int64(n)
	w.p.mu.Unlock()
	return n, err
}
