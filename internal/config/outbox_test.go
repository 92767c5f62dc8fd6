package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/config"
)

func TestReadsOutbox(t *testing.T) {
	c, err := config.Read(write(t, marked+`
outbox:
  files: {status: true}
  books: {webhook: "https://books.example/lodge?x=1"}
  near: {webhook: "http://127.0.0.1:8080/"}
`), known, none)
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Destination{
		{Name: "books", Webhook: "https://books.example/lodge?x=1"}, {Name: "files", Status: true}, {Name: "near", Webhook: "http://127.0.0.1:8080/"},
	}
	if diff := cmp.Diff(want, c.Outbox); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if rel, err := filepath.Rel(c.Inbox, c.Status()); err != nil || !strings.HasPrefix(rel, "..") {
		t.Errorf("status files lie in the inbox: %s", c.Status())
	}
}

func TestReadsOutboxInAWS(t *testing.T) {
	c, err := config.Read(write(t, deployed+`
outbox:
  bus: {eventbridge: lodge-events}
  far: {eventbridge: "arn:aws:events:us-east-1:123456789012:event-bus/firm/events"}
  fifo: {sns: "arn:aws:sns:us-east-1:123456789012:invoices.fifo"}
`), known, none)
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Destination{
		{Name: "bus", EventBridge: "lodge-events"}, {Name: "far", EventBridge: "arn:aws:events:us-east-1:123456789012:event-bus/firm/events"},
		{Name: "fifo", SNS: "arn:aws:sns:us-east-1:123456789012:invoices.fifo"},
	}
	if diff := cmp.Diff(want, c.Outbox); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	var out strings.Builder
	if err := config.Write(&out, c); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"    eventbridge: \"lodge-events\"\n", "    sns: \"arn:aws:sns:us-east-1:123456789012:invoices.fifo\"\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("Write leaves out %q", line)
		}
	}
}

func TestWrongOutbox(t *testing.T) {
	inAWS := strings.TrimPrefix(deployed, marked)
	for name, c := range map[string]struct{ text, says string }{
		"a list":      {"outbox: [books]\n", `outbox is a list of "key: value"`},
		"a capital":   {"outbox: {Books: {status: true}}\n", `destination "Books": a name is`},
		"nothing":     {"outbox: {books: {}}\n", "outbox.books is either a webhook"},
		"no":          {"outbox: {books: {status: false}}\n", "outbox.books is either a webhook"},
		"both":        {"outbox: {books: {status: true, webhook: \"https://x.example\"}}\n", "outbox.books is either a webhook"},
		"twice":       {"outbox: {a: {status: true}, b: {status: true}}\n", "a keeps status files already"},
		"a key":       {"outbox: {books: {secret: \"hunter2!\"}}\n", `outbox.books has no key "secret"`},
		"readable":    {"outbox: {books: {webhook: \"http://books.example/hunter2!\"}}\n", "outbox.books.webhook is https"},
		"a user":      {"outbox: {books: {webhook: \"https://me:hunter2!@books.example/\"}}\n", "outbox.books.webhook is https"},
		"no address":  {"outbox: {books: {webhook: \"hunter2!\"}}\n", "outbox.books.webhook is https"},
		"two buses":   {"outbox: {books: {eventbridge: a, sns: \"arn:aws:sns:us-east-1:123456789012:a\"}}\n", "outbox.books is either a webhook"},
		"no aws":      {"outbox: {books: {eventbridge: lodge}}\n", `outbox.books.eventbridge is told by a Lodge in AWS only`},
		"no aws too":  {"outbox: {books: {sns: \"arn:aws:sns:us-east-1:123456789012:a\"}}\n", `outbox.books.sns is told by a Lodge in AWS only`},
		"no bus":      {inAWS + "outbox: {books: {eventbridge: \"a b\"}}\n", "outbox.books.eventbridge is an event bus's name or ARN"},
		"a name":      {inAWS + "outbox: {books: {sns: invoices}}\n", "outbox.books.sns is a topic's ARN"},
		"a queue":     {inAWS + "outbox: {books: {sns: \"arn:aws:sqs:us-east-1:123456789012:a\"}}\n", "outbox.books.sns is a topic's ARN"},
		"elsewhere":   {inAWS + "outbox: {books: {sns: \"arn:aws:sns:eu-west-1:123456789012:a\"}}\n", "outbox.books.sns lies in eu-west-1"},
		"bus there":   {inAWS + "outbox: {books: {eventbridge: \"arn:aws:events:eu-west-1:123456789012:event-bus/a\"}}\n", "lies in eu-west-1"},
		"the account": {"accounts: {outbox: {carrier: harbor}}\n", `account "outbox": choose another name`},
	} {
		_, err := config.Read(write(t, marked+c.text), known, none)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
	}
}
