// Package egress is a browser's only way out: a proxy on loopback that is the
// allow-list of one visit, and the gate's fuse.
//
// Requests come in on one port and WebSockets on another, so that a page that
// reopens its socket cannot use the way that is kept for a commit. HTTPS passes
// as CONNECT, unread. Plain HTTP passes for loopback portals only, one request
// at a time.
package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/lodge/internal/gate"
)

// Options say what a proxy lets out. The zero value lets out nothing.
type Options struct {
	// Allow lists "host:port" that may be reached, on public addresses only.
	Allow []string
	// Loopback lists "host:port" of a portal on this machine, for accounts that
	// are configured so. They may be plain HTTP, and are dialled on loopback only.
	Loopback []string

	// Resolve looks a host up; nil: the system's resolver.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Dial connects to a checked address; nil: TCP.
	Dial func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
}

// Port is which of the two ports something came in on.
type Port string

// The ports.
const (
	Requests Port = "requests"
	Sockets  Port = "sockets"
)

// Proxy is the way out of one browser. It implements [gate.Fuse].
type Proxy struct {
	options   Options
	listeners map[Port]net.Listener

	ctx  context.Context // ends with the proxy
	stop context.CancelFunc
	work sync.WaitGroup

	mu       sync.Mutex
	phase    phase
	sockets  bool // WebSockets may pass
	way      gate.Commit
	one      *tunnel // what carries the commit
	used     bool    // the one carried bytes and is gone
	tunnels  map[*tunnel]struct{}
	queue    []chan struct{} // closed when the one is decided
	knocked  time.Time       // the last time that something was refused while quiet
	hushed   time.Time       // since when it has been quiet for a commit; zero: it is not
	spent    gate.Spent
	strange  map[string]Port // asked for and not on the list
	asked    chan struct{}   // closed and replaced when strange grows
	passages []*Passage
}

var _ gate.Fuse = (*Proxy)(nil)

// New starts a proxy on two loopback ports. Close it after its browser.
func New(o Options) (*Proxy, error) {
	for _, list := range [][]string{o.Allow, o.Loopback} {
		for _, hostPort := range list {
			if _, _, err := net.SplitHostPort(hostPort); err != nil {
				return nil, fmt.Errorf("egress: %q is not host:port: %w", hostPort, err)
			}
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &Proxy{options: o, ctx: ctx, stop: stop, listeners: map[Port]net.Listener{}, sockets: true,
		tunnels: map[*tunnel]struct{}{}, strange: map[string]Port{}, asked: make(chan struct{})}
	for _, port := range []Port{Requests, Sockets} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, errors.Join(fmt.Errorf("egress: %w", err), p.Close())
		}
		p.listeners[port] = ln
		p.work.Go(func() { p.accept(ln, port) })
	}
	return p, nil
}

// Flag is the value for Chromium's --proxy-server. Chromium sends ws: and wss:
// to the "socks" entry where there is one, whatever the entry's own scheme;
// the browser proves it again at each start.
func (p *Proxy) Flag() string {
	return fmt.Sprintf("http=http://%[1]s;https=http://%[1]s;socks=http://%[2]s", p.Addr(Requests), p.Addr(Sockets))
}

// Addr is where the proxy listens for one kind of traffic.
func (p *Proxy) Addr(port Port) string { return p.listeners[port].Addr().String() }

// Close cuts everything and waits until it has ended.
func (p *Proxy) Close() error {
	p.stop() // before the cut: who is accepted after it cuts himself
	p.Blow()
	var errs []error
	for _, ln := range p.listeners {
		errs = append(errs, ln.Close())
	}
	p.work.Wait()
	return errors.Join(errs...)
}

// Allowed implements [gate.Fuse].
func (p *Proxy) Allowed(hostPort string) bool {
	_, ok := p.options.rule(hostPort)
	return ok
}

// rule says whether hostPort is on the list, and which addresses it may have.
func (o Options) rule(hostPort string) (ok func(netip.Addr) bool, listed bool) {
	same := func(entry string) bool { return strings.EqualFold(entry, hostPort) }
	switch {
	case slices.ContainsFunc(o.Loopback, same):
		return netip.Addr.IsLoopback, true
	case slices.ContainsFunc(o.Allow, same):
		return Public, true
	}
	return nil, false
}

// AskedFor waits until hostPort, which is not on the list, was asked for, and
// says on which port.
func (p *Proxy) AskedFor(ctx context.Context, hostPort string) (Port, error) {
	for {
		p.mu.Lock()
		port, ok := p.strange[hostPort]
		asked := p.asked
		p.mu.Unlock()
		if ok {
			return port, nil
		}
		select {
		case <-asked:
		case <-ctx.Done():
			return "", fmt.Errorf("egress: nobody asked for %s: %w", hostPort, context.Cause(ctx))
		}
	}
}

// maxStrange bounds how many names of refused hosts are kept.
const maxStrange = 256

// stranger notes that hostPort was asked for and is not on the list; mu is held.
func (p *Proxy) stranger(hostPort string, port Port) {
	if len(p.strange) == maxStrange {
		return
	}
	p.strange[hostPort] = port
	close(p.asked)
	p.asked = make(chan struct{})
}

// Refused lists the hosts that were asked for and are not on the list.
func (p *Proxy) Refused() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	hosts := make([]string, 0, len(p.strange))
	for h := range p.strange {
		hosts = append(hosts, h)
	}
	slices.Sort(hosts)
	return hosts
}
