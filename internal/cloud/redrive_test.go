package cloud_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/emulator"
)

// queues are a queue and the one of what it gave up after three tries.
type queues struct {
	t          *testing.T
	client     *sqs.Client
	work, dead *string
}

func newQueues(t *testing.T, endpoint string) queues {
	t.Helper()
	q := queues{t: t, client: sqs.New(sqs.Options{
		BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""),
	})}
	made := func(name string, attributes map[string]string) *string {
		out, err := q.client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			t.Fatal(err)
		}
		return out.QueueUrl
	}
	q.dead = made("lodge-test-dead", nil)
	of, err := q.client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: q.dead,
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := json.Marshal(map[string]string{"deadLetterTargetArn": of.Attributes["QueueArn"], "maxReceiveCount": "3"})
	if err != nil {
		t.Fatal(err)
	}
	q.work = made("lodge-test", map[string]string{"RedrivePolicy": string(policy), "VisibilityTimeout": "0"})
	return q
}

func (q queues) send(body string) {
	q.t.Helper()
	if _, err := q.client.SendMessage(q.t.Context(), &sqs.SendMessageInput{QueueUrl: q.work, MessageBody: &body}); err != nil {
		q.t.Fatal(err)
	}
}

func (q queues) receive(url *string) []types.Message {
	q.t.Helper()
	out, err := q.client.ReceiveMessage(q.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10})
	if err != nil {
		q.t.Fatal(err)
	}
	return out.Messages
}

// deliver hands the queue's messages over as Lambda does: those that are not named as
// failures are deleted, the others come again (Lambda Developer Guide, "Implementing
// partial batch responses").
func (q queues) deliver(w *world) (failed int) {
	q.t.Helper()
	received := q.receive(q.work)
	var messages []cloud.Message
	for _, m := range received {
		messages = append(messages, cloud.Message{ID: aws.ToString(m.MessageId), Body: aws.ToString(m.Body)})
	}
	b := w.batch(messages...)
	for _, m := range received {
		if slices.ContainsFunc(b.Failures, func(f cloud.Failure) bool { return f.ID == aws.ToString(m.MessageId) }) {
			continue
		}
		if _, err := q.client.DeleteMessage(q.t.Context(), &sqs.DeleteMessageInput{QueueUrl: q.work, ReceiptHandle: m.ReceiptHandle}); err != nil {
			q.t.Fatal(err)
		}
	}
	return len(b.Failures)
}

// TestPoisonGoesToTheDeadLetterQueue, after as many tries as the queue allows, and
// nothing else does: what fails for a while is taken in, and what is fine comes once.
func TestPoisonGoesToTheDeadLetterQueue(t *testing.T) {
	url, ok := emulator.SQS(t)
	if !ok {
		return
	}
	w, q := newWorld(t), newQueues(t, url)
	for n := range 5 {
		key := fmt.Sprintf("inbox/%s/%d.txt", account, n)
		w.put(key, file(t, 100, fmt.Sprint("A-", n)))
		q.send(rings("", key).Body)
	}
	const poison = `{"Records":[{"eventSource":"aws:s3","eventVersion":"2.1"` // torn
	q.send(poison)
	w.inbox.Taker.Ledger = refusing{w.ledger, "A-3"}
	if failed := q.deliver(w); failed != 2 {
		t.Errorf("%d failed at first", failed)
	}
	w.inbox.Taker.Ledger = w.ledger
	for range 4 {
		q.deliver(w)
	}
	dead := q.receive(q.dead)
	if len(dead) != 1 || aws.ToString(dead[0].Body) != poison {
		t.Errorf("the dead letter queue has %d messages: %+v", len(dead), dead)
	}
	if left := q.receive(q.work); len(left) != 0 {
		t.Errorf("%d messages are left", len(left))
	}
	if names := w.strays(); len(names) != 1 || names[0] != "message "+aws.ToString(dead[0].MessageId) {
		t.Errorf("the ledger tells of %v", names)
	}
	if n := len(w.submissions()); n != 5 {
		t.Errorf("%d submissions", n)
	}
}
