// Package adverse is a website for tests that takes a commit in and then
// misbehaves exactly as it is told to. It speaks HTTP/1.1 and HTTP/2 by hand,
// since a proper server could not do wrong precisely enough, and it counts what
// it took in. Only tests use it.
//
// A page is opened at [Site.URL]; all that it sends carries the same query, so that
// one site serves many cases and runs, and what comes late is counted where it
// belongs.
package adverse

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// A Mode is what the site does once it has taken a commit in.
type Mode string

// The modes. Those of HTTP/2 are protocol errors that claim, wrongly, that the
// request was not processed, or leave that open.
const (
	OK       Mode = "ok"       // answers as it should
	RST      Mode = "rst"      // resets the connection
	FIN      Mode = "fin"      // closes it without an answer
	Timeout  Mode = "408"      // says that no request came in time
	Hang     Mode = "hang"     // never answers
	Late     Mode = "late"     // answers about when the gate's patience ends
	SeeOther Mode = "303"      // leads to a result page
	Again    Mode = "307"      // asks for the same request elsewhere
	Download Mode = "download" // answers with a file to keep
	Login    Mode = "401"      // asks for a password; takes nothing in without
	Cut      Mode = "cut"      // resets in the middle of the body; takes nothing in
	Unsure   Mode = "421"      // says that it is not the right server
	Reload   Mode = "reload"   // answers with a page that loads itself once more, and so posts again

	Refused   Mode = "refused"    // HTTP/2 only: RST_STREAM, REFUSED_STREAM
	GoAway    Mode = "goaway"     // HTTP/2 only: GOAWAY, nothing was processed
	GoAwayOwn Mode = "goaway-own" // HTTP/2 only: GOAWAY after this one
)

// A Protocol is what a site speaks.
type Protocol int

// The protocols. Plain is HTTP/1.1 without TLS, for loopback portals.
const (
	HTTP1 Protocol = iota
	HTTP2
	Plain
)

// A Count is what came of one run.
type Count struct {
	Begun    int // commits whose headers came
	Accepted int // of these, read to the end and taken in
	Frames   int // pieces that came over WebSockets
}

// A Site is one such website, for every host of [Hosts].
type Site struct {
	Delay time.Duration // of the mode Late
	CutAt int64         // bytes of body after which the mode Cut cuts

	files    map[string]map[string]string // by case and path
	listener net.Listener
	tls      *tls.Config // nil: plain
	work     sync.WaitGroup

	mu     sync.Mutex
	counts map[string]*Count
	conns  map[net.Conn]struct{}
}

// The site's names. The first two are the same site to a browser, the third is
// another.
const (
	Portal = "portal.test"
	Upload = "up.portal.test"
	Other  = "other.test"
)

// Hosts are all of them.
func Hosts() []string { return []string{Portal, Upload, Other} }

// URL is where a run of c begins.
func (s *Site) URL(c Case, m Mode, run string) string {
	return s.Origin() + "/?" + url.Values{"case": {c.Name}, "mode": {string(m)}, "run": {run}}.Encode()
}

// Origin is where the pages are.
func (s *Site) Origin() string {
	if s.tls == nil {
		return "http://" + s.Addr()
	}
	return "https://" + Portal
}

// New returns a site with the pages of cases; "{q}" in a file becomes the query
// of the request for it. pin is the key that a browser must trust.
func New(cases []Case, speaks Protocol) (s *Site, pin string, err error) {
	cert, pin, err := certificate()
	if err != nil {
		return nil, "", err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	files := map[string]map[string]string{}
	for _, c := range cases {
		files[c.Name] = c.Files
	}
	s = &Site{Delay: time.Second, CutAt: 4 << 20, files: files, listener: ln,
		counts: map[string]*Count{}, conns: map[net.Conn]struct{}{}}
	switch speaks {
	case HTTP1:
		s.tls = &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}}
	case HTTP2:
		s.tls = &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}}
	}
	s.work.Go(s.accept)
	return s, pin, nil
}

func certificate() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: Portal}, DNSNames: Hosts(),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	sum := sha256.Sum256(public)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, base64.StdEncoding.EncodeToString(sum[:]), nil
}

// Addr is where the site listens.
func (s *Site) Addr() string { return s.listener.Addr().String() }

// Count is what came of a run so far.
func (s *Site) Count(run string) Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.count(run)
}

func (s *Site) count(run string) *Count {
	c, ok := s.counts[run]
	if !ok {
		c = &Count{}
		s.counts[run] = c
	}
	return c
}

// Settle takes no new connection and waits until all are over. Once the way to
// the site is closed this ends by itself, and the counts are final.
func (s *Site) Settle() {
	_ = s.listener.Close()
	s.work.Wait()
}

// Close cuts all connections.
func (s *Site) Close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.work.Wait()
}

func (s *Site) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.work.Go(func() { s.serve(c) })
	}
}

func (s *Site) serve(raw net.Conn) {
	s.mu.Lock()
	s.conns[raw] = struct{}{}
	s.mu.Unlock()
	defer func() {
		_ = raw.Close()
		s.mu.Lock()
		delete(s.conns, raw)
		s.mu.Unlock()
	}()
	if s.tls == nil {
		s.serve1(raw, raw)
		return
	}
	c := tls.Server(raw, s.tls)
	if c.Handshake() != nil {
		return
	}
	if c.ConnectionState().NegotiatedProtocol == "h2" {
		s.serve2(raw, c)
		return
	}
	s.serve1(raw, c)
}

// reset ends a connection by RST.
func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

// request is what the site knows of one.
type request struct {
	method string
	url    *url.URL
	header http.Header
}

func (r request) run() string { return r.url.Query().Get("run") }
func (r request) mode() Mode  { return Mode(r.url.Query().Get("mode")) }

// isCommit is the site's own view of what files an invoice.
func (r request) isCommit() bool {
	return r.method != http.MethodOptions &&
		(strings.HasPrefix(r.url.Path, "/commit") || r.header.Get("X-Op") == "submit")
}

// begin counts a commit by its headers.
func (s *Site) begin(r request) {
	if r.isCommit() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.count(r.run()).Begun++
	}
}

func (s *Site) frame(r request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(r.run()).Frames++
}

// cutAt is after how many bytes of its body r is cut; 0: never.
func (s *Site) cutAt(r request) int64 {
	if r.isCommit() && r.mode() == Cut {
		return s.CutAt
	}
	return 0
}
