package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/outbox"
)

// A trigger is what one environment of the function keeps between calls.
type trigger struct {
	deployment *cloud.Deployment
	inbox      *cloud.Inbox
	dispatcher *dispatch.Dispatcher
	relay      *outbox.Relay
	metrics    *cloud.Metrics
	log        *slog.Logger
}

// spare is how long before the function would be ended a call stops by itself, so
// that its answer and its log still go out.
const spare = 3 * time.Second

// handle answers one call: a batch of messages, or one event. Of a batch the answer
// names the messages that are to come again (Lambda Developer Guide, "Implementing
// partial batch responses"); an error means all of them.
//
// What arrived is registered before anything else, and is settled then, whatever
// becomes of the tasks: the next sweep starts those that could not be.
func (t *trigger) handle(ctx context.Context, payload json.RawMessage) (any, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-spare))
		defer cancel()
	}
	messages, rung, err := cloud.Payload(payload)
	if err != nil {
		t.log.Error("a call that is not understood", "error", err)
		return nil, err
	}
	if len(messages) == 0 {
		return nil, t.rung(ctx, rung, false)
	}
	batch, err := t.inbox.Batch(ctx, messages)
	t.tell(batch)
	if err != nil {
		t.log.Error("all messages come again", "messages", len(messages), "error", err)
		return nil, err
	}
	if err := t.rung(ctx, batch.Others, unfit(batch)); err != nil {
		t.log.Error("what arrived is registered; the next sweep does the rest", "error", err)
	}
	answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, f := range batch.Failures {
		answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: f.ID})
	}
	return answer, nil
}

// unfit says whether something arrived that somebody has to look at.
func unfit(b cloud.Batch) bool {
	return slices.ContainsFunc(b.Arrivals, func(a cloud.Arrival) bool { return a.Status == intake.Quarantined || a.Status == intake.Left })
}

// rung does what follows from whatever rang: slots of tasks that ended are given
// back, a sweep looks at everything, the alarms' figures are written where they may
// have changed, tasks are started for what is due, and then whoever is owed to hear of
// it is told.
func (t *trigger) rung(ctx context.Context, list []cloud.Event, unfit bool) error {
	var failed []error
	sweeping, owing := false, false
	for _, e := range list {
		switch e.Kind {
		case cloud.SweepDue:
			sweeping, owing = true, true
		case cloud.TaskChanged:
			failed, owing = append(failed, t.ended(ctx, e)), true
		}
	}
	if sweeping {
		failed = append(failed, t.compare(ctx))
	}
	if owing || unfit {
		failed = append(failed, t.measure(ctx))
	}
	report, err := t.dispatcher.Pass(ctx)
	if report != (dispatch.Report{}) {
		t.log.Info("looked at what is due", "report", report)
	}
	if owing {
		t.relayOwed(ctx)
	}
	return errors.Join(append(failed, err)...)
}

// ended gives back the slot of a task that has ended, and counts what did not end by
// itself.
func (t *trigger) ended(ctx context.Context, e cloud.Event) error {
	if e.Status != "STOPPED" {
		return nil
	}
	id := cloud.OwnerOf(e.Task)
	fates, err := t.deployment.Tasks.Fates(ctx, id)
	if err != nil {
		return err
	}
	end := fates[id]
	if end.State == dispatch.Running || end.State == dispatch.Starting {
		return nil // the event is of another time, or of nobody's making: ECS knows better
	}
	if end.Acts != carriers.Nobody {
		t.log.Error("a task failed", "task", id, "why", end.Why, "acts", end.Acts)
		t.metrics.TaskFailed()
	}
	return t.dispatcher.Stopped(ctx, id)
}

// How often the bucket is compared with what was taken in, and how soon again after
// a comparison that did not come to its end.
const (
	compareEvery = 24 * time.Hour
	compareAgain = time.Hour
)

// relayFor bounds how long destinations are told in one call.
const relayFor = 15 * time.Second

// relayOwed tells what is owed: what tasks tell by themselves is told already.
func (t *trigger) relayOwed(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, relayFor)
	defer cancel()
	t.relay.Pass(ctx)
}

// compare holds the bucket against the ledger, once a day: what no event told of is
// taken in.
func (t *trigger) compare(ctx context.Context) error {
	begun, mine, err := t.deployment.Ledger.BeginComparison(ctx, t.inbox.Table, compareEvery, compareAgain)
	if err != nil || !mine {
		return err
	}
	arrivals, err := t.inbox.Compare(ctx, begun)
	t.tell(cloud.Batch{Arrivals: arrivals})
	return err
}

// tell writes into the log what arrived and what is to come again.
func (t *trigger) tell(b cloud.Batch) {
	for _, a := range b.Arrivals {
		level := slog.LevelInfo
		if a.Status == intake.Left || a.Status == intake.Quarantined {
			level = slog.LevelWarn
		}
		attributes := []any{"key", a.Key, "version", a.Version, "status", a.Status, "invoices", len(a.Invoices)}
		if a.Err != nil {
			attributes = append(attributes, "error", a.Err.Error(), "acts", a.Needs)
		}
		t.log.Log(context.Background(), level, "arrived", attributes...)
	}
	for _, f := range b.Failures {
		t.log.Warn("a message comes again", "message", f.ID, "poison", f.Poison, "error", fmt.Sprint(f.Err))
	}
}
