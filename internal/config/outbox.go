package config

import (
	"net/url"
	"regexp"

	"github.com/goccy/go-yaml/ast"
)

// OutboxAccount is the account name under which the secret store keeps the keys
// that webhooks of [Config.Outbox] are signed with. No account of a carrier may
// be called so.
const OutboxAccount = "outbox"

// A Destination is one place to which what becomes of invoices is sent. Of what it
// may be one is set.
type Destination struct {
	Name        string // 1 to 40 of a-z, 0-9 and -; also the key of its secret in the secret store
	Webhook     string // address; its path may hold a token: do not print it
	Status      bool   // files below [Config.Status]; one destination only
	EventBridge string // only with aws: an event bus, by name or ARN
	SNS         string // only with aws: the ARN of a topic
}

// busRE is an event bus by name or ARN (EventBridge API reference, PutEventsRequestEntry).
var busRE = regexp.MustCompile(`^(?:arn:aws[a-z-]*:events:([a-z0-9-]+):[0-9]{12}:event-bus/)?[A-Za-z0-9._/-]{1,256}$`)

// topicRE is a topic's ARN (SNS API reference, CreateTopic).
var topicRE = regexp.MustCompile(`^arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$`)

// A placed is a destination in AWS, and where it is written.
type placed struct {
	what   string // outbox.NAME.KEY
	region string // "": that of aws
	at     ast.Node
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
		"eventbridge": func(n ast.Node) {
			r.inAWS(what+".eventbridge", n, &d.EventBridge, busRE, "an event bus's name or ARN")
		},
		"sns": func(n ast.Node) {
			r.inAWS(what+".sns", n, &d.SNS, topicRE, "a topic's ARN, such as arn:aws:sns:us-east-1:123456789012:invoices")
		},
	})(value)
	if d.kinds() != 1 {
		r.wrong(at, "%s is either a webhook with its address, or \"status: true\", or in AWS \"eventbridge\" with a bus "+
			"or \"sns\" with a topic", what)
	}
	for _, other := range r.config.Outbox {
		if d.Status && other.Status {
			r.wrong(at, "%s: %s keeps status files already, and there is one folder for them", what, other.Name)
		}
	}
	r.config.Outbox = append(r.config.Outbox, d)
}

// kinds is how many kinds of destination d is.
func (d Destination) kinds() int {
	n := 0
	for _, is := range []bool{d.Webhook != "", d.Status, d.EventBridge != "", d.SNS != ""} {
		if is {
			n++
		}
	}
	return n
}

// inAWS reads what names something in AWS.
func (r *reader) inAWS(what string, n ast.Node, to *string, re *regexp.Regexp, is string) {
	r.text(what, to)(n)
	match := re.FindStringSubmatch(*to)
	if match == nil {
		r.wrong(n, "%s is %s", what, is)
		return
	}
	r.placed = append(r.placed, placed{what, match[1], n})
}

// settleOutbox checks what only the whole can tell.
func (r *reader) settleOutbox() {
	for _, p := range r.placed {
		switch {
		case r.config.AWS == nil:
			r.wrong(p.at, "%s is told by a Lodge in AWS only: there is no \"aws\"", p.what)
		case p.region != "" && p.region != r.config.AWS.Region:
			r.wrong(p.at, "%s lies in %s, and can only be told in its own region: aws.region is %s", p.what, p.region, r.config.AWS.Region)
		}
	}
}

// webhook checks an address without quoting it.
func (r *reader) webhook(what string, n ast.Node, address string) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Fragment != "" || !safe(u) {
		r.wrong(n, "%s.webhook is https://HOST/PATH without user and password; plain http is only for this machine", what)
	}
}
