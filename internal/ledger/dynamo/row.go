package dynamo

import (
	"cmp"
	"strings"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
)

// The first part of table.Work.
const (
	free = "free#"
	held = "held#"
)

// submissionKey is the partition key of a submission and its moved entries.
func submissionKey(id string) string { return "s#" + id }

func idOf(pk string) string { return strings.TrimPrefix(pk, "s#") }

// moment is a time as keys have it: of one length, so that texts sort as times.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

func month(t time.Time) string { return t.UTC().Format("2006-01") }

// ordered is a sort key: parts and then the id, which settles what is equal.
func ordered(id string, parts ...string) string { return strings.Join(append(parts, id), "#") }

// indexed are the attributes that put a submission into indexes; one that is
// empty keeps it out, since DynamoDB takes no empty key.
func indexed(s ledger.Summary) map[string]string {
	keys := map[string]string{
		table.Account: s.Account, table.ID: s.ID, table.Invoice: invoiceKey(s.Invoice),
		table.State: string(s.State) + "#" + byChange(s), table.Work: work(s),
		table.Month: month(s.ArrivedAt), table.Arrived: ordered(s.ID, moment(s.ArrivedAt)),
		table.Dated: "", table.Person: s.Needs, table.Since: "",
	}
	if s.State.Unfiled() && !s.Date.IsZero() {
		keys[table.Dated] = ordered(s.ID, moment(s.Date))
	}
	if s.Needs != "" {
		keys[table.Since] = ordered(s.ID, moment(s.Since))
	}
	return keys
}

// invoiceKey is an invoice number as a key. LEDES allows 20 characters; of one that
// no key could hold the beginning does, since whoever asks looks again.
func invoiceKey(invoice string) string { return invoice[:min(len(invoice), 2*longest)] }

// byChange is the order of ledger.Query.NeedsFirst, last first.
func byChange(s ledger.Summary) string {
	urgent := "0"
	if s.Needs != "" {
		urgent = "1"
	}
	return ordered(s.ID, urgent, moment(s.UpdatedAt))
}

// byDue is the order of what is due.
func byDue(s ledger.Summary) string {
	return ordered(s.ID, string(rune('0'+s.Rank())), moment(s.DueAt))
}

// work is what somebody holds, or what is due and nobody holds.
func work(s ledger.Summary) string {
	switch {
	case s.Owner != "":
		return held + byDue(s)
	case !s.DueAt.IsZero():
		return free + byDue(s)
	}
	return ""
}

// momentIn reads the time at the beginning of a key.
func momentIn(key string) (time.Time, error) {
	at, _, _ := strings.Cut(key, "#")
	return time.Parse(time.RFC3339Nano, at)
}

// lastOf is the greatest number of the entries, firstOf the least.
func lastOf(entries []submission.Entry) (seq int64) {
	for _, e := range entries {
		seq = max(seq, e.Seq)
	}
	return seq
}

func firstOf(entries []submission.Entry) (seq int64) {
	for _, e := range entries {
		if seq == 0 || e.Seq < seq {
			seq = e.Seq
		}
	}
	return cmp.Or(seq, 1)
}
