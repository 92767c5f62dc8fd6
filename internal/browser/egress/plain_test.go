package egress

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"example.com/lodge/internal/gate"
)

const demo = "demo.test:8080"

// plainProxy leads to a loopback portal.
func plainProxy(t *testing.T) (*Proxy, *site) {
	s := newSite(t)
	o := options(s)
	o.Loopback = []string{demo}
	o.Resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		if host == "demo.test" {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		return []netip.Addr{public}, nil
	}
	return newProxy(t, o), s
}

// request sends a plain request in absolute form.
func request(t *testing.T, p *Proxy, port Port, method, url string) *client {
	t.Helper()
	c := dial(t, p, port)
	host, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	if _, err := fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: %s\r\nProxy-Connection: keep-alive\r\nContent-Length: 4\r\n\r\nbody", method, url, host); err != nil {
		t.Fatal(err)
	}
	return c
}

// take reads the request at the site.
func take(t *testing.T, far net.Conn) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(far))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r.Body); err != nil || string(b) != "body" {
		t.Fatalf("body %q, %v", b, err)
	}
	return r
}

func say(t *testing.T, far net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(far, text); err != nil {
		t.Fatal(err)
	}
}

func TestPlainIsForwardedOnce(t *testing.T) {
	p, s := plainProxy(t)
	c := request(t, p, Requests, "POST", "http://"+demo+"/form?x=1")
	far := s.next(t)
	r := take(t, far)
	if r.URL.String() != "/form?x=1" || r.Host != demo || r.Header.Get("Proxy-Connection") != "" || !r.Close {
		t.Errorf("the site was sent %s for %s, %v", r.URL, r.Host, r.Header)
	}
	say(t, far, "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok")
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || string(body) != "ok" || res.StatusCode != http.StatusOK || !res.Close || res.Header.Get("Keep-Alive") != "" {
		t.Errorf("%v %q %v", res, body, err)
	}
	if !c.over() {
		t.Error("the connection stays")
	}
}

func TestPlainIsForLoopbackPortalsOnly(t *testing.T) {
	p, s := plainProxy(t)
	for _, url := range []string{"http://portal.test:443/", "http://portal.test/", "http://demo.test/", "http://127.0.0.1:8080/", "ftp://" + demo + "/"} {
		if code := request(t, p, Requests, "GET", url).status(); code != http.StatusForbidden {
			t.Errorf("%s: status %d", url, code)
		}
	}
	if code := request(t, p, Sockets, "GET", "http://"+demo+"/").status(); code != http.StatusForbidden {
		t.Errorf("on the port for sockets: status %d", code)
	}
	if len(s.conns) != 0 {
		t.Error("somebody came to the site")
	}
}

// TestPlainCommit: exactly the commit goes, once, and what is refused gets no
// answer that the browser could take for the site's.
func TestPlainCommit(t *testing.T) {
	p, s := plainProxy(t)
	p.HoldSockets()
	way := gate.Commit{Scheme: "http", HostPort: demo, Method: "POST", Path: "/commit"}
	if err := p.Arm(t.Context(), way, calm, limit); err != nil {
		t.Fatal(err)
	}
	silent := func(what, method, url string) {
		t.Helper()
		if code := request(t, p, Requests, method, url).status(); code != 0 {
			t.Errorf("%s: status %d", what, code)
		}
	}
	silent("another method", "GET", "http://"+demo+"/commit")
	silent("another path", "POST", "http://"+demo+"/elsewhere")
	c := request(t, p, Requests, "POST", "http://"+demo+"/commit?x=1")
	far := s.next(t)
	take(t, far)
	silent("a re-send while the commit is under way", "POST", "http://"+demo+"/commit?x=1")
	_ = far.Close()
	if code := c.status(); code != 0 {
		t.Errorf("the broken commit: status %d", code)
	}
	silent("a re-send", "POST", "http://"+demo+"/commit?x=1")
	p.Blow()
	silent("a re-send after Blow", "POST", "http://"+demo+"/commit?x=1")
	if n := p.Spent(); n.Tunnels != 1 || n.Refused != 5 || n.Up == 0 || len(s.conns) != 0 {
		t.Errorf("account %+v, %d at the site", n, len(s.conns))
	}
	p.Disarm()
	request(t, p, Requests, "POST", "http://"+demo+"/commit")
	take(t, s.next(t))
}

// TestPlainAndTunnelsAreApart: a way for HTTPS is none for plain HTTP, and the
// other way round.
func TestPlainAndTunnelsAreApart(t *testing.T) {
	p, s := plainProxy(t)
	p.HoldSockets()
	for scheme, try := range map[string]func() int{
		"https": func() int { return request(t, p, Requests, "POST", "http://"+demo+"/commit").status() },
		"http":  func() int { _, code := connect(t, p, Requests, demo); return code },
	} {
		if err := p.Arm(t.Context(), gate.Commit{Scheme: scheme, HostPort: demo, Method: "POST", Path: "/commit"}, calm, limit); err != nil {
			t.Fatal(err)
		}
		if code := try(); code == http.StatusOK {
			t.Errorf("armed for %s, the other was let through", scheme)
		}
	}
	if len(s.conns) != 0 {
		t.Error("somebody came to the site")
	}
}
