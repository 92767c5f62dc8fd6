package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/visit/visittest"
)

// TestEnded: the slot of a task that has ended is free, and the next task is started
// in the same call; a task that did not end by itself is counted, and said to whom.
func TestEnded(t *testing.T) {
	for name, c := range map[string]struct {
		program []string
		knobs   func(*ecs.Knobs)
		end     func(r *rig, task string) // nil: it ends by itself
		failed  int
		acts    string
	}{
		"it came to its end":     {program: exits(0)},
		"it gave up":             {program: exits(1), failed: 1, acts: "operator"},
		"it crashed":             {program: exits(139), failed: 1, acts: "author"},
		"it has no image":        {program: waits(), knobs: func(k *ecs.Knobs) { k.Pull = "not found" }, failed: 1, acts: "operator"},
		"it was killed":          {program: waits(), end: func(r *rig, task string) { r.cluster.Kill(task, "OutOfMemoryError: killed") }, failed: 1, acts: "operator"},
		"its machine went away":  {program: waits(), end: func(r *rig, task string) { r.cluster.Interrupt(task) }},
		"somebody told it to be": {program: waits(), end: func(r *rig, task string) { r.check(r.deployment.Tasks.Stop(r.t.Context(), task)) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, settings(1, ""), c.program)
			if c.knobs != nil {
				r.cluster.Set(c.knobs)
			}
			r.arrive(visittest.Moor, "INV-1")
			if c.end != nil {
				r.told("RUNNING", 1)
				c.end(r, r.cluster.Tasks()[0])
			}
			event := r.told("STOPPED", 1)
			r.arrive(visittest.Pier, "INV-2")
			r.slots("1/1 moor")
			if r.called(event); r.cluster.Started() != 2 {
				t.Errorf("%d tasks", r.cluster.Started())
			}
			r.slots("1/2 pier")
			lines, metrics := r.news()
			failed, told := 0, ""
			for _, m := range metrics {
				if m["TasksFailed"] == 1.0 {
					failed++
				}
			}
			for _, line := range lines {
				if line["msg"] == "a task failed" {
					told = fmt.Sprint(line["acts"])
				}
			}
			if failed != c.failed || told != c.acts {
				t.Errorf("%d failures, for the %q; want %d for the %q", failed, told, c.failed, c.acts)
			}
		})
	}
}

// TestNotEnded: ECS knows better than an event. Nothing is freed for one that tells of
// another state, or that somebody made up of a task that runs or is about to.
func TestNotEnded(t *testing.T) {
	made := func(event json.RawMessage) json.RawMessage {
		for _, state := range []string{"PROVISIONING", "RUNNING"} {
			event = json.RawMessage(strings.ReplaceAll(string(event), `"lastStatus":"`+state+`"`, `"lastStatus":"STOPPED"`))
		}
		return event
	}
	for name, c := range map[string]struct {
		program []string
		knobs   func(*ecs.Knobs)
		event   func(*rig) json.RawMessage
	}{
		"late word of its start": {program: exits(1), event: func(r *rig) json.RawMessage { r.told("STOPPED", 1); return r.told("RUNNING", 1) }},
		"it is just ending":      {program: exits(1), event: func(r *rig) json.RawMessage { r.told("STOPPED", 1); return r.told("DEPROVISIONING", 1) }},
		"it runs":                {program: waits(), event: func(r *rig) json.RawMessage { return made(r.told("RUNNING", 1)) }},
		"it starts": {program: waits(), knobs: func(k *ecs.Knobs) { k.Provisioning = time.Hour },
			event: func(r *rig) json.RawMessage { return made(r.told("PROVISIONING", 1)) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, settings(1, ""), c.program)
			if c.knobs != nil {
				r.cluster.Set(c.knobs)
			}
			r.arrive(visittest.Moor, "INV-1")
			r.called(c.event(r))
			r.slots("1/1 moor")
			if n := r.failures(); n != 0 {
				t.Errorf("%d failures", n)
			}
		})
	}
}

// TestEndedTwice: a task that ended is of no more account when it is told of again, or
// was never one of ours, or is forgotten.
func TestEndedTwice(t *testing.T) {
	r := newRig(t, settings(1, ""), exits(0))
	r.arrive(visittest.Moor, "INV-1")
	event := r.told("STOPPED", 1)
	r.arrive(visittest.Pier, "INV-2")
	r.called(event)
	for _, again := range []json.RawMessage{event, json.RawMessage(strings.ReplaceAll(string(event), r.cluster.Tasks()[0], "0123456789abcdef0123456789abcdef"))} {
		r.called(again)
		r.slots("1/2 pier")
	}
	event = r.told("STOPPED", 2)
	r.cluster.Set(func(k *ecs.Knobs) { k.Forget = time.Nanosecond })
	r.called(event)
	r.slots("")
	if n := r.failures(); n != 0 {
		t.Errorf("%d failures", n)
	}
}

// TestEndedUnknown: while ECS does not say what became of a task its slot stays taken,
// and the call is an error, so that it comes again.
func TestEndedUnknown(t *testing.T) {
	r := newRig(t, settings(1, ""), exits(0))
	r.arrive(visittest.Moor, "INV-1")
	event := r.told("STOPPED", 1)
	r.cluster.Set(func(k *ecs.Knobs) { k.Broken = 1 })
	if answer, err := r.handle(t.Context(), event); err == nil || answer != nil {
		t.Errorf("%v, %v", answer, err)
	}
	r.slots("1/1 moor")
	r.called(event)
	r.slots("")
}
