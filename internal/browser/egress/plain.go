package egress

import (
	"bufio"
	"net"
	"net/http"
	"slices"
	"strings"
)

// plainHost is where a plain request in absolute form leads.
func plainHost(r *http.Request) string {
	if r.URL.Scheme != "http" {
		return ""
	}
	if r.URL.Port() == "" {
		return net.JoinHostPort(r.URL.Hostname(), "80")
	}
	return r.URL.Host
}

// forward serves one plain request and closes the connection after it. What is
// refused while a commit is under way gets no answer: the browser could not tell
// the proxy's word from the site's.
func (p *Proxy) forward(t *tunnel) {
	if !p.plainAllowed(t) || !p.admit(t) {
		p.sayIfOpen(t, forbidden)
		return
	}
	site, err := p.dial(p.ctx, t.hostPort)
	if err != nil {
		p.sayIfOpen(t, badGate)
		return
	}
	if !p.joined(t, site) {
		return
	}
	t.plain.Close = true // one request, one connection, on both sides
	t.plain.Header.Del("Proxy-Connection")
	if err := t.plain.Write(upward{p, t}); err != nil {
		return
	}
	p.relayAnswer(t)
}

// relayAnswer relays the site's final answer with the word that the connection
// ends after it.
func (p *Proxy) relayAnswer(t *tunnel) {
	in := bufio.NewReader(t.site)
	for {
		res, err := http.ReadResponse(in, t.plain)
		if err != nil {
			return
		}
		if res.StatusCode < 200 {
			continue
		}
		res.Close = true
		res.Header.Del("Keep-Alive")
		_ = res.Write(downward{p, t}) // the browser sees a broken body by itself
		_ = res.Body.Close()
		return
	}
}

// plainAllowed says whether t may be plain HTTP at all: only a loopback portal.
// Others are refused as if they were not on the list.
func (p *Proxy) plainAllowed(t *tunnel) bool {
	same := func(entry string) bool { return strings.EqualFold(entry, t.hostPort) }
	if t.port == Requests && slices.ContainsFunc(p.options.Loopback, same) {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stranger(t.hostPort, t.port)
	return false
}

func (p *Proxy) sayIfOpen(t *tunnel, answer string) {
	p.mu.Lock()
	open := p.phase == open
	p.mu.Unlock()
	if open {
		p.say(t, answer)
	}
}
