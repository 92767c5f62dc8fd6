// Package receivers has a small EventBridge and a small SNS for tests, as far as
// Lodge tells them anything. What they do is what the API references say; the
// contract tests beside them name the page for each behaviour. Nothing but tests
// imports it.
package receivers

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"example.com/lodge/internal/emulator/awsjson"
)

// An Entry is an event that was put on a bus.
type Entry struct {
	EventBusName, Source, DetailType, Detail string
	Time                                     float64 // seconds since 1970
	Resources                                []string
}

// A Bus is an EventBridge on loopback, with any bus.
type Bus struct {
	URL string

	mu      sync.Mutex
	entries []Entry
	calls   int
	whole   *awsjson.Error
	failed  func(Entry) string
}

// StartBus starts an EventBridge that ends with the test.
func StartBus(t testing.TB) *Bus {
	t.Helper()
	b := &Bus{}
	server := httptest.NewServer(awsjson.Handler("events", "AWSEvents", map[string]awsjson.Operation{"PutEvents": b.put}, b.around))
	t.Cleanup(server.Close)
	b.URL = server.URL
	return b
}

// Fails has each call fail as a whole; nil: none does.
func (b *Bus) Fails(err *awsjson.Error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.whole = err
}

// FailsEntries has code decide which entries of a call that succeeds were not
// taken; "": those were.
func (b *Bus) FailsEntries(code func(Entry) string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = code
}

// Taken are the entries that were taken, in order.
func (b *Bus) Taken() []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.entries)
}

// Calls is how often it was asked.
func (b *Bus) Calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

func (b *Bus) around(_ string, body []byte, do awsjson.Operation) (any, *awsjson.Error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	if b.whole != nil {
		return nil, b.whole
	}
	return do(body)
}

// mostEntries and largestEntry are those of a request (API_PutEvents).
const (
	mostEntries  = 10
	largestEntry = 256 << 10
)

type result struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

func (b *Bus) put(body []byte) (any, *awsjson.Error) {
	in, failed := awsjson.Read[struct{ Entries []Entry }](body)
	if failed != nil {
		return nil, failed
	}
	size := 0
	for _, e := range in.Entries {
		size += 14 + len(e.Source) + len(e.DetailType) + len(e.Detail)
	}
	if n := len(in.Entries); n == 0 || n > mostEntries || size >= largestEntry {
		return nil, &awsjson.Error{Code: "ValidationException", Message: "Total size of the entries in the request is over the limit."}
	}
	var out struct {
		FailedEntryCount int
		Entries          []result
	}
	for _, e := range in.Entries {
		code := b.judge(e)
		if code != "" {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, result{ErrorCode: code, ErrorMessage: "it was " + e.Detail})
			continue
		}
		b.entries = append(b.entries, e)
		out.Entries = append(out.Entries, result{EventID: fmt.Sprintf("00000000-0000-0000-0000-%012d", len(b.entries))})
	}
	return out, nil
}

func (b *Bus) judge(e Entry) string {
	var object map[string]any
	switch {
	case e.Source == "" || e.DetailType == "" || e.Detail == "" || len(e.DetailType) > 128:
		return "InvalidArgument"
	case json.Unmarshal([]byte(e.Detail), &object) != nil:
		return "MalformedDetail"
	case b.failed != nil:
		return b.failed(e)
	}
	return ""
}
