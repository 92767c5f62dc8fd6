package cloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"example.com/lodge/internal/config"
)

// ErrPoison says that nobody will ever understand a message, however often it comes.
var ErrPoison = errors.New("not a message that Lodge understands")

// An EventKind says what an event is about.
type EventKind string

// The kinds of events.
const (
	ObjectCame  EventKind = "object-came"  // or one that was archived can be read again
	ObjectGone  EventKind = "object-gone"  // or a version of it
	TaskChanged EventKind = "task-changed" // its state
	SweepDue    EventKind = "sweep-due"    // it is time to look at everything
	NothingToDo EventKind = "nothing"      // nothing that Lodge acts on: a test message, a tag
)

// An Event is one thing that rang the bell. It says where to look, and nothing else
// of it is believed: what is there then is asked of the service that it came from.
type Event struct {
	Kind EventKind
	Name string // as the service calls it, such as ObjectCreated:Put

	Bucket, Key string // of ObjectCame and ObjectGone; the key as it is, not encoded

	Cluster, Task, Status string // of TaskChanged: two ARNs, and a state such as STOPPED
}

// A Message is one message of a queue.
type Message struct {
	ID   string
	Body string
}

// Payload decodes what a function is called with: a batch of messages of a queue,
// whose bodies [Decode] understands, or else events.
func Payload(data []byte) ([]Message, []Event, error) {
	var batch struct {
		Records []struct {
			EventSource string `json:"eventSource"`
			MessageID   string `json:"messageId"`
			Body        string `json:"body"`
		}
	}
	if json.Unmarshal(data, &batch) != nil || len(batch.Records) == 0 || batch.Records[0].EventSource != "aws:sqs" {
		events, err := Decode(data)
		return nil, events, err
	}
	var messages []Message
	for _, r := range batch.Records {
		messages = append(messages, Message{r.MessageID, r.Body})
	}
	return messages, nil, nil
}

// wraps is how many envelopes may be around an event: SNS's, and one to spare.
const wraps = 2

// Decode decodes a message in any of the shapes in which it may come: a notification
// of S3 by itself, wrapped by SNS, by way of EventBridge, the message with which S3
// tests a queue, an event of ECS, the sweep of the Scheduler. The error wraps
// [ErrPoison].
func Decode(data []byte) ([]Event, error) { return decode(data, wraps) }

// A letter is every shape at once: which one it is shows by what is filled.
type letter struct {
	Records []record // S3; present and empty: nothing

	Service, Event, Bucket string // S3's test message

	Type    string // SNS
	Message *string

	Source     string          `json:"source"` // EventBridge
	DetailType string          `json:"detail-type"`
	Detail     json.RawMessage `json:"detail"`

	Lodge string `json:"lodge"` // ours, by way of the Scheduler
}

func decode(data []byte, wraps int) ([]Event, error) {
	var l letter
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPoison, err)
	}
	switch {
	case l.Type == "Notification" && l.Message != nil:
		if wraps == 0 {
			return nil, fmt.Errorf("%w: an envelope in an envelope in an envelope", ErrPoison)
		}
		return decode([]byte(*l.Message), wraps-1)
	case l.DetailType != "":
		return l.bridged()
	case l.Event == "s3:TestEvent":
		return []Event{{Kind: NothingToDo, Name: l.Event, Bucket: l.Bucket}}, nil
	case l.Lodge == config.EventSweep:
		return []Event{{Kind: SweepDue, Name: l.Lodge}}, nil
	case len(l.Records) > 0:
		return notified(l.Records)
	}
	return nil, fmt.Errorf("%w: it has none of the shapes that are known", ErrPoison)
}

// A record is one of a notification of S3 (Amazon S3 User Guide, "Event message
// structure"), as far as Lodge believes it.
type record struct {
	EventVersion string `json:"eventVersion"`
	EventSource  string `json:"eventSource"`
	EventName    string `json:"eventName"`
	S3           struct {
		Bucket struct{ Name string }
		Object struct{ Key string }
	} `json:"s3"`
}

// notified decodes a notification. One record that nobody understands spoils the
// message, since a message comes again as a whole: the others are harmless then.
func notified(records []record) ([]Event, error) {
	var events []Event
	for i, r := range records {
		e, err := r.event()
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", i+1, err)
		}
		events = append(events, e)
	}
	return events, nil
}

func (r record) event() (Event, error) {
	if r.EventSource != "aws:s3" {
		return Event{}, fmt.Errorf("%w: it comes from %.50q, not from S3", ErrPoison, r.EventSource)
	}
	// "we recommend that you do an equal-to comparison on the major version" (ibid.)
	if major, _, _ := strings.Cut(r.EventVersion, "."); major != "2" {
		return Event{}, fmt.Errorf("%w: version %.20q of S3's notifications: a newer Lodge may know it", ErrPoison, r.EventVersion)
	}
	name := strings.TrimPrefix(r.EventName, "s3:")
	what, _, _ := strings.Cut(name, ":")
	kind := eventKind(notifications, what, name)
	e := Event{Kind: kind, Name: name, Bucket: r.S3.Bucket.Name}
	var err error
	if e.Key, err = url.QueryUnescape(r.S3.Object.Key); err != nil {
		return Event{}, fmt.Errorf("%w: its key: %w", ErrPoison, err)
	}
	return e, e.check()
}

// notifications are the events of S3 that mean something, whole or up to the colon
// (User Guide, "Supported event types for SQS, SNS, and Lambda").
var notifications = map[string]EventKind{
	"ObjectCreated":           ObjectCame,
	"ObjectRestore:Completed": ObjectCame,
	"ObjectRemoved":           ObjectGone,
	"LifecycleExpiration":     ObjectGone,
}

// bridges are those that come by way of EventBridge (User Guide, "Using EventBridge").
var bridges = map[string]EventKind{
	"Object Created":           ObjectCame,
	"Object Restore Completed": ObjectCame,
	"Object Deleted":           ObjectGone,
}

func eventKind(kinds map[string]EventKind, names ...string) EventKind {
	for _, name := range names {
		if kind, ok := kinds[name]; ok {
			return kind
		}
	}
	return NothingToDo
}

// bridged decodes an event that came by way of EventBridge, in which keys are not
// encoded (User Guide, "EventBridge event message structure").
func (l letter) bridged() ([]Event, error) {
	var d struct {
		Bucket     struct{ Name string }
		Object     struct{ Key string }
		ClusterArn string `json:"clusterArn"`
		TaskArn    string `json:"taskArn"`
		LastStatus string `json:"lastStatus"`
	}
	if len(bytes.TrimSpace(l.Detail)) == 0 {
		return nil, fmt.Errorf("%w: %.50q without detail", ErrPoison, l.DetailType)
	}
	if err := json.Unmarshal(l.Detail, &d); err != nil {
		return nil, fmt.Errorf("%w: the detail of %.50q: %w", ErrPoison, l.DetailType, err)
	}
	e := Event{Kind: NothingToDo, Name: l.DetailType}
	switch {
	case l.Source == "aws.s3":
		e.Kind, e.Bucket, e.Key = eventKind(bridges, l.DetailType), d.Bucket.Name, d.Object.Key
	case l.Source == "aws.ecs" && l.DetailType == "ECS Task State Change":
		e.Kind, e.Cluster, e.Task, e.Status = TaskChanged, d.ClusterArn, d.TaskArn, d.LastStatus
	case !strings.HasPrefix(l.Source, "aws."):
		return nil, fmt.Errorf("%w: an event of %.50q", ErrPoison, l.Source)
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

// check says what an event lacks to be acted on.
func (e Event) check() error {
	switch {
	case (e.Kind == ObjectCame || e.Kind == ObjectGone) && (e.Bucket == "" || e.Key == ""):
		return fmt.Errorf("%w: %s without a bucket or a key", ErrPoison, e.Name)
	case e.Kind == TaskChanged && (e.Task == "" || e.Status == ""):
		return fmt.Errorf("%w: %s without a task or its state", ErrPoison, e.Name)
	}
	return nil
}
