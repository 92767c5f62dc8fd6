package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/visit/visittest"
)

// TestArrival: what arrives is registered, and a task is started for it; the answer is
// that of a batch in which nothing failed.
func TestArrival(t *testing.T) {
	r := newRig(t, settings(2, ""), waits())
	answer := r.called(queued(r.put(visittest.Moor, "INV-1"), r.put(visittest.Moor, "INV-2")))
	if answer != `{"batchItemFailures":[]}` {
		t.Errorf("the answer is %s", answer)
	}
	r.registered("INV-1", "INV-2")
	r.slots("1/1 moor")
	if n := r.cluster.Started(); n != 1 {
		t.Errorf("%d tasks", n)
	}
	if line := r.says("arrived"); line["key"] != "inbox/moor/INV-1.txt" || line["status"] != "taken" || line["invoices"] != 1.0 || line["level"] != "INFO" {
		t.Errorf("%v", line)
	}
}

// TestArrivalsAreTold: what cannot be filed stands out in the log, with who acts.
func TestArrivalsAreTold(t *testing.T) {
	r := newRig(t, settings(2, ""), waits())
	for message, want := range map[string]map[string]any{
		r.putFile("moor/INV-1.txt", []byte("no invoice")): {"level": "WARN", "status": "quarantined", "key": "inbox/moor/INV-1.txt"},
		r.put("gone", "INV-2"):                            {"level": "WARN", "status": "left", "key": "inbox/gone/INV-2.txt", "acts": "operator"},
		r.put(visittest.Pier, "INV-3"):                    {"level": "INFO", "status": "taken", "key": "inbox/pier/INV-3.txt"},
	} {
		r.called(queued(message))
		line := r.says("arrived")
		for name, value := range want {
			if line[name] != value {
				t.Errorf("%v, want %s %v", line, name, value)
			}
		}
		if (line["error"] != nil) != (want["acts"] != nil) {
			t.Errorf("%v", line)
		}
	}
}

// TestPartOfABatch: of a batch exactly those messages come again that failed, poison
// too, in their order; the others are done with, and what they are about is planned.
func TestPartOfABatch(t *testing.T) {
	r := newRig(t, settings(2, ""), waits())
	late, good := r.put(visittest.Pier, "INV-9"), r.put(visittest.Moor, "INV-1")
	r.refuses.Store("GET /" + bucketName + "/inbox/pier/")
	const test = `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"` + bucketName + `"}`
	answer := r.called(queued(good, `{"Records":[`, late, test, good))
	if want := `{"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m3"}]}`; answer != want {
		t.Errorf("the answer is %s, want %s", answer, want)
	}
	r.registered("INV-1")
	r.slots("1/1 moor")
	if line := r.says("a message comes again"); line["message"] != "m2" || line["poison"] != true || line["error"] == "" {
		t.Errorf("%v", line)
	}
	r.refuses.Store("")
	if answer := r.called(queued(late)); answer != `{"batchItemFailures":[]}` {
		t.Errorf("again it is %s", answer)
	}
	r.registered("INV-1", "INV-9")
}

// TestAllComeAgain: a ledger that cannot be told of what belongs to nobody is an error
// of the call, which means every message.
func TestAllComeAgain(t *testing.T) {
	r := newRig(t, settings(2, ""), waits())
	good := r.put(visittest.Moor, "INV-1")
	r.engine.fails.Store(true)
	answer, err := r.handle(t.Context(), queued(good, `{}`))
	if answer != nil || !errors.Is(err, context.DeadlineExceeded) || r.cluster.Started() != 0 {
		t.Errorf("%v, %v, %d tasks", answer, err, r.cluster.Started())
	}
	if line := r.says("all messages come again"); line["messages"] != 2.0 {
		t.Errorf("%v", line)
	}
}

// TestPlanningFails: what is registered does not come again because no task could be
// started for it; the next sweep starts it.
func TestPlanningFails(t *testing.T) {
	r := newRig(t, settings(2, ""), waits())
	r.cluster.Set(func(k *ecs.Knobs) { k.Refuse = "Capacity is unavailable at this time." })
	if answer := r.called(queued(r.put(visittest.Moor, "INV-1"))); answer != `{"batchItemFailures":[]}` {
		t.Errorf("the answer is %s", answer)
	}
	if line := r.says("what arrived is registered; the next sweep does the rest"); !strings.Contains(fmt.Sprint(line["error"]), "no task was started") {
		t.Errorf("%v", line)
	}
	r.registered("INV-1")
	r.slots("")
	r.cluster.Set(func(k *ecs.Knobs) { k.Refuse = "" })
	r.engine.pass(dispatch.ShortestRest)
	r.called(sweep())
	r.slots("1/2 moor")
}

// TestNotUnderstood: a call of which nobody knows what it wants fails, so that
// whoever called sees it, and nothing is done.
func TestNotUnderstood(t *testing.T) {
	r := newRig(t, settings(2, ""), waits())
	r.arrive(visittest.Moor, "INV-1")
	for _, payload := range []string{``, `{}`, `[]`, `"sweep"`, `{"lodge":"dance"}`, `{"Records":[{"eventSource":"aws:kinesis"}]}`, `{"detail-type":"x","source":"com.evil","detail":{}}`} {
		slots := r.cluster.Calls("RunTask")
		answer, err := r.handle(t.Context(), json.RawMessage(payload))
		if answer != nil || err == nil || r.cluster.Calls("RunTask") != slots {
			t.Errorf("%s: %v, %v", payload, answer, err)
		}
		if line := r.says("a call that is not understood"); line["level"] != "ERROR" || line["error"] == "" {
			t.Errorf("%s: %v", payload, line)
		}
	}
}

// TestSpare: a call stops by itself before the function would be ended, so that its
// answer still goes out: with as little left nothing is begun, and all comes again.
func TestSpare(t *testing.T) {
	r := newRig(t, settings(2, ""), waits())
	message := queued(r.put(visittest.Moor, "INV-1"))
	ctx, cancel := context.WithTimeout(t.Context(), spare)
	defer cancel()
	answer, err := r.handle(ctx, message)
	if again, ok := answer.(events.SQSEventResponse); !ok || len(again.BatchItemFailures) != 1 || err != nil {
		t.Errorf("%v, %v", answer, err)
	}
	if answer, err := r.handle(ctx, sweep()); !errors.Is(err, context.DeadlineExceeded) || answer != nil {
		t.Errorf("%v, %v", answer, err)
	}
	if ctx.Err() != nil {
		t.Error("it took what was to be left")
	}
	r.registered()
	ctx, cancel = context.WithTimeout(t.Context(), spare+time.Minute)
	defer cancel()
	if _, err := r.handle(ctx, message); err != nil {
		t.Error(err)
	}
	r.slots("1/1 moor")
}

// TestWhoseTasks: nothing is started for an account that lodge.yaml pauses, that has
// its home elsewhere, or that it does not name; what arrives for them is registered.
func TestWhoseTasks(t *testing.T) {
	r := newRig(t, settings(4, `  away: {carrier: harbor, portal: "https://127.0.0.1:9", home: "anotherledgeranotherledger"}
  rests: {carrier: harbor, portal: "https://127.0.0.1:9", paused: "the firm asked for it"}
`), waits())
	name, err := r.deployment.Ledger.Name(t.Context())
	r.check(err)
	r.arrive("away", "INV-1")
	r.arrive("rests", "INV-2")
	r.arrive("gone", "INV-3")
	r.called(sweep())
	r.registered("INV-1", "INV-2")
	r.slots("")
	r.env["LODGE_YAML"] = strings.Replace(strings.Replace(r.env["LODGE_YAML"], "anotherledgeranotherledger", name, 1), `, paused: "the firm asked for it"`, "", 1)
	r.again()
	r.called(sweep())
	r.slots("1/1 away+rests")
}
