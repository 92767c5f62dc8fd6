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

func TestWrongOutbox(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"a list":      {"outbox: [books]\n", `outbox is a list of "key: value"`},
		"a name":      {"outbox: {Books: {status: true}}\n", `destination "Books": a name is`},
		"nothing":     {"outbox: {books: {}}\n", "outbox.books is either a webhook"},
		"no":          {"outbox: {books: {status: false}}\n", "outbox.books is either a webhook"},
		"both":        {"outbox: {books: {status: true, webhook: \"https://x.example\"}}\n", "outbox.books is either a webhook"},
		"twice":       {"outbox: {a: {status: true}, b: {status: true}}\n", "a keeps status files already"},
		"a key":       {"outbox: {books: {secret: \"hunter2!\"}}\n", `outbox.books has no key "secret"`},
		"readable":    {"outbox: {books: {webhook: \"http://books.example/hunter2!\"}}\n", "outbox.books.webhook is https"},
		"a user":      {"outbox: {books: {webhook: \"https://me:hunter2!@books.example/\"}}\n", "outbox.books.webhook is https"},
		"no address":  {"outbox: {books: {webhook: \"hunter2!\"}}\n", "outbox.books.webhook is https"},
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
