package portal

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"sync"
	"time"
)

// A User may log in to a portal.
type User struct {
	Name     string `json:"name"`
	Password string `json:"-"`
	Person   string `json:"person"`            // as the history names who posted
	Firm     string `json:"firm"`              // invoice numbers are unique by firm
	Expired  bool   `json:"expired,omitempty"` // the password must be changed before anything else
}

// Tries is how many wrong passwords in a row lock a user.
const Tries = 3

// Entry is how a try to log in ended.
type Entry int

// The ends of a login. The zero value lets nobody in.
const (
	Wrong Entry = iota
	Locked
	MustChange // the password is right and has expired
	Welcome
)

// A Door knows users and sessions. Sessions end with the process; wrong
// passwords are remembered.
type Door struct {
	now     func() time.Time
	idle    time.Duration
	journal *journal

	mu       sync.Mutex
	users    map[string]User
	wrong    map[string]int // in a row
	sessions map[string]*Session
	logins   int
	failed   int
}

// A Session is one browser's. It belongs to nobody until its user logs in.
type Session struct {
	ID   string // for faults and the admin page; not the cookie
	CSRF string // what each form of the session must send back
	User User   // zero: nobody
	seen time.Time
}

// Known says whether somebody is logged in.
func (s *Session) Known() bool { return s != nil && s.User.Name != "" }

// cookie is the session's. The prefix makes browsers hold it to this host, over
// TLS and on every path (RFC 6265bis, section 4.1.3.2).
const cookie = "__Host-session"

func newDoor(o Options) *Door {
	d := &Door{now: o.Now, idle: o.Idle, users: map[string]User{}, wrong: map[string]int{}, sessions: map[string]*Session{}}
	if d.idle == 0 {
		d.idle = 10 * time.Minute
	}
	for _, u := range o.Users {
		d.users[u.Name] = u
	}
	return d
}

func (d *Door) apply(e entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case e.Login != "":
		d.logins++
		delete(d.wrong, e.Login)
	case e.Failed != "":
		d.failed++
		d.wrong[e.Failed]++
	case e.Unlocked != "":
		delete(d.wrong, e.Unlocked)
	}
}

// Session is the session of r, or nil. It stays alive by being used.
func (d *Door) Session(r *http.Request) *Session {
	c, err := r.Cookie(cookie)
	if err != nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.sessions[c.Value]
	if s == nil || d.now().Sub(s.seen) > d.idle {
		delete(d.sessions, c.Value)
		return nil
	}
	s.seen = d.now()
	return s
}

// Had says whether r comes from a browser that once had a session.
func (d *Door) Had(r *http.Request) bool {
	_, err := r.Cookie(cookie)
	return err == nil
}

// Begin gives the browser a new session of u, in place of any that r has.
func (d *Door) Begin(w http.ResponseWriter, r *http.Request, u User) *Session {
	d.forget(r)
	s := &Session{ID: rand.Text()[:8], CSRF: rand.Text(), User: u, seen: d.now()}
	value := rand.Text()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sessions[value] = s
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return s
}

// End ends the session of r, if there is one.
func (d *Door) End(w http.ResponseWriter, r *http.Request) {
	d.forget(r)
	http.SetCookie(w, &http.Cookie{Name: cookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// forget ends the session of r without telling the browser.
func (d *Door) forget(r *http.Request) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sessions, c.Value)
}

// Enter tries a password and tells how many tries are left after a wrong one.
// It does not begin a session.
func (d *Door) Enter(name, password string) (User, Entry, int, error) {
	if name == "" {
		name = "(blank)"
	}
	d.mu.Lock()
	u, known := d.users[name]
	right := known && subtle.ConstantTimeCompare([]byte(u.Password), []byte(password)) == 1
	locked := d.wrong[name] >= Tries
	d.mu.Unlock()
	e := entry{Login: name}
	if !right || locked {
		e = entry{Failed: name}
	}
	if err := d.journal.append(e); err != nil {
		return User{}, Wrong, 0, err
	}
	d.apply(e)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch left := Tries - d.wrong[name]; {
	case e.Login == "" && left <= 0:
		return User{}, Locked, 0, nil
	case e.Login == "":
		return User{}, Wrong, left, nil
	case u.Expired:
		return User{}, MustChange, 0, nil
	default:
		return u, Welcome, 0, nil
	}
}

// Unlock lets a locked user try again.
func (d *Door) Unlock(name string) error {
	e := entry{Unlocked: name}
	if err := d.journal.append(e); err != nil {
		return err
	}
	d.apply(e)
	return nil
}

// Count tells how many logins there were, and how many tries that failed.
func (d *Door) Count() (logins, failed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.logins, d.failed
}

// Sessions lists the sessions of users who are logged in.
func (d *Door) Sessions() []Session {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Session
	for _, s := range d.sessions {
		if s.Known() {
			all = append(all, Session{ID: s.ID, User: s.User, seen: s.seen})
		}
	}
	return all
}
