package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

// columns of the CSV. New ones go to the end: programs count.
func columns() []string {
	return []string{
		"carrier", "account", "invoice", "client_id", "matter", "invoice_date", "amount", "outcome", "state", "since",
		"arrived_at", "sent_at", "times_sent", "carrier_said_at", "confirmation", "carrier_words", "who_acts",
		"refused_from", "late", "revision", "file", "id",
	}
}

// CSV writes one line for each invoice, with all facts (RFC 4180, UTF-8, lines
// end in CR LF). Times are RFC 3339 in the firm's zone. A text that a
// spreadsheet would run as a formula has an apostrophe before it
// (owasp.org/www-community/attacks/CSV_Injection).
func (r Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{columns()}
	for _, l := range r.Lines {
		rows = append(rows, r.row(l))
	}
	return out.WriteAll(rows)
}

func (r Report) row(l Line) []string {
	date, refused := "", ""
	if !l.Date.IsZero() {
		date = l.Date.Format(time.DateOnly)
	}
	if !l.Refused.IsZero() {
		refused = l.Refused.Format(time.RFC3339) // in the carrier's zone
	}
	return []string{
		inert(l.Carrier), inert(l.Account), inert(l.Invoice), inert(l.Client), inert(l.Matter), date, l.Total.String(),
		string(l.Outcome), string(l.State), r.stamp(l.Since), r.stamp(l.ArrivedAt), r.stamp(l.SentAt), strconv.Itoa(l.Sends),
		r.stamp(l.SaidAt), inert(l.Confirmation), inert(l.Text), l.Needs, refused, strconv.FormatBool(l.Late),
		strconv.Itoa(l.Revision), inert(l.Object), l.ID,
	}
}

// inert is s as no spreadsheet runs it. The full-width forms are signs of
// formulas too where the keyboard is an Asian one.
func inert(s string) string {
	if strings.IndexAny(s, "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}

func (r Report) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(r.From.Location()).Truncate(time.Second).Format(time.RFC3339)
}
