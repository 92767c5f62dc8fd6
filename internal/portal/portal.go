// Package portal is the frame that every simulated carrier portal shares: an
// HTTPS server on loopback with a certificate of its own, the book of what was
// taken in, users and sessions, faults that are switched on from outside, and
// the admin pages where a test reads the portal's own count.
//
// A portal's pages and words are a [Site], in a package of its own below this
// one; harbor is the first. A second one brings its pages and its checks and
// gets everything else from here.
package portal

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options say how a portal is run. The zero values of the times mean no delay.
type Options struct {
	Dir     string           // state folder: certificate, key, journal
	Keys    string           // folder of certificate and key, to share them between portals; "" is Dir
	Addr    string           // loopback address to listen on; "" is any free port of 127.0.0.1
	Latency time.Duration    // before each answer of the portal
	Tracker time.Duration    // before each answer of the third party's script server
	Settle  time.Duration    // how long an invoice is being processed
	Idle    time.Duration    // after which a session ends; 0 is ten minutes
	Users   []User           // who may log in
	Now     func() time.Time // the portal's clock; nil is the wall

	// Watch is called as a request comes for a place, before anything is done, and
	// what it returns once the request is over. It may be nil.
	Watch func(Place) (over func())
}

// A Site is the pages of one portal, in its own words.
type Site interface {
	http.Handler
	// Place says which part of the portal a request is for.
	Place(r *http.Request) Place
	// Sorry writes the page that the portal shows when it has the trouble that
	// what names: [Down], [Maintenance], [Unknown], [Broken], [Captcha], [Terms] or
	// [Code].
	Sorry(w http.ResponseWriter, what What, status int)
}

// A Place is a part of a portal that every portal has, whatever its address.
type Place string

// The places. A fault at [Page] meets every request but those for assets.
const (
	Page       Place = "page"
	Asset      Place = "asset"
	LoginPage  Place = "login-page"
	Login      Place = "login"
	UploadPage Place = "upload-page"
	Upload     Place = "upload"
	Result     Place = "result"
	History    Place = "history"
)

func places() []Place {
	return []Place{Page, Asset, LoginPage, Login, UploadPage, Upload, Result, History}
}

// A Desk is what the frame lends a [Site].
type Desk struct {
	Book    *Book
	Door    *Door
	Tracker string // origin of the third party's script server
	Now     func() time.Time
}

// A Server is one running portal.
type Server struct {
	desk    Desk
	faults  *Faults
	site    Site
	options Options
	url     string
	pin     string
	journal *journal
	tracker *tracker
	servers []*http.Server
	serving sync.WaitGroup
	stop    context.CancelFunc
	close   func() error
}

// Start runs the portal whose pages open makes, until ctx ends or
// [Server.Close]. It refuses to listen on anything but loopback.
func Start(ctx context.Context, o Options, open func(Desk) (Site, error)) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Keys == "" {
		o.Keys = o.Dir
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	for _, dir := range []string{o.Dir, o.Keys} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("portal: %w", err)
		}
	}
	s := &Server{options: o, faults: new(Faults)}
	if err := s.start(ctx, open); err != nil {
		if s.journal != nil {
			err = errors.Join(err, s.journal.close())
		}
		return nil, fmt.Errorf("portal: %w", err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, open func(Desk) (Site, error)) error {
	cert, pin, err := certificate(s.options.Keys)
	if err != nil {
		return err
	}
	s.pin = pin
	s.desk = Desk{Book: newBook(s.options), Door: newDoor(s.options), Now: s.options.Now}
	if s.journal, err = openJournal(filepath.Join(s.options.Dir, "journal.jsonl"), s.replay); err != nil {
		return err
	}
	s.desk.Book.journal, s.desk.Door.journal = s.journal, s.journal
	front, back, err := listen(s.options.Addr)
	if err != nil {
		return err
	}
	s.url, s.desk.Tracker = "https://"+front.Addr().String(), "https://"+back.Addr().String()
	if s.site, err = open(s.desk); err != nil {
		return errors.Join(err, front.Close(), back.Close())
	}
	ctx, s.stop = context.WithCancel(ctx)
	s.close = sync.OnceValue(s.shut)
	s.tracker = &tracker{latency: s.options.Tracker}
	s.serve(ctx, cert, front, s)
	s.serve(ctx, cert, back, s.tracker)
	context.AfterFunc(ctx, func() { _ = s.Close() })
	return nil
}

// listen opens the portal's own port and one for the third party beside it.
func listen(addr string) (front, back net.Listener, err error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	if !tcp.IP.IsLoopback() {
		return nil, nil, fmt.Errorf("%s is not a loopback address: a simulated portal is for this machine only", addr)
	}
	if front, err = net.ListenTCP("tcp", tcp); err != nil {
		return nil, nil, err
	}
	if back, err = net.ListenTCP("tcp", &net.TCPAddr{IP: tcp.IP}); err != nil {
		return nil, nil, errors.Join(err, front.Close())
	}
	return front, back, nil
}

// serve answers on l with h. It speaks HTTP/1.1 only: several faults are told
// in its terms, such as 408 on a connection that is kept alive.
func (s *Server) serve(ctx context.Context, cert tls.Certificate, l net.Listener, h http.Handler) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	server := &http.Server{
		Handler:           h,
		Protocols:         protocols,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 30 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // cut connections are what faults do
	}
	s.servers = append(s.servers, server)
	s.serving.Go(func() { _ = server.ServeTLS(l, "", "") }) // ends with ErrServerClosed
}

// replay applies one entry of the journal to what it is about.
func (s *Server) replay(e entry) {
	s.desk.Book.apply(e)
	s.desk.Door.apply(e)
}

// URL is the portal's address, https, without a path.
func (s *Server) URL() string { return s.url }

// Tracker is the origin of the third party that the portal's pages load a
// script from. A careful browser does not talk to it.
func (s *Server) Tracker() string { return s.desk.Tracker }

// Pin is the base64 SHA-256 of the certificate's public key (SPKI), the form in
// which Chromium's --ignore-certificate-errors-spki-list takes it.
func (s *Server) Pin() string { return s.pin }

// Book is what the portal took in.
func (s *Server) Book() *Book { return s.desk.Book }

// Door is who may enter.
func (s *Server) Door() *Door { return s.desk.Door }

// Faults are switched on and off here.
func (s *Server) Faults() *Faults { return s.faults }

// Counts is the portal's own count at this moment.
func (s *Server) Counts() Counts {
	c := s.desk.Book.Counts()
	c.Logins, c.FailedLogins = s.desk.Door.Count()
	c.Tracker = s.tracker.hits.Load()
	return c
}

// Close ends the portal: what hangs is let go of, then nothing is served.
func (s *Server) Close() error { return s.close() }

func (s *Server) shut() error {
	s.stop()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var err error
	for _, server := range s.servers {
		if server.Shutdown(ctx) != nil {
			err = errors.Join(err, server.Close())
		}
	}
	s.serving.Wait()
	return errors.Join(err, s.journal.close())
}
