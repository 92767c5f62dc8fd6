package harbor

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"example.com/lodge/internal/portal"
)

// maxUpload is the largest form that the portal reads, in bytes.
const maxUpload = 8 << 20

// A form is what the upload page shows again after a mistake.
type form struct {
	Clients        []Client
	Client, Matter string
}

func (s *site) uploadPage(w http.ResponseWriter, r *http.Request, session *portal.Session) {
	s.show(w, http.StatusOK, "upload.html", page{Title: "New invoice", Session: session,
		Redesigned: portal.Redesigned(r.Context()), Data: form{Clients: Clients()}})
}

// upload reads the whole form before it decides anything. What has an invoice
// in it is taken in, and the answer leads to its page.
func (s *site) upload(w http.ResponseWriter, r *http.Request, session *portal.Session) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	if err := r.ParseMultipartForm(maxUpload); err != nil {
		s.retry(w, r, session, "The upload did not arrive whole, or is larger than 8 MB.")
		return
	}
	if r.PostFormValue("csrf") != session.CSRF {
		s.stale(w, session)
		return
	}
	d, err := document(r)
	if err != nil {
		if err := s.Book.Unreadable(err.Error()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		s.retry(w, r, session, "We could not read the file: "+err.Error()+".")
		return
	}
	record, err := s.Book.Take(r.Context(), portal.Arrival{
		Firm: session.User.Firm, Number: d.Invoice, Client: d.Client, Matter: d.Matter, Amount: d.Total,
		By: session.User.Person, Reasons: s.check(d, r.PostFormValue("client"), r.PostFormValue("matter")),
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/invoices/uploads/"+record.ID, http.StatusSeeOther)
}

// document is the one invoice of the form's file.
func document(r *http.Request) (portal.Document, error) {
	f, _, err := r.FormFile("file")
	if err != nil {
		return portal.Document{}, errors.New("there is none")
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	if err != nil {
		return portal.Document{}, errors.New("it did not arrive whole")
	}
	d, err := portal.ReadDocument(string(b))
	if err == nil && d.Invoices > 1 {
		err = fmt.Errorf("it holds %d invoices, and only one may be uploaded at a time", d.Invoices)
	}
	return d, err
}

func (s *site) retry(w http.ResponseWriter, r *http.Request, session *portal.Session, said string) {
	s.show(w, http.StatusOK, "upload.html", page{Title: "New invoice", Session: session, Said: said,
		Data: form{Clients(), r.PostFormValue("client"), r.PostFormValue("matter")}})
}

// own is the record that a request is about, if the session may see it.
func (s *site) own(w http.ResponseWriter, r *http.Request, session *portal.Session) (portal.Record, bool) {
	record, ok := s.Book.Get(r.PathValue("id"))
	if !ok || record.Firm != session.User.Firm {
		s.notFound(w, r)
		return record, false
	}
	return record, true
}

// A verdict is what the result page says about an upload.
type verdict struct {
	ID, Number string
	Status     string // the word for it
	Text       string // the sentence
	Done       bool
}

func (s *site) verdict(r portal.Record) verdict {
	now := s.Now()
	status := r.Status(now)
	v := verdict{ID: r.ID, Number: r.Number, Status: words(status), Done: status != portal.Processing}
	switch status {
	case portal.Accepted:
		v.Text = fmt.Sprintf("Invoice %s is accepted. Your confirmation number is %s.", r.Number, r.Confirmation)
	case portal.Rejected:
		v.Text = fmt.Sprintf("Invoice %s is rejected. %s", r.Number, r.Why(now))
	case portal.Duplicate:
		v.Text = fmt.Sprintf("Invoice %s is refused as a duplicate. %s", r.Number, s.earlier(r))
	default:
		v.Text = fmt.Sprintf("Invoice %s is being processed. This takes a moment.", r.Number)
	}
	return v
}

// earlier names who posted the invoice that r is a duplicate of.
func (s *site) earlier(r portal.Record) string {
	e, _ := s.Book.Get(r.Earlier)
	return fmt.Sprintf("It was posted by %s on %s to matter %s.", e.By, e.TakenAt.In(s.zone).Format(clockLayout), e.Matter)
}

func (s *site) result(w http.ResponseWriter, r *http.Request, session *portal.Session) {
	if record, ok := s.own(w, r, session); ok {
		if portal.Mistaken(r.Context()) {
			record = s.mistaken(record)
		}
		s.show(w, http.StatusOK, "result.html", page{Title: "Invoice " + record.Number, Session: session, Data: s.verdict(record)})
	}
}

// mistaken is the record of the firm before r, or an invented one.
func (s *site) mistaken(r portal.Record) portal.Record {
	other := portal.Record{ID: r.ID, Number: "LOST-1", Verdict: portal.Accepted, Confirmation: "999999"}
	for _, before := range s.Book.All() {
		if before.ID == r.ID {
			break
		}
		if before.Firm == r.Firm {
			other = before
		}
	}
	return other
}

// status is what the result page asks for until the invoice is done.
func (s *site) status(w http.ResponseWriter, r *http.Request, session *portal.Session) {
	if record, ok := s.own(w, r, session); ok {
		writeJSON(w, s.verdict(record))
	}
}

// words are the portal's own for a status.
func words(s portal.Status) string {
	return map[portal.Status]string{
		portal.Processing: "Processing",
		portal.Accepted:   "Accepted",
		portal.Rejected:   "Rejected",
		portal.Duplicate:  "Duplicate",
	}[s]
}

// A Client is a line of business that the portal's select offers. Its ID is the
// CLIENT_ID that a firm's file must carry.
type Client struct{ ID, Title string }

// Clients are those that the portal knows.
func Clients() []Client {
	return []Client{
		{"HARBOR-GL", "General Liability"},
		{"HARBOR-AUTO", "Commercial Auto"},
		{"HARBOR-WC", "Workers' Compensation"},
	}
}

func knownClient(id string) bool {
	return slices.ContainsFunc(Clients(), func(c Client) bool { return strings.EqualFold(c.ID, id) })
}
