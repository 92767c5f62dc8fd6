package config

import (
	"net/url"

	"github.com/goccy/go-yaml/ast"
)

// OutboxAccount is the account name under which the secret store keeps the keys
// that webhooks of [Config.Outbox] are signed with. No account of a carrier may
// be called so.
const OutboxAccount = "outbox"

// A Destination is one place to which what becomes of invoices is sent. One of
// Webhook and Status is set.
type Destination struct {
	Name    string // 1 to 40 of a-z, 0-9 and -; also the key of its secret in the secret store
	Webhook string // address; its path may hold a token: do not print it
	Status  bool   // files below [Config.Status]; one destination only
}

// destination reads one destination of outbox.
func (r *reader) destination(name string, at, value ast.Node) {
	d := Destination{Name: name}
	if !nameRE.MatchString(name) {
		r.wrong(at, "destination %q: a name is 1 to 40 of a-z, 0-9 and -", name)
	}
	what := "outbox." + name
	r.mapping(what, fields{
		"webhook": func(n ast.Node) { r.text(what+".webhook", &d.Webhook)(n); r.webhook(what, n, d.Webhook) },
		"status":  r.flag(what+".status", &d.Status),
	})(value)
	if d.Status == (d.Webhook != "") {
		r.wrong(at, "%s is either a webhook with its address, or \"status: true\"", what)
	}
	for _, other := range r.config.Outbox {
		if d.Status && other.Status {
			r.wrong(at, "%s: %s keeps status files already, and there is one folder for them", what, other.Name)
		}
	}
	r.config.Outbox = append(r.config.Outbox, d)
}

// webhook checks an address without quoting it.
func (r *reader) webhook(what string, n ast.Node, address string) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Fragment != "" || !safe(u) {
		r.wrong(n, "%s.webhook is https://HOST/PATH without user and password; plain http is only for this machine", what)
	}
}
