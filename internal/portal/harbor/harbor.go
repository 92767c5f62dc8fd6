// Package harbor is the simulated vendor portal of Harbor Mutual, a carrier that
// does not exist: login with lockout, a heavy dashboard, one upload form, checks
// that take a moment, a history that can be searched by number.
package harbor

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"example.com/lodge/internal/portal"
)

// Zone is the time zone in which the portal tells times.
const Zone = "America/New_York"

// Defaults are the options of a portal that is about as slow as a quick real
// one: 20 ms an answer, 300 ms to check an invoice, 150 ms for the third party.
func Defaults(dir string) portal.Options {
	return portal.Options{
		Dir:     dir,
		Latency: 20 * time.Millisecond,
		Settle:  300 * time.Millisecond,
		Tracker: 150 * time.Millisecond,
		Users:   Users(),
	}
}

// Users are who may log in by default. Two are of one firm, one is of another,
// and the password of the last has expired.
func Users() []portal.User {
	return []portal.User{
		{Name: "ada.moor", Password: "Tide-table-7", Person: "Ada Moor", Firm: "Moor & Quay LLP"},
		{Name: "ben.quay", Password: "Slack-water-3", Person: "Ben Quay", Firm: "Moor & Quay LLP"},
		{Name: "cora.pier", Password: "Spring-ebb-5", Person: "Cora Pier", Firm: "Pier Law PC"},
		{Name: "dan.berth", Password: "Neap-flood-1", Person: "Dan Berth", Firm: "Pier Law PC", Expired: true},
	}
}

// Start starts the portal. It runs until ctx ends or it is closed.
func Start(ctx context.Context, o portal.Options) (*portal.Server, error) {
	return portal.Start(ctx, o, func(d portal.Desk) (portal.Site, error) { return newSite(d, o.Users) })
}

// Run runs the portal until ctx ends. It calls started once it can be reached.
func Run(ctx context.Context, o portal.Options, started func(*portal.Server)) error {
	p, err := Start(ctx, o)
	if err != nil {
		return err
	}
	started(p)
	<-ctx.Done()
	return p.Close()
}

//go:embed pages
var pages embed.FS

// site is the portal's pages.
type site struct {
	portal.Desk
	users  []portal.User
	zone   *time.Location
	mux    *http.ServeMux
	assets portal.Assets
	pages  *template.Template
}

func newSite(d portal.Desk, users []portal.User) (*site, error) {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return nil, fmt.Errorf("harbor: %w", err)
	}
	style, err := pages.ReadFile("pages/harbor.css")
	if err != nil {
		return nil, fmt.Errorf("harbor: %w", err)
	}
	s := &site{Desk: d, users: users, zone: zone, assets: portal.NewAssets(string(style))}
	clock := template.FuncMap{"clock": func(t time.Time) string { return t.In(zone).Format(clockLayout) }}
	if s.pages, err = template.New("").Funcs(clock).ParseFS(pages, "pages/*.html"); err != nil {
		return nil, fmt.Errorf("harbor: %w", err)
	}
	s.mux = s.routes()
	return s, nil
}

// clockLayout is how the portal writes a time, in [Zone].
const clockLayout = "01/02/2006 3:04:05 PM MST"

func (s *site) routes() *http.ServeMux {
	m := http.NewServeMux()
	m.Handle("GET /static/", s.assets)
	m.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	m.HandleFunc("GET /{$}", s.landing)
	m.HandleFunc("GET /login", s.loginPage)
	m.HandleFunc("POST /login", s.login)
	m.HandleFunc("POST /logout", s.member(s.logout))
	m.HandleFunc("GET /dashboard", s.member(s.dashboard))
	m.HandleFunc("GET /invoices", s.member(s.history))
	m.HandleFunc("GET /invoices/new", s.member(s.uploadPage))
	m.HandleFunc("POST /invoices/upload", s.member(s.upload))
	m.HandleFunc("GET /invoices/uploads/{id}", s.member(s.result))
	m.HandleFunc("GET /invoices/uploads/{id}/status", s.member(s.status))
	m.HandleFunc("/", s.notFound)
	return m
}

// ServeHTTP implements [http.Handler].
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Place implements [portal.Site].
func (s *site) Place(r *http.Request) portal.Place {
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/static/"):
		return portal.Asset
	case path == "/login" && r.Method == http.MethodPost:
		return portal.Login
	case path == "/login":
		return portal.LoginPage
	case path == "/invoices/upload" && r.Method == http.MethodPost:
		return portal.Upload
	case path == "/invoices/new":
		return portal.UploadPage
	case path == "/invoices":
		return portal.History
	case strings.HasPrefix(path, "/invoices/uploads/"):
		return portal.Result
	default:
		return portal.Page
	}
}

// member lets requests of a session through, and sends all others to the login.
func (s *site) member(h func(http.ResponseWriter, *http.Request, *portal.Session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session := s.Door.Session(r)
		switch {
		case session.Known():
			h(w, r, session)
		case session == nil && s.Door.Had(r):
			http.Redirect(w, r, "/login?ended", http.StatusSeeOther)
		default:
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		}
	}
}
