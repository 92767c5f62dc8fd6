package dynamo

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// noise is n bytes of text that takes about 3/4 of that when it is packed.
func noise(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails (crypto/rand)
	return base64.StdEncoding.EncodeToString(b)[:n]
}

// inOrder says whether the history of a submission is 1, 2, … up to last.
func inOrder(t *testing.T, e *Engine, id string, last int64) {
	t.Helper()
	entries, err := e.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for i, entry := range entries {
		if entry.Seq != int64(i)+1 {
			t.Fatalf("entry %d is number %d", i+1, entry.Seq)
		}
	}
	if int64(len(entries)) != last {
		t.Errorf("%d entries, want %d", len(entries), last)
	}
}

// moves stores versions from to upTo with an entry of about 400 bytes each.
func moves(t *testing.T, e *Engine, from, upTo int64) {
	t.Helper()
	for v := from; v <= upTo; v++ {
		if err := e.Store(t.Context(), sample("1", v), []submission.Entry{line(v, noise(400))}); err != nil {
			t.Errorf("version %d: %v", v, err)
			return
		}
	}
}

// A history of any length is whole, while the item stays small, so that every
// move costs the same.
func TestLongHistory(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e, id := s.open(t, s.table(t), http.DefaultTransport), sample("1", 1).ID
	moves(t, e, 1, 150)
	inOrder(t, e, id, 150)
	it, err := e.get(t.Context(), submissionKey(id), self, true)
	if err != nil || intOf(it, bulk) > 2*bulky || intOf(it, moved) == 0 {
		t.Errorf("the item has %d bytes of history, %d entries are elsewhere: %v", intOf(it, bulk), intOf(it, moved), err)
	}
	if list, err := e.List(t.Context(), ledger.Query{}); err != nil || len(list) != 1 {
		t.Errorf("what was moved out is listed as a submission: %v, %v", list, err)
	}
}

// Whoever moves history out may end, or lose the answer, at each of the two
// writes; the next one goes on.
func TestMovedHalfWay(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e, id := s.open(t, s.table(t), http.DefaultTransport), sample("1", 1).ID
	moves(t, e, 1, 12)
	var putting, cut atomic.Bool
	broken := s.open(t, e.table, tripper(func(r *http.Request) (*http.Response, error) {
		if operation(r) == "PutItem" {
			putting.Store(true)
		}
		if putting.Load() && operation(r) == "UpdateItem" {
			cut.Store(true)
			return nil, errLost
		}
		return http.DefaultTransport.RoundTrip(r)
	}))
	version := int64(13)
	for ; !cut.Load() && version < 60; version++ {
		broken.enlisted(sample("1", 1))
		if err := broken.Store(t.Context(), sample("1", version), []submission.Entry{line(version, noise(400))}); err != nil {
			break
		}
	}
	if !cut.Load() {
		t.Fatal("nothing was moved")
	}
	inOrder(t, e, id, version-1)
	moves(t, e, version, version+30)
	inOrder(t, e, id, version+30)
}

// Two move out the same history at once, and one of them has stored more before
// the other takes it out: nothing of that is lost.
func TestMovedByTwo(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e, id := s.open(t, s.table(t), http.DefaultTransport), sample("1", 1).ID
	next := int64(1)
	for full := false; !full; next++ {
		moves(t, e, next, next)
		it, err := e.get(t.Context(), submissionKey(id), self, true)
		if err != nil || next > 100 {
			t.Fatalf("no history is ever full: %v", err)
		}
		full = intOf(it, bulk) >= bulky
	}
	between := false
	slow := s.open(t, e.table, tripper(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if operation(r) == "PutItem" && !between {
			between = true
			moves(t, e, next, next+1)
		}
		return answer, err
	}))
	slow.enlisted(sample("1", 1))
	err := slow.Store(t.Context(), sample("1", next), []submission.Entry{line(next, "late")})
	if !errors.Is(err, ledger.ErrConflict) || !between {
		t.Errorf("%v, want %v", err, ledger.ErrConflict)
	}
	inOrder(t, e, id, next+1)
}

// enlisted has an engine know that a submission's lists have it.
func (e *Engine) enlisted(s submission.Submission) {
	e.listed.Store(accountNames+"#"+s.Key.Account, true)
	e.listed.Store(monthNames+"#"+month(s.CreatedAt), true)
}

// Who reads while others write sees a beginning of the history, never one with a
// hole.
func TestHistoryMeanwhile(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e, id := s.open(t, s.table(t), http.DefaultTransport), sample("1", 1).ID
	moves(t, e, 1, 1)
	var writing sync.WaitGroup
	var over atomic.Bool
	writing.Go(func() {
		defer over.Store(true)
		moves(t, e, 2, 120)
	})
	for !over.Load() {
		entries, err := e.History(t.Context(), id)
		if err != nil {
			t.Errorf("history: %v", err)
			break
		}
		inOrderUpTo(t, entries)
	}
	writing.Wait()
	inOrder(t, e, id, 120)
}

func inOrderUpTo(t *testing.T, entries []submission.Entry) {
	t.Helper()
	for i, entry := range entries {
		if entry.Seq != int64(i)+1 {
			t.Errorf("entry %d is number %d of %d", i+1, entry.Seq, len(entries))
		}
	}
}

// A history of which a part was removed is an error, not a shorter history.
func TestMovedAndRemoved(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e, id := s.open(t, s.table(t), http.DefaultTransport), sample("1", 1).ID
	moves(t, e, 1, 40)
	items, err := e.collection(t.Context(), submissionKey(id), "h#")
	if err != nil || len(items) == 0 {
		t.Fatalf("nothing was moved: %v", err)
	}
	if err := e.erase(t.Context(), textOf(items[0], "pk"), textOf(items[0], "sk")); err != nil {
		t.Fatal(err)
	}
	if _, err := e.History(t.Context(), id); err == nil || !strings.Contains(err.Error(), "the operator restores the table") {
		t.Errorf("with a part removed: %v", err)
	}
}

// grown is version v with a value of about n bytes.
func grown(v int64, n int) submission.Submission {
	s := sample("1", v)
	s.Revisions[0].Why = noise(n * 4 / 3)
	return s
}

// An item near 400 KB makes room by moving its history out; what is too large in
// itself is refused, says so, and changes nothing.
func TestLargeItem(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e, id := s.open(t, s.table(t), http.DefaultTransport), sample("1", 1).ID
	entry := func(seq int64) []submission.Entry { return []submission.Entry{line(seq, noise(5000))} } // 3,800 bytes: less than bulky
	if err := e.Store(t.Context(), grown(1, 1000), entry(1)); err != nil {
		t.Fatal(err)
	}
	if err := e.Store(t.Context(), grown(2, 402_000), entry(2)); err != nil {
		t.Fatalf("with its history moved out it is small enough: %v", err)
	}
	inOrder(t, e, id, 2)
	before, err := e.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what    string
		s       submission.Submission
		entries []submission.Entry
	}{
		{"a value", grown(3, 410_000), nil},
		{"entries", grown(3, 1000), []submission.Entry{line(3, noise(560_000))}},
	} {
		if err := e.Store(t.Context(), c.s, c.entries); !errors.Is(err, ledger.ErrValue) || !strings.Contains(err.Error(), "invoice 1 of account acme") {
			t.Errorf("%s of more than 400 KB: %.300v", c.what, err)
		}
	}
	inOrder(t, e, id, 2)
	if after, err := e.Load(t.Context(), id); err != nil || after.Version != before.Version {
		t.Errorf("version %d is there, %d was: %v", after.Version, before.Version, err)
	}
	stale := grown(2, 410_000)
	if err := e.Store(t.Context(), stale, nil); err == nil {
		t.Error("an old version that is too large was stored")
	}
	if err := e.Store(t.Context(), grown(3, 1000), entry(3)); err != nil {
		t.Errorf("it does not become small again: %v", err)
	}
}

// A table that somebody else wrote to is not believed.
func TestDamaged(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	for id, b := range map[string][]byte{"none": nil, "newer": {99, 1}, "broken": {deflated, 1, 2, 3}, "json": {plain, '{'}} {
		it := key(submissionKey(id), self)
		if b != nil {
			it[value] = bytesOf(b)
		}
		if _, err := e.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &e.table, Item: it}); err != nil {
			t.Fatal(err)
		}
		_, err := e.Load(t.Context(), id)
		if err == nil || errors.Is(err, ledger.ErrNotFound) || errors.Is(err, ledger.ErrNewer) != (id == "newer") {
			t.Errorf("%s: %v", id, err)
		}
	}
}
