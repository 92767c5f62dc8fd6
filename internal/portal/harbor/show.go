package harbor

import (
	"bytes"
	"net/http"

	"example.com/lodge/internal/portal"
)

// A page is what every page of the portal shows. Data is the page's own.
type page struct {
	Title, Tracker string
	Session        *portal.Session
	Said           string // an alert, in the portal's words
	Redesigned     bool
	Data           any
}

// show writes the page of the template name.
func (s *site) show(w http.ResponseWriter, status int, name string, p page) {
	p.Tracker = s.Tracker
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

// A notice is a page of one heading and one sentence.
type notice struct{ Heading, Text string }

// Sorry implements [portal.Site].
func (s *site) Sorry(w http.ResponseWriter, what portal.What, status int) {
	said := map[portal.What]notice{
		portal.Down:        {"Service unavailable", "Harbor Mutual's vendor portal is not available at the moment. Please try again later."},
		portal.Maintenance: {"Scheduled maintenance", "The vendor portal is closed for maintenance. It opens again at 6:00 AM Eastern Time."},
		portal.Broken:      {"Something went wrong", "Reference 5X-2209. Please call the vendor desk."},
		portal.Unknown:     {"Meet the new Harbor Vendor Experience", "We are moving your workspace. Take the tour to find out what is new."},
		portal.Captcha:     {"One more moment", "Type the signs of the picture below, so that we know that you are a person."},
		portal.Terms:       {"Our terms have changed", "Read and agree to the vendor terms of this year before you go on."},
		portal.Code:        {"Check your telephone", "We have sent you a code of six digits. It is valid for three minutes."},
	}[what]
	s.show(w, status, "notice.html", page{Title: said.Heading, Data: said})
}

func (s *site) notFound(w http.ResponseWriter, r *http.Request) {
	s.show(w, http.StatusNotFound, "notice.html", page{Title: "Not found", Session: s.Door.Session(r),
		Data: notice{"Page not found", "The page that you asked for is not here."}})
}

// stale answers a form that does not belong to the session it came in.
func (s *site) stale(w http.ResponseWriter, session *portal.Session) {
	s.show(w, http.StatusForbidden, "notice.html", page{Title: "Form expired", Session: session,
		Data: notice{"This form has expired", "Open the page again and repeat what you entered. Nothing was saved."}})
}
