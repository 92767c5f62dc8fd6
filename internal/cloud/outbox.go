package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bustypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/outbox"
	"example.com/lodge/internal/submission"
)

// EventSource is the source of Lodge's events on a bus. A rule chooses them by it.
const EventSource = "lodge"

// largest is how many bytes a message may have, with its attributes: what a topic
// takes unless it was made for more (SNS API, Publish), and what every target of
// a bus takes (EventBridge User Guide, "Calculating PutEvents event entry size").
const largest = 256 << 10

// timeSize is what an entry's time counts (the same page).
const timeSize = 14

// body is an event as it is sent: what a webhook is sent, and with it the id that
// a webhook has in its header.
func body(e outbox.Event) (string, error) {
	b, err := json.Marshal(struct {
		ID string `json:"id"`
		outbox.Event
	}{e.ID, e})
	return string(b), err
}

// A Bus is an [outbox.Receiver] on an event bus of EventBridge. Events are put one
// by one in the order of each invoice; rules and targets keep no order, so a
// target compares seq. detail is what webhooks are sent, with the event's id.
type Bus struct {
	Client *eventbridge.Client
	Name   string // or ARN
	Clock  clock.Clock
}

var _ outbox.Receiver = Bus{}

// Tell implements [outbox.Receiver].
func (b Bus) Tell(ctx context.Context, s submission.Submission, entries []submission.Entry, told func(int64) error) error {
	return outbox.Each(s, entries, told, func(e outbox.Event) error { return b.put(ctx, e) })
}

// Test implements [outbox.Receiver] with an event of the type lodge.test.
func (b Bus) Test(ctx context.Context) (string, error) {
	if err := b.put(ctx, outbox.Sample(b.Clock.Now())); err != nil {
		return "", err
	}
	return b.String() + " took an event of the type lodge.test", nil
}

// String names the bus for people.
func (b Bus) String() string { return "event bus " + b.Name }

func (b Bus) put(ctx context.Context, e outbox.Event) error {
	detail, err := body(e)
	if err != nil {
		return err
	}
	if n := len(EventSource) + len(e.Type) + len(detail) + timeSize; n >= largest {
		return tooLarge(e, n)
	}
	ctx, cancel := context.WithTimeout(ctx, outbox.Patience)
	defer cancel()
	out, err := b.Client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []bustypes.PutEventsRequestEntry{{
		EventBusName: &b.Name, Source: aws.String(EventSource), DetailType: &e.Type, Detail: &detail, Time: &e.Timestamp,
	}}})
	if err != nil {
		return judge(b.String(), "events:PutEvents", e, err)
	}
	if len(out.Entries) != 1 {
		return fmt.Errorf("%s answers with %d entries to one: the operator looks at what lies between this program and AWS", b, len(out.Entries))
	}
	// A call that succeeds says of each entry whether it was taken.
	if code := aws.ToString(out.Entries[0].ErrorCode); code != "" || aws.ToString(out.Entries[0].EventId) == "" {
		return verdict(b.String(), "events:PutEvents", e, code)
	}
	return nil
}

// A Topic is an [outbox.Receiver] on a topic of SNS. The message is what webhooks
// are sent, with the event's id; its attributes, for filters of subscriptions, are
// type, account, carrier and, where somebody acts, needs. On a FIFO topic the
// events of an invoice come in their order, and one that is told again within
// five minutes comes once: its group is the submission and its deduplication id
// the event's.
type Topic struct {
	Client *sns.Client
	ARN    string
	Clock  clock.Clock
}

var _ outbox.Receiver = Topic{}

// Tell implements [outbox.Receiver].
func (p Topic) Tell(ctx context.Context, s submission.Submission, entries []submission.Entry, told func(int64) error) error {
	return outbox.Each(s, entries, told, func(e outbox.Event) error { return p.publish(ctx, e) })
}

// Test implements [outbox.Receiver] with an event of the type lodge.test.
func (p Topic) Test(ctx context.Context) (string, error) {
	if err := p.publish(ctx, outbox.Sample(p.Clock.Now())); err != nil {
		return "", err
	}
	return p.String() + " took an event of the type lodge.test", nil
}

// String names the topic for people.
func (p Topic) String() string { return "topic " + p.ARN[strings.LastIndex(p.ARN, ":")+1:] }

// testGroup is the message group of what belongs to no submission.
const testGroup = "lodge-test"

func (p Topic) publish(ctx context.Context, e outbox.Event) error {
	message, err := body(e)
	if err != nil {
		return err
	}
	in := &sns.PublishInput{TopicArn: &p.ARN, Message: &message, MessageAttributes: map[string]types.MessageAttributeValue{}}
	size := len(message)
	for name, value := range map[string]string{
		"type": e.Type, "account": e.Data.Account, "carrier": e.Data.Carrier, "needs": string(e.Data.Needs),
	} {
		if value != "" { // an attribute without a value is refused
			in.MessageAttributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
			size += len(name) + len("String") + len(value)
		}
	}
	if size > largest {
		return tooLarge(e, size)
	}
	if strings.HasSuffix(p.ARN, ".fifo") {
		group := e.Data.Submission
		if group == "" {
			group = testGroup
		}
		in.MessageGroupId, in.MessageDeduplicationId = &group, &e.ID
	}
	ctx, cancel := context.WithTimeout(ctx, outbox.Patience)
	defer cancel()
	if _, err := p.Client.Publish(ctx, in); err != nil {
		return judge(p.String(), "sns:Publish", e, err)
	}
	return nil
}

func tooLarge(e outbox.Event, n int) error {
	return &outbox.RefusedError{Event: e, Why: fmt.Sprintf("it has %d bytes, and %d is the most", n, largest)}
}
