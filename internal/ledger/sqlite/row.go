package sqlite

import (
	"encoding/json"
	"fmt"
	"strings"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// The columns of a submission's row: its name and version, then its summary,
// the part that the second step of the schema added last, then the item.
const (
	added  = "client, matter, dated, total, since, alike, sends, arrived_at, sent_at, said_at, unfiled"
	summed = `account, carrier, invoice, revision, state, hold, confirmation, said, attempts, needs, urgent, found, owner, object,
	not_before, due_at, due_rank, updated_at, ` + added
	written = "id, version, " + summed + ", item"
)

func insertSQL() string {
	values := "?" + strings.Repeat(", ?", strings.Count(written, ","))
	return "INSERT INTO submission (" + written + ") VALUES (" + values + ") ON CONFLICT DO NOTHING"
}

// updateSQL writes the row if the version before it is the one that is stored.
func updateSQL() string {
	return "UPDATE submission SET " + assigned(strings.TrimPrefix(written, "id, "), 2) + " WHERE id = ?1 AND version = ?2 - 1"
}

// refillSQL fills what was added to a row. It leaves the other columns alone, and
// so the indexes over them.
func refillSQL() string { return "UPDATE submission SET " + assigned(added, 2) + " WHERE id = ?1" }

// addedOf is what refillSQL fills in.
func addedOf(s submission.Submission) []any {
	all := summaryOf(s)
	return all[len(all)-1-strings.Count(added, ","):]
}

// assigned gives the columns their values, the first of which is the nth.
func assigned(columns string, n int) string {
	var parts []string
	for c := range strings.SplitSeq(columns, ",") {
		parts = append(parts, fmt.Sprintf("%s = ?%d", strings.TrimSpace(c), n))
		n++
	}
	return strings.Join(parts, ", ")
}

// rowOf is s as a row, in the order of written.
func rowOf(s submission.Submission) ([]any, error) {
	item, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	row := append([]any{s.ID, s.Version}, summaryOf(s)...)
	return append(row, string(item)), nil
}

// summaryOf is the summary of s, in the order of summed.
func summaryOf(s submission.Submission) []any {
	sum := ledger.Summarize(s)
	var due any
	if !sum.DueAt.IsZero() {
		due = sum.DueAt.UnixNano()
	}
	return []any{
		sum.Account, sum.Carrier, sum.Invoice, sum.Revision, string(sum.State), string(sum.Hold), sum.Confirmation, sum.Text,
		sum.Attempts, sum.Needs, sum.Needs != "", sum.Found, sum.Owner, sum.Object,
		nanos(sum.NotBefore), due, sum.Rank(), nanos(sum.UpdatedAt), sum.Client, sum.Matter, nanos(sum.Date), sum.Total.String(),
		nanos(sum.Since), sum.Alike, sum.Sends, nanos(sum.ArrivedAt), nanos(sum.SentAt), nanos(sum.SaidAt), sum.State.Unfiled(),
	}
}

// summary reads a row of summed with the id before it.
func summary(scan func(...any) error) (ledger.Summary, error) {
	var s ledger.Summary
	var urgent, rank, unfiled int
	var notBefore, updated, dated, since, arrived, sent, said int64
	var due *int64
	var total string
	err := scan(&s.ID, &s.Account, &s.Carrier, &s.Invoice, &s.Revision, &s.State, &s.Hold, &s.Confirmation, &s.Text,
		&s.Attempts, &s.Needs, &urgent, &s.Found, &s.Owner, &s.Object, &notBefore, &due, &rank, &updated, &s.Client, &s.Matter,
		&dated, &total, &since, &s.Alike, &s.Sends, &arrived, &sent, &said, &unfiled)
	if err != nil {
		return s, err
	}
	if due != nil {
		s.DueAt = instant(*due)
	}
	s.NotBefore, s.UpdatedAt, s.Date, s.Since = instant(notBefore), instant(updated), instant(dated), instant(since)
	s.ArrivedAt, s.SentAt, s.SaidAt = instant(arrived), instant(sent), instant(said)
	return s, s.Total.UnmarshalText([]byte(total))
}
