package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// A Message is one of a queue.
type Message struct {
	ID         string
	Receipt    string
	Body       string
	Attributes map[string]string // such as ApproximateReceiveCount
}

// A Queue is what a mapping asks of one in SQS.
type Queue interface {
	// Receive returns at most n messages, after a while even none.
	Receive(ctx context.Context, n int) ([]Message, error)
	// Delete removes messages by their receipts.
	Delete(ctx context.Context, receipts []string) error
}

// A Mapping is an event source mapping: it invokes a function with what is in a
// queue (Lambda Developer Guide, "Using Lambda with Amazon SQS"). What the
// function did not report as failed is deleted; all else is visible again once the
// queue's time for that is over, and is its dead letter queue's matter.
type Mapping struct {
	Queue    Queue
	Function *Function
	Batch    int // messages of one invocation, at most
	Most     int // invocations at the same time: MaximumConcurrency
	ARN      string

	// Done, unless it is nil, is told of each invocation.
	Done func(messages int, err error)
}

// Run feeds the function until ctx ends; what is under way is finished.
func (m *Mapping) Run(ctx context.Context) {
	var pollers sync.WaitGroup
	for range m.Most {
		pollers.Go(func() {
			for ctx.Err() == nil {
				m.poll(ctx)
			}
		})
	}
	pollers.Wait()
}

// throttledFor is how long a mapping tries to get an environment for messages that
// it has; then they come again.
const throttledFor = 5 * time.Second

func (m *Mapping) poll(ctx context.Context) {
	messages, err := m.Queue.Receive(ctx, m.Batch)
	if err != nil || len(messages) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	event, err := json.Marshal(m.event(messages))
	if err != nil {
		return
	}
	response, err := m.Function.Invoke(ctx, event)
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for begun := time.Now(); errors.Is(err, ErrThrottled) && time.Since(begun) < throttledFor; {
		<-retry.C
		response, err = m.Function.Invoke(ctx, event)
	}
	if m.Done != nil {
		m.Done(len(messages), err)
	}
	if err != nil {
		return
	}
	if receipts := settled(messages, response); len(receipts) > 0 {
		_ = m.Queue.Delete(ctx, receipts)
	}
}

// settled are the receipts of the messages that the function did not report as
// failed. A response that is not one means that all failed; an empty one that none
// did (ibid., "Implementing partial batch responses").
func settled(messages []Message, response []byte) []string {
	var failed map[string]bool
	if len(bytes.TrimSpace(response)) > 0 && !bytes.Equal(bytes.TrimSpace(response), []byte("null")) {
		var ok bool
		if failed, ok = failures(messages, response); !ok {
			return nil
		}
	}
	var receipts []string
	for _, message := range messages {
		if !failed[message.ID] {
			receipts = append(receipts, message.Receipt)
		}
	}
	return receipts
}

// failures are the ids in a response; false: it is not one.
func failures(messages []Message, response []byte) (map[string]bool, bool) {
	var r struct {
		Failures []struct {
			ID *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if json.Unmarshal(response, &r) != nil {
		return nil, false
	}
	known, failed := map[string]bool{}, map[string]bool{}
	for _, message := range messages {
		known[message.ID] = true
	}
	for _, f := range r.Failures {
		if f.ID == nil || !known[*f.ID] {
			return nil, false
		}
		failed[*f.ID] = true
	}
	return failed, true
}

// event is the messages as a function gets them.
func (m *Mapping) event(messages []Message) map[string]any {
	var records []map[string]any
	for _, message := range messages {
		records = append(records, map[string]any{
			"messageId": message.ID, "receiptHandle": message.Receipt, "body": message.Body, "attributes": message.Attributes,
			"messageAttributes": map[string]any{}, "eventSource": "aws:sqs", "eventSourceARN": m.ARN, "awsRegion": "us-east-1",
		})
	}
	return map[string]any{"Records": records}
}
