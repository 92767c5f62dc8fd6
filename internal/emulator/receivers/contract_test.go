package receivers_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/lodge/internal/emulator/receivers"
)

type object = map[string]any

func send(t *testing.T, address, service, body string, header map[string]string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html and
// API_PutEventsResultEntry.html.
func TestPutEvents(t *testing.T) {
	f := receivers.StartBus(t)
	put := func(entries ...object) (status int, answer struct {
		Type             string `json:"__type"`
		FailedEntryCount int
		Entries          []struct{ EventID, ErrorCode string }
	}) {
		body, err := json.Marshal(object{"Entries": entries})
		if err != nil {
			t.Fatal(err)
		}
		status, text := send(t, f.URL, "events", string(body), map[string]string{"X-Amz-Target": "AWSEvents.PutEvents", "Content-Type": "application/x-amz-json-1.1"})
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatal(err)
		}
		return status, answer
	}
	entry := func(detail string) object { return object{"Source": "s", "DetailType": "d", "Detail": detail} }
	// "For each record, the index of the response element is the same as the index in the
	// request array"; a call with failed entries is answered 200.
	status, answer := put(entry(`{"a":1}`), entry(`{`), object{"Source": "s", "Detail": "{}"}, entry(`{}`))
	if status != http.StatusOK || answer.FailedEntryCount != 2 || answer.Entries[1].ErrorCode != "MalformedDetail" ||
		answer.Entries[2].ErrorCode != "InvalidArgument" || answer.Entries[0].EventID == "" || answer.Entries[3].EventID == "" || len(f.Taken()) != 2 {
		t.Errorf("%d %+v", status, answer)
	}
	// At most 10 entries, at least one, and a bounded size.
	large := entry(`{"a":"` + strings.Repeat("x", 256<<10) + `"}`)
	for _, entries := range [][]object{nil, make([]object, 11), {large}} {
		if status, answer := put(entries...); status != http.StatusBadRequest || answer.Type != "ValidationException" {
			t.Errorf("%d entries: %d %+v", len(entries), status, answer)
		}
	}
}

// docs.aws.amazon.com/sns/latest/api/API_Publish.html.
func TestPublish(t *testing.T) {
	f := receivers.StartTopic(t)
	publish := func(form url.Values) (int, string) {
		form.Set("Action", "Publish")
		return send(t, f.URL, "sns", form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	}
	refused := func(status int, code string, form url.Values) {
		t.Helper()
		if got, text := publish(form); got != status || !strings.Contains(text, "<Code>"+code+"</Code>") {
			t.Errorf("%d %s, want %d %s", got, text, status, code)
		}
	}
	plain := func() url.Values { return url.Values{"TopicArn": {"arn:aws:sns:us-east-1:1:t"}, "Message": {"m"}} }
	if status, text := publish(plain()); status != http.StatusOK || !strings.Contains(text, "<MessageId>") {
		t.Errorf("%d %s", status, text)
	}
	// "messages must be UTF-8 encoded strings and at most 256 KB", attributes counted.
	long := plain()
	long.Set("Message", strings.Repeat("x", 262145))
	refused(http.StatusBadRequest, "InvalidParameter", long)
	// MessageAttributeValue: "Name, type, and value must not be empty or null".
	empty := plain()
	empty.Set("MessageAttributes.entry.1.Name", "a")
	empty.Set("MessageAttributes.entry.1.Value.DataType", "String")
	refused(http.StatusBadRequest, "ParameterValueInvalid", empty)
	// FIFO topics: "Every message must include a MessageGroupId", and a deduplication id; of
	// messages with the same one within five minutes the first is delivered.
	fifo := plain()
	fifo.Set("TopicArn", "arn:aws:sns:us-east-1:1:t.fifo")
	refused(http.StatusBadRequest, "InvalidParameter", fifo)
	fifo.Set("MessageGroupId", "g")
	fifo.Set("MessageDeduplicationId", "d")
	for range 2 {
		if status, text := publish(fifo); status != http.StatusOK {
			t.Errorf("%d %s", status, text)
		}
	}
	if n := len(f.Delivered()); n != 2 {
		t.Errorf("%d messages", n)
	}
	// Errors have the status of their page.
	for code, status := range map[string]int{"AuthorizationError": 403, "NotFound": 404, "InternalError": 500, "InvalidParameter": 400} {
		f.Fails(code)
		refused(status, code, plain())
	}
}
