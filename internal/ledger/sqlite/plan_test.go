package sqlite

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// TestPlans keeps every way to list on its index: a scan is fast in tests and
// takes seconds in a ledger of a million.
func TestPlans(t *testing.T) {
	e := opened(t, filepath.Join(t.TempDir(), "ledger.db"))
	held := true
	biller := []carriers.Person{carriers.Biller}
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
		{ledger.Query{From: time.Now(), To: time.Now()}, "by_arrival"},
		{ledger.Query{From: time.Now(), Account: "a", Carrier: "c", States: rare}, "by_arrival"},
		{ledger.Query{To: time.Now(), After: "x"}, "by_arrival"},
		{ledger.Query{From: time.Now(), NeedsFirst: true}, "by_state"},
		{ledger.Query{Needs: biller}, "by_need"},
		{ledger.Query{Needs: biller, After: "x"}, "by_need"},
		{ledger.Query{Needs: biller, Account: "a", Carrier: "c", States: rare, From: time.Now()}, "by_need"},
		{ledger.Query{Needs: biller, Alike: "x", Carrier: "c", States: rare}, "by_alike"},
		{ledger.Query{Needs: biller, Alike: "x", Carrier: "c", States: rare, Account: "a"}, "by_alike"},
		{ledger.Query{Unfiled: true, DatedTo: time.Now(), Carrier: "c"}, "by_date"},
		{ledger.Query{Unfiled: true, DatedTo: time.Now(), Carrier: "c", Account: "a", States: rare}, "by_date"},
	} {
		sorted := len(c.q.Needs) > 0 || !c.q.From.IsZero() || c.q.Unfiled // by the index itself
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
			if strings.Contains(step, "TEMP B-TREE") && !strings.Contains(query, "UNION") && sorted {
				t.Errorf("%+v: %s", c.q, step)
			}
			if strings.HasPrefix(step, "SCAN submission") && sorted {
				t.Errorf("%+v reads all of the index: %s", c.q, step)
			}
			if c.q.After != "" && strings.HasSuffix(step, "(id=?)") { // where the page before ended
				continue
			}
			if strings.Contains(step, " submission") && !strings.Contains(step, "INDEX "+c.index+" ") && !strings.HasSuffix(step, "INDEX "+c.index) {
				t.Errorf("%+v: %s; want index %s", c.q, step, c.index)
			}
		}
	}
}

// TestOutboxPlans: what is owed is found, and a mark is made, by searches of an
// index; neither reads a submission.
func TestOutboxPlans(t *testing.T) {
	e := opened(t, filepath.Join(t.TempDir(), "ledger.db"))
	plan, err := collect(t.Context(), e.read, "EXPLAIN QUERY PLAN "+owedSQL, []any{"books", "x", 9}, func(scan func(...any) error) (string, error) {
		var id, parent, unused int
		var detail string
		err := scan(&id, &parent, &unused, &detail)
		return detail, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(plan, "; "), "SEARCH owed USING PRIMARY KEY (destination=? AND id>?)"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}
