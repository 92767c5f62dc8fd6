package sqlite

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// TestPlans keeps every way to list on its index: a scan is fast in tests and
// takes seconds in a ledger of a million.
func TestPlans(t *testing.T) {
	e := opened(t, filepath.Join(t.TempDir(), "ledger.db"))
	held := true
	rare := []submission.State{submission.Submitting}
	for _, c := range []struct {
		q     ledger.Query
		index string
	}{
		{ledger.Query{NeedsFirst: true}, "by_state"},
		{ledger.Query{NeedsFirst: true, States: rare}, "by_state"},
		{ledger.Query{NeedsFirst: true, Account: "a"}, "by_account"},
		{ledger.Query{NeedsFirst: true, Carrier: "c"}, "by_carrier"},
		{ledger.Query{NeedsFirst: true, Carrier: "c", States: rare}, "by_carrier"},
		{ledger.Query{Account: "a", States: rare}, "by_account"},
		{ledger.Query{Account: "a", DueBy: time.Now()}, "by_due"},
		{ledger.Query{Held: &held}, "by_lease"},
		{ledger.Query{Held: &held, Account: "a"}, "by_lease"},
		{ledger.Query{Invoice: "1"}, "by_invoice"},
		{ledger.Query{Invoice: "1", NeedsFirst: true}, "by_invoice"},
		{ledger.Query{Invoice: "1", Account: "a", Carrier: "c", NeedsFirst: true, States: rare}, "by_invoice"},
		{ledger.Query{}, "sqlite_autoindex_submission_1"},
	} {
		query, args := listSQL(c.q)
		plan, err := collect(t.Context(), e.read, "EXPLAIN QUERY PLAN "+query, args, func(scan func(...any) error) (string, error) {
			var id, parent, unused int
			var detail string
			err := scan(&id, &parent, &unused, &detail)
			return detail, err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range plan {
			if strings.Contains(step, " submission") && !strings.Contains(step, "INDEX "+c.index+" ") && !strings.HasSuffix(step, "INDEX "+c.index) {
				t.Errorf("%+v: %s; want index %s", c.q, step, c.index)
			}
		}
	}
}
