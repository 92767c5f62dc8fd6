package dynamo

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

var errLost = errors.New("the connection broke")

// operation is what a request asks DynamoDB for.
func operation(r *http.Request) string {
	_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return name
}

// losing loses the answers of the next n updates, after they were done and after
// then was called, while it is not ended.
func losing(n int32, then func()) http.RoundTripper {
	var left atomic.Int32
	left.Store(n)
	return tripper(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil || operation(r) != "UpdateItem" || left.Add(-1) < 0 {
			return answer, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		then()
		return nil, errors.Join(err, answer.Body.Close(), errLost)
	})
}

func nothing() {}

// The SDK makes a write again of which the answer was lost. The second one meets
// the first, which is no conflict.
func TestLostAnswer(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	for _, c := range []struct {
		name   string
		others int64 // versions that another writes before it is noticed
		open   bool  // an error that leaves it open
	}{
		{name: "nobody came after", others: 0},
		{name: "one came after", others: 1},
		{name: "two came after", others: 2},
		{name: "too many came after", others: 3, open: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := s.table(t)
			other := s.open(t, table, http.DefaultTransport)
			after := func() {
				for v := range c.others {
					if err := other.Store(t.Context(), sample("1", 2+v), []submission.Entry{line(2+v, "another")}); err != nil {
						t.Error(err)
					}
				}
			}
			err := s.open(t, table, losing(1, after)).Store(t.Context(), sample("1", 1), []submission.Entry{line(1, "mine")})
			if c.open != (err != nil) || errors.Is(err, ledger.ErrConflict) {
				t.Errorf("stored, and %d others after: %v", c.others, err)
			}
			entries, err := other.History(t.Context(), sample("1", 1).ID)
			if err != nil || int64(len(entries)) != 1+c.others || entries[0].Why != "mine" {
				t.Errorf("the history is %v, %v", entries, err)
			}
		})
	}
}

func TestLostAnswerOfAnAccount(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	table := s.table(t)
	e, other := s.open(t, table, losing(1, nothing)), s.open(t, table, http.DefaultTransport)
	if err := e.StoreAccount(t.Context(), ledger.Account{Name: "acme", Version: 1, Fence: 7}); err != nil {
		t.Errorf("its own write is no conflict: %v", err)
	}
	if err := other.StoreAccount(t.Context(), ledger.Account{Name: "acme", Version: 1, Fence: 8}); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("another's is one: %v", err)
	}
	if a, err := other.LoadAccount(t.Context(), "acme"); err != nil || a.Fence != 7 {
		t.Errorf("the account is %+v, %v", a, err)
	}
}

// A write that lost and of which the answers were lost too must not take the
// winner's for its own, though both say the same.
func TestLostAnswerOfALoser(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	table := s.table(t)
	mine, entries := sample("1", 1), []submission.Entry{line(1, "the same")}
	if err := s.open(t, table, http.DefaultTransport).Store(t.Context(), mine, entries); err != nil {
		t.Fatal(err)
	}
	if err := s.open(t, table, losing(1, nothing)).Store(t.Context(), mine, entries); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("%v, want %v", err, ledger.ErrConflict)
	}
}

// A program that gets no answer at all does not know, and does not say that
// somebody else was first.
func TestNoAnswer(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	cut := s.open(t, e.table, losing(1000, nothing))
	err := cut.Store(t.Context(), sample("1", 1), nil)
	if !errors.Is(err, errLost) || errors.Is(err, ledger.ErrConflict) {
		t.Errorf("%v, want %v", err, errLost)
	}
	if _, err := e.Load(t.Context(), sample("1", 1).ID); err != nil {
		t.Errorf("it was stored: %v", err)
	}
}

func TestNameIsGivenOnce(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	table := s.table(t)
	names := make([]string, 32)
	var openers sync.WaitGroup
	for i := range names {
		client := s.client(http.DefaultTransport, 3)
		openers.Go(func() {
			if e, err := Open(t.Context(), client, table); err != nil {
				t.Error(err)
			} else {
				names[i] = e.name
			}
		})
	}
	openers.Wait()
	for _, name := range names {
		if name == "" || name != names[0] {
			t.Errorf("the ledger is called %q and %q", names[0], name)
		}
	}
}

// denied answers each write as IAM does where a role may only read.
func denied(r *http.Request) (*http.Response, error) {
	if name := operation(r); name == "GetItem" || name == "Query" || name == "BatchGetItem" {
		return http.DefaultTransport.RoundTrip(r)
	}
	return says(r, http.StatusBadRequest, `{"__type":"com.amazon.coral.service#AccessDeniedException","message":"not authorized"}`), nil
}

func says(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func TestReaders(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	if err := e.Store(t.Context(), sample("1", 1), nil); err != nil {
		t.Fatal(err)
	}
	reader := s.open(t, e.table, tripper(denied))
	if list, err := reader.List(t.Context(), ledger.Query{}); err != nil || len(list) != 1 {
		t.Errorf("a reader sees %v, %v", list, err)
	}
	err := reader.Store(t.Context(), sample("1", 2), nil)
	if err == nil || errors.Is(err, ledger.ErrConflict) || !strings.Contains(err.Error(), "the operator gives it the right") {
		t.Errorf("a reader's write: %v", err)
	}
}

// Throttled again and again, a caller hears that the ledger is busy.
func TestThrottled(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	var left atomic.Int32
	throttle := tripper(func(r *http.Request) (*http.Response, error) {
		if left.Add(-1) >= 0 {
			return says(r, http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}`), nil
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	slow := s.open(t, e.table, throttle)
	left.Store(2)
	if err := slow.StoreAccount(t.Context(), ledger.Account{Name: "acme", Version: 1}); err != nil {
		t.Errorf("throttled twice: %v", err)
	}
	left.Store(1000)
	if err := slow.StoreAccount(t.Context(), ledger.Account{Name: "acme", Version: 2}); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("throttled always: %v, want %v", err, ledger.ErrBusy)
	}
}

// What DynamoDB leaves out of an answer is asked for again.
func TestUnprocessed(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	for i := range 5 {
		if err := e.Store(t.Context(), sample(string(rune('a'+i)), 1), nil); err != nil {
			t.Fatal(err)
		}
	}
	asked := 0
	half := tripper(func(r *http.Request) (*http.Response, error) {
		if operation(r) != "BatchGetItem" {
			return http.DefaultTransport.RoundTrip(r)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if asked++; asked == 1 {
			_, keys, _ := bytes.Cut(body, []byte(`"RequestItems":`))
			return says(r, http.StatusOK, `{"Responses":{},"UnprocessedKeys":`+string(bytes.TrimSuffix(keys, []byte("}")))+`}`), nil
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	list, err := s.open(t, e.table, half).List(t.Context(), ledger.Query{})
	if err != nil || len(list) != 5 || asked != 2 {
		t.Errorf("%d listed after %d requests: %v", len(list), asked, err)
	}
}

func TestNewerFormat(t *testing.T) {
	s, ok := started(t)
	if !ok {
		return
	}
	e := s.open(t, s.table(t), http.DefaultTransport)
	x := &expression{}
	x.set(written, number(format+1))
	if err := e.write(t.Context(), ledgerItem, self, x); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), e.client, e.table); !errors.Is(err, ledger.ErrNewer) {
		t.Errorf("%v, want %v", err, ledger.ErrNewer)
	}
}
