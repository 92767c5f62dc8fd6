package harbor

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"example.com/lodge/internal/portal"
)

// perPage is how many rows a page of the history shows.
const perPage = 10

// A row is one invoice of the history, in the portal's words.
type row struct {
	Number, Client, Matter, Amount, At, By string
	Status, Confirmation, Reason           string
}

func (s *site) rows(records []portal.Record) []row {
	now := s.Now()
	rows := make([]row, len(records))
	for i, r := range records {
		status := r.Status(now)
		rows[i] = row{
			Number: r.Number, Client: r.Client, Matter: r.Matter, Amount: "$" + r.Amount.String(), By: r.By,
			At: r.TakenAt.In(s.zone).Format(clockLayout), Status: words(status),
		}
		switch {
		case status == portal.Accepted && !r.Unconfirmed:
			rows[i].Confirmation = r.Confirmation
		case status == portal.Rejected:
			rows[i].Reason = r.Why(now)
		}
	}
	return rows
}

// A listing is one page of the history.
type listing struct {
	Number                         string // searched for
	Rows                           []row
	Total, Page, Pages, Prev, Next int // Prev and Next are 0 where there is none
}

// history shows the firm's invoices whose number contains what was searched
// for, newest first.
func (s *site) history(w http.ResponseWriter, r *http.Request, session *portal.Session) {
	l := listing{Number: strings.TrimSpace(r.FormValue("number"))}
	all := s.Book.Search(session.User.Firm, l.Number)
	if portal.Emptied(r.Context()) {
		all = nil
	}
	l.Total, l.Pages = len(all), max(1, (len(all)+perPage-1)/perPage)
	wanted, _ := strconv.Atoi(r.FormValue("page"))
	l.Page = min(max(1, wanted), l.Pages)
	l.Rows = s.rows(all[(l.Page-1)*perPage : min(l.Page*perPage, len(all))])
	if l.Page > 1 {
		l.Prev = l.Page - 1
	}
	if l.Page < l.Pages {
		l.Next = l.Page + 1
	}
	s.show(w, http.StatusOK, "history.html", page{Title: "Invoices", Session: session, Data: l})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v)
}
