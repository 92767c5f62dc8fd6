package harbor

import (
	"fmt"
	"net/http"

	"example.com/lodge/internal/portal"
)

// landing tells an author who may log in. No real portal has such a page.
func (s *site) landing(w http.ResponseWriter, _ *http.Request) {
	s.show(w, http.StatusOK, "landing.html", page{Title: "Welcome", Data: s.users})
}

func (s *site) loginPage(w http.ResponseWriter, r *http.Request) {
	session := s.Door.Session(r)
	if session == nil {
		session = s.Door.Begin(w, r, portal.User{})
	}
	p := page{Redesigned: portal.Redesigned(r.Context())}
	if r.URL.Query().Has("ended") {
		p.Said = "Your session has ended. Please sign in again."
	}
	s.showLogin(w, session, p)
}

func (s *site) showLogin(w http.ResponseWriter, session *portal.Session, p page) {
	p.Title, p.Data = "Sign in", session.CSRF
	s.show(w, http.StatusOK, "login.html", p)
}

func (s *site) login(w http.ResponseWriter, r *http.Request) {
	session := s.Door.Session(r)
	if session == nil {
		http.Redirect(w, r, "/login?ended", http.StatusSeeOther)
		return
	}
	if r.PostFormValue("csrf") != session.CSRF {
		s.stale(w, nil)
		return
	}
	user, entry, left, err := s.Door.Enter(r.PostFormValue("username"), r.PostFormValue("password"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	switch entry {
	case portal.Welcome:
		s.Door.Begin(w, r, user)
		http.Redirect(w, r, "/dashboard", http.StatusSeeOther)
	case portal.MustChange:
		s.show(w, http.StatusOK, "notice.html", page{Title: "Password expired",
			Data: notice{"Your password has expired", "Choose a new password before you go on. You may not use one of your last eight."}})
	case portal.Locked:
		s.showLogin(w, session, page{Said: "Your account is locked. Call the vendor desk at (555) 010-0199 to have it opened."})
	case portal.Wrong:
		s.showLogin(w, session, page{Said: fmt.Sprintf("The user name or password is not right. Attempts remaining: %d.", left)})
	}
}

func (s *site) logout(w http.ResponseWriter, r *http.Request, session *portal.Session) {
	if r.PostFormValue("csrf") != session.CSRF {
		s.stale(w, session)
		return
	}
	s.Door.End(w, r)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// dashboard is as heavy as its like: six pictures and the latest invoices.
func (s *site) dashboard(w http.ResponseWriter, _ *http.Request, session *portal.Session) {
	rows := s.rows(s.Book.Search(session.User.Firm, ""))
	s.show(w, http.StatusOK, "dashboard.html", page{Title: "Dashboard", Session: session, Data: rows[:min(5, len(rows))]})
}
