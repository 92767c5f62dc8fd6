package portal

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

//go:embed admin.html
var adminPage embed.FS

// admin answers below /admin. It is for people, tests and tools of this machine
// and not for pages: a script of a page gets nothing, and no page can change
// anything.
func (s *Server) admin(w http.ResponseWriter, r *http.Request) {
	if why := fromPage(r); why != "" {
		http.Error(w, "the admin pages are not for other pages: "+why, http.StatusForbidden)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /admin", s.overview)
	mux.HandleFunc("GET /admin/counts", func(w http.ResponseWriter, _ *http.Request) { respond(w, s.Counts(), nil) })
	mux.HandleFunc("GET /admin/invoices", func(w http.ResponseWriter, _ *http.Request) { respond(w, s.Book().All(), nil) })
	mux.HandleFunc("POST /admin/invoices", s.fileByHand)
	mux.HandleFunc("GET /admin/faults", func(w http.ResponseWriter, _ *http.Request) { respond(w, s.faults.On(), nil) })
	mux.HandleFunc("POST /admin/faults", s.addFaults)
	mux.HandleFunc("DELETE /admin/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.faults.Clear()
		respond(w, s.faults.On(), nil)
	})
	mux.HandleFunc("POST /admin/users/{name}/unlock", func(w http.ResponseWriter, r *http.Request) {
		respond(w, map[string]string{"unlocked": r.PathValue("name")}, s.Door().Unlock(r.PathValue("name")))
	})
	mux.ServeHTTP(w, r)
}

// fromPage says why a request looks as if a page had made it; "" if it does not.
// Browsers tell by headers that pages cannot set (Fetch Metadata), and a name
// that was pointed at loopback is not one of ours.
func fromPage(r *http.Request) string {
	site := r.Header.Get("Sec-Fetch-Site")
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	ip := net.ParseIP(host)
	switch {
	case host != "localhost" && (ip == nil || !ip.IsLoopback()):
		return "the address is not a loopback address"
	case r.Method != http.MethodGet && (site != "" || r.Header.Get("Origin") != ""):
		return "a browser sent it"
	case site != "" && site != "none" && r.Header.Get("Sec-Fetch-Mode") != "navigate":
		return "a script sent it"
	default:
		return ""
	}
}

func (s *Server) addFaults(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	var faults []Fault
	if err == nil {
		faults, err = decodeFaults(body)
	}
	if err == nil {
		_, err = s.faults.Add(faults...)
	}
	respond(w, s.faults.On(), err)
}

func (s *Server) fileByHand(w http.ResponseWriter, r *http.Request) {
	var f struct {
		Filing
		Ago    Duration `json:"ago"`
		Hidden Duration `json:"hidden"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&f)
	if err == nil && (f.Firm == "" || f.Number == "") {
		err = fmt.Errorf("firm and number are required")
	}
	var record Record
	if err == nil {
		f.Filing.Ago, f.Filing.Hidden = time.Duration(f.Ago), time.Duration(f.Hidden)
		record, err = s.Book().ByHand(f.Filing)
	}
	respond(w, record, err)
}

// respond writes v as JSON, or why there is none.
func respond(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		v = map[string]string{"error": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(v)
}

// overview is the page for whoever runs the portal.
func (s *Server) overview(w http.ResponseWriter, _ *http.Request) {
	type figure struct {
		Name  string
		Value any
	}
	type about struct {
		What  What
		At    Place
		About string
	}
	c := s.Counts()
	data := struct {
		Now      time.Time
		URL, Pin string
		Figures  []figure
		Records  []Record
		Faults   []Fault
		Kinds    []about
		Sessions []Session
	}{Now: s.options.Now(), URL: s.url, Pin: s.pin, Records: s.Book().All(), Faults: s.faults.On(), Sessions: s.Door().Sessions()}
	data.Figures = []figure{
		{"uploads", c.Uploads}, {"accepted", c.Accepted}, {"refused", c.Refused}, {"processing", c.Processing},
		{"filed by hand", c.ByHand}, {"duplicates", c.Duplicates}, {"unreadable", c.Unreadable},
		{"logins", c.Logins}, {"failed logins", c.FailedLogins},
	}
	slices.Reverse(data.Records)
	for _, k := range kinds() {
		data.Kinds = append(data.Kinds, about{k.what, k.at, k.about})
	}
	page, err := template.ParseFS(adminPage, "admin.html")
	var b bytes.Buffer
	if err == nil {
		err = page.Execute(&b, data)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = b.WriteTo(w)
}
