package receivers

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A Message is what a topic took.
type Message struct {
	Topic, Text   string
	Attributes    map[string]string // of the type String
	Group, Repeat string            // MessageGroupId, MessageDeduplicationId
}

// A Topic is an SNS on loopback, with any topic.
type Topic struct {
	URL string

	mu       sync.Mutex
	messages []Message
	fails    string
}

// StartTopic starts an SNS that ends with the test.
func StartTopic(t testing.TB) *Topic {
	t.Helper()
	p := &Topic{}
	server := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// Fails has each call fail with a code; "": none does.
func (p *Topic) Fails(code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fails = code
}

// Delivered are the messages that subscribers get, in order.
func (p *Topic) Delivered() []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.messages)
}

// statuses are those of codes that are not 400 (API_Publish, Errors).
var statuses = map[string]int{
	"AuthorizationError": http.StatusForbidden, "InternalError": http.StatusInternalServerError, "NotFound": http.StatusNotFound,
	"Throttled": http.StatusTooManyRequests,
}

func (p *Topic) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	code := p.fails
	err, signed := r.ParseForm(), strings.Contains(r.Header.Get("Authorization"), "/sns/aws4_request")
	if err != nil || !signed || r.Form.Get("Action") != "Publish" {
		code = "InvalidAction"
	}
	if code == "" {
		code = p.publish(r)
	}
	if code != "" {
		status := statuses[code]
		if status == 0 {
			status = http.StatusBadRequest
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>%s</Code>`+
			`<Message>it was `, code)
		_ = xml.EscapeText(w, []byte(r.Form.Get("Message")))
		_, _ = fmt.Fprint(w, `</Message></Error><RequestId>1</RequestId></ErrorResponse>`)
		return
	}
	_, _ = fmt.Fprint(w, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>`+
		`<MessageId>00000000-0000-0000-0000-000000000001</MessageId></PublishResult></PublishResponse>`)
}

// publish takes a message, or says with which code it is refused.
func (p *Topic) publish(r *http.Request) string {
	m := Message{
		Topic: r.Form.Get("TopicArn"), Text: r.Form.Get("Message"), Attributes: map[string]string{},
		Group: r.Form.Get("MessageGroupId"), Repeat: r.Form.Get("MessageDeduplicationId"),
	}
	size := len(m.Text)
	for i := 1; r.Form.Has(fmt.Sprintf("MessageAttributes.entry.%d.Name", i)); i++ {
		at := fmt.Sprintf("MessageAttributes.entry.%d.", i)
		name, value, kind := r.Form.Get(at+"Name"), r.Form.Get(at+"Value.StringValue"), r.Form.Get(at+"Value.DataType")
		if name == "" || value == "" || kind != "String" {
			return "ParameterValueInvalid"
		}
		m.Attributes[name] = value
		size += len(name) + len(value) + len(kind)
	}
	fifo := strings.HasSuffix(m.Topic, ".fifo")
	if m.Text == "" || size > 262144 || fifo && (m.Group == "" || m.Repeat == "") || len(m.Group) > 128 || len(m.Repeat) > 128 {
		return "InvalidParameter"
	}
	again := slices.ContainsFunc(p.messages, func(o Message) bool { return o.Topic == m.Topic && o.Repeat == m.Repeat })
	if !fifo || !again {
		p.messages = append(p.messages, m)
	}
	return ""
}
