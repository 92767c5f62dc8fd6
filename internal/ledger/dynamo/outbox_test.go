package dynamo

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo/table"
	"example.com/lodge/internal/submission"
)

// indebted is how many items are in the index of what is owed.
func indebted(t *testing.T, e *Engine) (n int) {
	t.Helper()
	for _, it := range everything(t, e) {
		if it[table.Owes] != nil {
			n++
		}
	}
	return n
}

// Nothing stays in the index of what is owed once it is told, or its destination
// is gone: finding what is owed would cost more and more. A Dismiss that failed
// half-way is gone on with by the next.
func TestNothingStaysOwed(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(e.Enrol(t.Context(), "books"))
	check(e.Enrol(t.Context(), "chat"))
	for _, number := range []string{"1", "2", "3"} {
		check(e.Store(t.Context(), sample(number, 1), []submission.Entry{line(1, "because")}))
		check(e.Delivered(t.Context(), "books", sample(number, 1).ID, 1))
	}
	if n := indebted(t, e); n != 3 {
		t.Errorf("%d items owe something, want 3", n)
	}
	var updates atomic.Int32
	failing := s.open(t, e.table, tripper(func(r *http.Request) (*http.Response, error) {
		if operation(r) == "UpdateItem" && updates.Add(1) > 1 {
			return nil, errLost
		}
		return http.DefaultTransport.RoundTrip(r)
	}))
	if err := failing.Dismiss(t.Context(), "chat"); err == nil {
		t.Fatal("it did not fail")
	}
	if n := indebted(t, e); n != 2 {
		t.Errorf("half-way %d items owe something, want 2", n)
	}
	check(e.Dismiss(t.Context(), "nobody"))
	if n := indebted(t, e); n != 0 {
		t.Errorf("%d items owe something that nobody is told of", n)
	}
	for _, it := range everything(t, e) {
		if textOf(it, table.PK) == dismissedItems || len(mapIn(it, told)) > 0 {
			t.Errorf("it was left behind: %v", it)
		}
	}
}

// What a submission is found through is there before it. Where that cannot be
// written nothing is stored.
func TestListedFirst(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	broken := s.open(t, e.table, tripper(func(r *http.Request) (*http.Response, error) {
		if operation(r) == "PutItem" {
			return nil, errLost
		}
		return http.DefaultTransport.RoundTrip(r)
	}))
	if err := broken.Store(t.Context(), sample("1", 1), nil); err == nil {
		t.Error("it was stored, and no list would show it")
	}
	if _, err := e.Load(t.Context(), sample("1", 1).ID); err == nil || !strings.Contains(err.Error(), ledger.ErrNotFound.Error()) {
		t.Errorf("load: %v", err)
	}
}
