package egress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"93.184.215.14":            true,
		"8.8.8.8":                  true,
		"2606:2800:21f:cb07::1":    true,
		"::ffff:93.184.215.14":     true,
		"127.0.0.1":                false,
		"127.255.255.254":          false,
		"0.0.0.0":                  false,
		"10.1.2.3":                 false,
		"100.64.0.1":               false, // carrier-grade NAT
		"169.254.169.254":          false, // metadata
		"169.254.170.2":            false, // task credentials
		"172.16.0.1":               false,
		"172.31.255.255":           false,
		"172.32.0.1":               true,
		"192.168.1.1":              false,
		"192.0.2.1":                false,
		"198.18.0.1":               false,
		"224.0.0.1":                false,
		"255.255.255.255":          false,
		"::":                       false,
		"::1":                      false,
		"::ffff:127.0.0.1":         false,
		"::ffff:169.254.169.254":   false,
		"::7f00:1":                 false, // IPv4-compatible, deprecated
		"64:ff9b::a9fe:a9fe":       false, // NAT64 of the metadata address
		"2002:7f00:1::":            false, // 6to4 of loopback
		"2001:0:1::1":              false, // Teredo
		"2001:db8::1":              false,
		"fd00:ec2::254":            false, // metadata, IPv6
		"fe80::1":                  false,
		"fe80::1%eth0":             false,
		"2606:2800:21f:cb07::1%lo": false,
		"fec0::1":                  false,
		"ff02::1":                  false,
	} {
		if got := Public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Public(%s) = %v", addr, got)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// FuzzPublic compares with what the standard library knows of addresses, in
// every way of writing one.
func FuzzPublic(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "::1", "10.0.0.1", "fd00::1", "8.8.8.8", "2606:4700::1"} {
		f.Add(netip.MustParseAddr(s).AsSlice())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		inside := a.Unmap()
		if Public(a) && (inside.IsLoopback() || inside.IsPrivate() || inside.IsLinkLocalUnicast() ||
			inside.IsMulticast() || inside.IsUnspecified() || inside.IsInterfaceLocalMulticast() || !inside.IsGlobalUnicast()) {
			t.Errorf("%s is said to be public", a)
		}
		if inside.Is4() && Public(inside) != Public(netip.AddrFrom16(inside.As16())) {
			t.Errorf("%s is judged by how it is written", inside)
		}
	})
}

func TestWhatMayBeReached(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	names := map[string][]netip.Addr{
		"portal.test":   {public},
		"inside.test":   {netip.MustParseAddr("10.0.0.1")},
		"metadata.test": {netip.MustParseAddr("169.254.169.254")},
		"mixed.test":    {public, netip.MustParseAddr("192.168.0.1")},
		"rebound.test":  {loopback},
		"demo.test":     {loopback},
		"escaped.test":  {public},
		"nowhere.test":  {},
	}
	s := newSite(t)
	o := options(s)
	o.Allow = []string{"portal.test:443", "inside.test:443", "metadata.test:443", "mixed.test:443",
		"rebound.test:443", "nowhere.test:443", "unknown.test:443"}
	o.Loopback = []string{"demo.test:8443", "escaped.test:443"}
	o.Resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		a, ok := names[strings.ToLower(host)]
		if !ok {
			return nil, &net.DNSError{Err: "no such host", Name: host}
		}
		return a, nil
	}
	p := newProxy(t, o)
	for hostPort, want := range map[string]int{
		"portal.test:443":   http.StatusOK,
		"PORTAL.test:443":   http.StatusOK,
		"portal.test:8443":  http.StatusForbidden,
		"portal.test.:443":  http.StatusForbidden,
		"other.test:443":    http.StatusForbidden,
		"inside.test:443":   http.StatusBadGateway,
		"metadata.test:443": http.StatusBadGateway,
		"mixed.test:443":    http.StatusBadGateway,
		"rebound.test:443":  http.StatusBadGateway,
		"nowhere.test:443":  http.StatusBadGateway,
		"unknown.test:443":  http.StatusBadGateway,
		"demo.test:8443":    http.StatusOK,
		"demo.test:22":      http.StatusForbidden,
		"escaped.test:443":  http.StatusBadGateway, // a loopback portal that is not on loopback
		"127.0.0.1:8443":    http.StatusForbidden,
		"localhost:8443":    http.StatusForbidden,
	} {
		if _, got := connect(t, p, Requests, hostPort); got != want {
			t.Errorf("CONNECT %s: status %d, want %d", hostPort, got, want)
		}
	}
}

// TestCheckedAddressIsDialled: the name is looked up once; the second answer of
// a name that changes its mind is never used.
func TestCheckedAddressIsDialled(t *testing.T) {
	s := newSite(t)
	o := options(s)
	lookups := 0
	o.Resolve = func(context.Context, string) ([]netip.Addr, error) {
		lookups++
		if lookups == 1 {
			return []netip.Addr{public}, nil
		}
		return []netip.Addr{netip.MustParseAddr("169.254.169.254")}, nil
	}
	dialled := make(chan netip.AddrPort, 1)
	next := o.Dial
	o.Dial = func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		dialled <- to
		return next(ctx, to)
	}
	p := newProxy(t, o)
	tunnelTo(t, p, s, Requests, portal)
	if got := <-dialled; got != netip.AddrPortFrom(public, 443) {
		t.Errorf("dialled %s", got)
	}
	if _, code := connect(t, p, Requests, portal); code != http.StatusBadGateway {
		t.Errorf("after the name changed its mind: status %d", code)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{{Allow: []string{"portal.test"}}, {Loopback: []string{"127.0.0.1"}}} {
		if p, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
			_ = p.Close()
		}
	}
}

func TestZeroOptionsLetNothingOut(t *testing.T) {
	p := newProxy(t, Options{})
	if _, code := connect(t, p, Requests, portal); code != http.StatusForbidden {
		t.Errorf("status %d", code)
	}
	if _, err := p.dial(t.Context(), portal); !errors.Is(err, errNotListed) {
		t.Error(err)
	}
}
