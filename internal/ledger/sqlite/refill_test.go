package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

// older writes a ledger as the version before the second step of the schema left
// it, with n submissions, and returns them by id.
func older(t *testing.T, path string, n int) map[string]submission.Submission {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, Patience, "_txlock=immediate"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := useWAL(t.Context(), db, Patience); err != nil {
		t.Fatal(err)
	}
	all, err := steps()
	if err != nil {
		t.Fatal(err)
	}
	if err := migrate(t.Context(), db, all[:1]); err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]submission.Submission{}
	for i := range n {
		s := aged(i)
		list[s.ID] = s
		sum := ledger.Summarize(s)
		var due any
		if !sum.DueAt.IsZero() {
			due = sum.DueAt.UnixNano()
		}
		const insert = "INSERT INTO submission VALUES (?, 1, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, 0, '', ?, 0, ?, 2, ?, ?)"
		if _, err := tx.ExecContext(t.Context(), insert, s.ID, sum.Account, sum.Carrier, sum.Invoice, sum.Revision, sum.State,
			sum.Confirmation, sum.Text, sum.Attempts, sum.Needs, sum.Needs != "", sum.Object, due, nanos(sum.UpdatedAt),
			string(must(json.Marshal(s)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return list
}

// aged is the ith submission of an older ledger: one in four needs the biller.
func aged(i int) submission.Submission {
	begun := time.Date(2026, 10, 1, 9, 0, i, 0, time.UTC)
	s := submission.New(submission.Key{Account: fmt.Sprint("account-", i%3), ClientID: "GL", Number: fmt.Sprint("INV-", i)}, "harbor")
	s.Version, s.CreatedAt, s.UpdatedAt = 1, begun, begun.Add(time.Hour)
	r := submission.Revision{Number: 1, State: submission.Accepted, Matter: "M-7", Date: begun.AddDate(0, 0, -30), Total: ledes.Cents(int64(i) + 12_345),
		ReceivedAt: begun.Add(time.Minute), Receipt: carriers.Receipt{Number: "R", Text: "accepted", State: carriers.StateAccepted}}
	r.Attempts = []submission.Attempt{{ID: "1", IntendedAt: begun.Add(time.Second)}, {ID: "2", IntendedAt: begun.Add(30 * time.Second), Sent: new(false)}}
	if i%4 == 0 {
		r.State, r.Needs, r.Receipt = submission.Rejected, carriers.Biller, carriers.Receipt{Text: fmt.Sprintf("invoice INV-%d: code X9 is invalid", i)}
	}
	s.Revisions = []submission.Revision{r}
	return s
}

// TestOlderLedger: what the version before wrote is there after the step, told
// as this version tells what it writes itself.
func TestOlderLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	const n = 2*atOnce + 5
	want := older(t, path, n)
	e := opened(t, path)
	for after := ""; ; {
		page, err := e.List(t.Context(), ledger.Query{After: after})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, got := range page {
			if diff := cmp.Diff(ledger.Summarize(want[got.ID]), got); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", got.ID, diff)
			}
			delete(want, got.ID)
		}
		after = page[len(page)-1].ID
	}
	if len(want) > 0 {
		t.Errorf("%d are lost", len(want))
	}
	first := aged(0).CreatedAt
	groups, err := e.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const alike = "invoice …: code X9 is invalid"
	var wantGroups []ledger.Group
	for _, g := range []struct{ account, n int }{{0, 168}, {1, 167}, {2, 167}} {
		oldest := []int{0, 4, 8}[g.account] // the first multiple of four of that account
		wantGroups = append(wantGroups, ledger.Group{Needs: carriers.Biller, Account: fmt.Sprint("account-", oldest%3), Carrier: "harbor",
			State: submission.Rejected, Alike: alike, N: g.n, Since: first.Add(time.Minute + time.Duration(oldest)*time.Second)})
	}
	if diff := cmp.Diff(wantGroups, groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if n, err := e.CountOf(t.Context(), ledger.Query{Unfiled: true, DatedTo: first, Account: "account-0"}); err != nil || n != 168 {
		t.Errorf("%d of account-0 are not filed, want 168: %v", n, err)
	}
	s := aged(0)
	s.Version, s.Revisions[0].State, s.Revisions[0].Needs = 2, submission.Cancelled, ""
	if err := e.Store(t.Context(), s, line(2)); err != nil {
		t.Fatal(err)
	}
	groups, err = e.Groups(t.Context())
	if err != nil || len(groups) != 3 || groups[2].N != 167 || !groups[2].Since.Equal(first.Add(time.Minute+12*time.Second)) {
		t.Errorf("after the oldest was cancelled: %+v, %v", groups, err)
	}
}

// TestOlderLedgerOpenedAtOnce: one of several programs takes the step, the others
// wait for it and see all of it.
func TestOlderLedgerOpenedAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	older(t, path, 400)
	var programs []*program
	for range 4 {
		programs = append(programs, started(t, "open", path))
	}
	for _, p := range programs {
		if _, err := fmt.Fprintln(p.in); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range programs {
		if !p.out.Scan() || p.out.Text() != "100" {
			t.Errorf("it sees %q that need somebody, want 100: %s", p.out.Text(), p.err.String())
		}
		if err := p.Wait(); err != nil {
			t.Error(err, p.err.String())
		}
	}
}

// TestOlderLedgerOwesNothing: a destination is told of what happens after the
// step, and of nothing in the years before it.
func TestOlderLedgerOwesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	older(t, path, 40)
	e := opened(t, path)
	if err := e.Enrol(t.Context(), "books"); err != nil {
		t.Fatal(err)
	}
	if list, err := e.Owed(t.Context(), "books", "", 99); err != nil || len(list) > 0 {
		t.Errorf("owed of an old ledger: %v, %v", list, err)
	}
	s := aged(0)
	s.Version, s.Seq = 2, 8
	if err := e.Store(t.Context(), s, line(8)); err != nil {
		t.Fatal(err)
	}
	list, err := e.Owed(t.Context(), "books", "", 99)
	if diff := cmp.Diff([]ledger.Owed{{ID: s.ID, Delivered: 7}}, list); err != nil || diff != "" {
		t.Errorf("after a move: %v (-want +got):\n%s", err, diff)
	}
}
