package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/emulator/awsjson"
	"example.com/lodge/internal/emulator/receivers"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/submission"
)

// narrative must not be in an error.
const narrative = "Conference with client re settlement"

// told is a submission with a history: ready, submitting, and what no event tells
// of, rejected.
func told() (submission.Submission, []submission.Entry) {
	s := submission.New(submission.Key{Account: "firm-harbor", LawFirmID: "12-3", ClientID: "GL", Number: "MQ-1"}, "harbor")
	s.Revisions = []submission.Revision{{Number: 1, Matter: "M-7", State: submission.Rejected}}
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	move := func(seq int64, from, to submission.State) submission.Entry {
		return submission.Entry{Seq: seq, From: from, To: to, Event: submission.Event{Kind: submission.Noted, Actor: submission.ByGate, Revision: 1, At: at.Add(time.Duration(seq) * time.Second)}}
	}
	entries := []submission.Entry{
		move(1, submission.None, submission.Ready), move(2, submission.Ready, submission.Submitting), move(3, submission.Submitting, submission.Submitting),
		move(4, submission.Submitting, submission.Rejected),
	}
	entries[3].Receipt = &carriers.Receipt{Number: "R1", Text: narrative, State: carriers.StateRejected}
	return s, entries
}

func bus(b *receivers.Bus) Bus {
	return Bus{Name: "lodge-events", Clock: &hand{}, Client: eventbridge.New(eventbridge.Options{Region: "us-east-1", BaseEndpoint: &b.URL,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""), RetryMaxAttempts: 1})}
}

func topic(p *receivers.Topic, name string) Topic {
	return Topic{ARN: "arn:aws:sns:us-east-1:123456789012:" + name, Clock: &hand{}, Client: sns.New(sns.Options{Region: "us-east-1", BaseEndpoint: &p.URL,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""), RetryMaxAttempts: 1})}
}

// tell tells and returns what was marked.
func tell(t *testing.T, to outbox.Receiver) (marks []int64, err error) {
	t.Helper()
	s, entries := told()
	err = to.Tell(t.Context(), s, entries, func(seq int64) error { marks = append(marks, seq); return nil })
	return marks, err
}

// An event has the shape that operators write rules for.
func TestBusEvents(t *testing.T) {
	f := receivers.StartBus(t)
	marks, err := tell(t, bus(f))
	if err != nil || !slices.Equal(marks, []int64{1, 2, 4}) {
		t.Fatalf("marked %v, %v", marks, err)
	}
	taken := f.Taken()
	var types []string
	for _, e := range taken {
		types = append(types, e.DetailType)
	}
	if diff := cmp.Diff([]string{"invoice.ready", "invoice.submitting", "invoice.rejected"}, types); diff != "" || f.Calls() != 3 {
		t.Errorf("%d calls, -want +got\n%s", f.Calls(), diff)
	}
	last := taken[2]
	if last.Source != "lodge" || last.EventBusName != "lodge-events" || last.Time != float64(time.Date(2026, 11, 22, 9, 0, 4, 0, time.UTC).Unix()) {
		t.Errorf("%+v", last)
	}
	var detail map[string]any
	if err := json.Unmarshal([]byte(last.Detail), &detail); err != nil {
		t.Fatal(err)
	}
	data, _ := detail["data"].(map[string]any)
	if id, _ := detail["id"].(string); !strings.HasPrefix(id, "evt_") || data["seq"] != 4.0 || data["text"] != narrative || data["needs"] != "biller" {
		t.Errorf("%v", detail)
	}
	again, err := tell(t, bus(f))
	if err != nil || len(again) != 3 || f.Taken()[5].Detail != last.Detail {
		t.Error("told again the event is another")
	}
}

// A message can be filtered by attributes; a FIFO topic keeps the order of an
// invoice and delivers once what is told twice.
func TestTopicMessages(t *testing.T) {
	f := receivers.StartTopic(t)
	for _, name := range []string{"invoices", "invoices.fifo"} {
		for range 2 {
			if marks, err := tell(t, topic(f, name)); err != nil || !slices.Equal(marks, []int64{1, 2, 4}) {
				t.Fatalf("marked %v, %v", marks, err)
			}
		}
	}
	all := f.Delivered()
	if len(all) != 6+3 {
		t.Fatalf("%d messages", len(all))
	}
	plain, fifo := all[2], all[8]
	want := map[string]string{"type": "invoice.rejected", "account": "firm-harbor", "carrier": "harbor", "needs": "biller"}
	if diff := cmp.Diff(want, plain.Attributes); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if _, ok := all[1].Attributes["needs"]; ok || len(all[1].Attributes) != 3 {
		t.Errorf("nobody acts: %v", all[1].Attributes)
	}
	var message struct {
		ID   string `json:"id"`
		Data struct{ Submission string }
	}
	if err := json.Unmarshal([]byte(fifo.Text), &message); err != nil || message.ID == "" {
		t.Fatalf("%s: %v", fifo.Text, err)
	}
	if plain.Group != "" || plain.Repeat != "" || fifo.Group != message.Data.Submission || fifo.Repeat != message.ID || plain.Text == "" {
		t.Errorf("%+v\n%+v", plain, fifo)
	}
}

func TestReceiversTest(t *testing.T) {
	b, p := receivers.StartBus(t), receivers.StartTopic(t)
	for _, to := range []outbox.Receiver{bus(b), topic(p, "invoices"), topic(p, "invoices.fifo")} {
		if text, err := to.Test(t.Context()); err != nil || !strings.Contains(text, "took an event of the type lodge.test") {
			t.Errorf("%v: %q, %v", to, text, err)
		}
	}
	if len(b.Taken()) != 1 || len(p.Delivered()) != 2 {
		t.Errorf("%v, %v", b.Taken(), p.Delivered())
	}
	b.Fails(&awsjson.Error{Code: "AccessDeniedException"})
	if _, err := bus(b).Test(t.Context()); err == nil || !strings.Contains(err.Error(), "events:PutEvents") {
		t.Errorf("%v", err)
	}
}

// What an answer means decides whether one invoice waits, or all do; and nothing
// of an event, nor of the service's words, is in an error.
func TestReceiversAnswers(t *testing.T) {
	const later, refused, down = "later", "refused", "down"
	for code, want := range map[string]string{
		"InternalFailure": later, "ThrottlingException": later, "Throttled": later, "InternalError": later, "KMSThrottling": later,
		"MalformedDetail": refused, "InvalidArgument": refused, "ParameterValueInvalid": refused, "InvalidParameter": refused,
		"AccessDeniedException": down, "NotAuthorizedForSourceException": down, "AuthorizationError": down, "NotFound": down, "KMSDisabled": down,
		"SomethingNew": down, "": down,
	} {
		one, whole, p := receivers.StartBus(t), receivers.StartBus(t), receivers.StartTopic(t)
		one.FailsEntries(func(e receivers.Entry) string {
			if e.DetailType == "invoice.rejected" {
				return code
			}
			return ""
		})
		whole.Fails(&awsjson.Error{Code: code, Message: narrative})
		p.Fails(code)
		ways := map[string]outbox.Receiver{"one entry": bus(one), "the call": bus(whole), "the topic": topic(p, "invoices")}
		if code == "" {
			gone := receivers.StartBus(t)
			gone.Fails(&awsjson.Error{Code: awsjson.Lost})
			ways = map[string]outbox.Receiver{"no answer": bus(gone)}
		}
		for name, to := range ways {
			marks, err := tell(t, to)
			_, isLater := errors.AsType[*outbox.LaterError](err)
			r, isRefused := errors.AsType[*outbox.RefusedError](err)
			got := map[[2]bool]string{{true, false}: later, {false, true}: refused, {false, false}: down}[[2]bool{isLater, isRefused}]
			if err == nil || got != want || name == "one entry" && !slices.Equal(marks, []int64{1, 2}) || name != "one entry" && len(marks) > 0 {
				t.Errorf("%s, %s: %s, marked %v: %v", code, name, got, marks, err)
			}
			if isRefused && r.Event.ID == "" {
				t.Errorf("%s, %s: it is not said which event", code, name)
			}
			if got == down && code != "" && !strings.Contains(err.Error(), "the operator") {
				t.Errorf("%s, %s: nobody acts: %v", code, name, err)
			}
			if strings.Contains(fmt.Sprint(err), narrative) {
				t.Errorf("%s, %s: the error tells the event: %v", code, name, err)
			}
		}
	}
}

// What is too large for one is never sent, and is no reason to rest.
func TestReceiversLimits(t *testing.T) {
	b, p := receivers.StartBus(t), receivers.StartTopic(t)
	for _, to := range []outbox.Receiver{bus(b), topic(p, "invoices")} {
		for _, fits := range []bool{true, false} {
			s, entries := told()
			entries = entries[3:]
			entries[0].Receipt.Text = strings.Repeat("x", largest-900)
			if !fits {
				entries[0].Receipt.Text += strings.Repeat("é", 450)
			}
			err := to.Tell(t.Context(), s, entries, func(int64) error { return nil })
			if _, ok := errors.AsType[*outbox.RefusedError](err); ok == fits || fits && err != nil {
				t.Errorf("%v, fits %t: %.200v", to, fits, err)
			}
		}
	}
	if b.Calls() != 1 || len(p.Delivered()) != 1 {
		t.Errorf("%d calls, %d messages", b.Calls(), len(p.Delivered()))
	}
}

// A relay that is stopped is not the receiver's fault.
func TestReceiversStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, entries := told()
	for _, to := range []outbox.Receiver{bus(receivers.StartBus(t)), topic(receivers.StartTopic(t), "x")} {
		if err := to.Tell(ctx, s, entries, func(int64) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: %v", to, err)
		}
	}
}
