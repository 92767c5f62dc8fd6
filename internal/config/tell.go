package config

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"example.com/lodge/carriers"
)

// NotifyAccount is the account name under which the secret store keeps the
// addresses of [Config.Notify]'s channels: they hold tokens. No account of a
// carrier may be called so.
const NotifyAccount = "notify"

// A Channel is one way to people: who is told by it, and how often.
type Channel struct {
	Name   string            // 1 to 40 of a-z, 0-9 and -; also the key of its address in the secret store
	For    []carriers.Person // who is told by it, in the order biller, operator, author; after Read at least one
	Quiet  time.Duration     // at most one message in this time
	Remind time.Duration     // told again when nothing has changed for so long, weekends not counted
	Digest string            // "15:04": one message a day, from this time on; "": as soon as Quiet allows
}

// The defaults of a channel, and the bounds of what may be set.
const (
	DefaultQuiet  = 30 * time.Minute
	DefaultRemind = 24 * time.Hour

	maxQuiet  = 24 * 60 // minutes
	maxRemind = 14 * 24 // hours
)

// channel reads one channel of notify.
func (r *reader) channel(name string, at, value ast.Node) {
	c := Channel{Name: name, For: carriers.People(), Quiet: DefaultQuiet, Remind: DefaultRemind}
	if !nameRE.MatchString(name) {
		r.wrong(at, "channel %q: a name is 1 to 40 of a-z, 0-9 and -", name)
	}
	what := "notify." + name
	var quiet, remind int
	r.mapping(what, fields{
		"for":    r.persons(what+".for", &c.For),
		"quiet":  r.number(what+".quiet", 1, maxQuiet, &quiet),
		"remind": r.number(what+".remind", 1, maxRemind, &remind),
		"digest": r.timeOfDay(what+".digest", &c.Digest),
	})(value)
	if quiet > 0 {
		c.Quiet = time.Duration(quiet) * time.Minute
	}
	if remind > 0 {
		c.Remind = time.Duration(remind) * time.Hour
	}
	r.config.Notify = append(r.config.Notify, c)
}

// persons reads a list of who is told.
func (r *reader) persons(what string, to *[]carriers.Person) func(ast.Node) {
	is := `a list of biller, operator and author, such as [biller]`
	return func(n ast.Node) {
		list, ok := n.(*ast.SequenceNode)
		if !ok || len(list.Values) == 0 {
			r.wrong(n, "%s is %s", what, is)
			return
		}
		named := map[carriers.Person]bool{}
		for _, v := range list.Values {
			var name string
			scalar(&r.doc, what, is, &name)(v)
			if name != "" && !slices.Contains(carriers.People(), carriers.Person(name)) {
				r.wrong(v, "%s is %s", what, is)
			}
			named[carriers.Person(name)] = true
		}
		*to = slices.DeleteFunc(carriers.People(), func(p carriers.Person) bool { return !named[p] })
	}
}

// timeOfDay reads an hour and minute, which YAML wants in quotes.
func (r *reader) timeOfDay(what string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		if _, ok := n.(ast.ScalarNode); ok {
			s = n.GetToken().Value
		}
		if _, err := time.Parse("15:04", s); err != nil {
			r.wrong(n, "%s is a time of day such as \"08:00\"", what)
			return
		}
		*to = s
	}
}

// sentryDSN checks the address that Sentry gives a project. The error does not
// quote it: it holds a key.
func (r *reader) sentryDSN(n ast.Node, dsn string) {
	u, err := url.Parse(dsn)
	if err != nil || u.User.Username() == "" || strings.Trim(u.Path, "/") == "" || !safe(u) {
		r.wrong(n, "sentry is a DSN as Sentry shows it for a project: https://KEY@HOST/NUMBER")
	}
}

// otlp checks where telemetry goes. A collector is often a neighbour in plain
// HTTP, and what is sent holds no text of invoices.
func (r *reader) otlp(n ast.Node, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "http" && u.Scheme != "https" {
		r.wrong(n, "telemetry is the address of an OTLP/HTTP collector, such as http://127.0.0.1:4318, "+
			"without user and query: tokens belong in OTEL_EXPORTER_OTLP_HEADERS")
	}
}

// safe says whether what is sent to u cannot be read on the way.
func safe(u *url.URL) bool {
	return u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
}

// settings that say whom faults and telemetry are told to; the environment has
// the names that the tools' own documentation uses.
func (r *reader) telling(env Environment) {
	c := &r.config
	for _, name := range []string{"SENTRY_DSN", "LODGE_SENTRY_DSN"} { // the last one wins
		if dsn, ok := env(name); ok && dsn != "" {
			c.Sentry, r.sentry = dsn, nil
		}
	}
	if c.Sentry != "" {
		r.sentryDSN(r.sentry, c.Sentry)
	}
	if address, ok := env("OTEL_EXPORTER_OTLP_ENDPOINT"); ok && address != "" {
		c.Telemetry, r.telemetry = address, nil
	}
	if c.Telemetry != "" {
		r.otlp(r.telemetry, c.Telemetry)
	}
	if off, _ := env("OTEL_SDK_DISABLED"); strings.EqualFold(off, "true") {
		c.Telemetry = ""
	}
}
