package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// special are the addresses that no carrier's website has: loopback, private,
// link-local (cloud metadata among them), and everything else that the IANA
// special-purpose registries (RFC 6890 and its successors) keep from the public
// internet, and the translations and tunnels that hide an IPv4 address.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
	"192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
)

// publicIPv6 is global unicast (RFC 4291 §2.4); outside it nothing is public.
// specialIPv6 are the exceptions inside.
var (
	publicIPv6  = netip.MustParsePrefix("2000::/3")
	specialIPv6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Public says whether a is an address of the public internet. An IPv4 address
// written as IPv6 is judged as what it is.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	in := func(p netip.Prefix) bool { return p.Contains(a) }
	switch {
	case !a.IsValid() || a.Zone() != "":
		return false
	case a.Is4():
		return !slices.ContainsFunc(special, in)
	}
	return in(publicIPv6) && !slices.ContainsFunc(specialIPv6, in)
}

var (
	errNotListed = errors.New("not on the allow-list")
	errAddress   = errors.New("leads to an address that it may not have")
)

// dialTime bounds looking a host up, and each try to connect.
const dialTime = 10 * time.Second

// dial looks hostPort up, checks the addresses and connects to a checked one,
// so that a second look-up cannot lead elsewhere. One bad address spoils all:
// no honest name mixes public and private ones.
func (p *Proxy) dial(ctx context.Context, hostPort string) (net.Conn, error) {
	may, ok := p.options.rule(hostPort)
	if !ok {
		return nil, fmt.Errorf("egress: %s: %w", hostPort, errNotListed)
	}
	addrs, err := p.options.look(ctx, hostPort)
	if err != nil {
		return nil, fmt.Errorf("egress: %s: %w", hostPort, err)
	}
	for _, a := range addrs {
		if !may(a.Addr().Unmap()) {
			return nil, fmt.Errorf("egress: %s: %w: %s", hostPort, errAddress, a.Addr())
		}
	}
	err = errors.New("has no address")
	for _, a := range addrs {
		var c net.Conn
		if c, err = p.options.connect(ctx, a); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("egress: %s: %w", hostPort, err)
}

func (o Options) look(ctx context.Context, hostPort string) ([]netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", service)
	if err != nil {
		return nil, err
	}
	resolve := o.Resolve
	if resolve == nil {
		resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	addrs, err := resolve(ctx, host)
	out := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		out[i] = netip.AddrPortFrom(a, uint16(port))
	}
	return out, err
}

func (o Options) connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	if o.Dial != nil {
		return o.Dial(ctx, to)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", to.String())
}
