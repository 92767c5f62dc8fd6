package ecs

import (
	"crypto/rand"
	"encoding/json"
	"time"
)

// event is a state change as EventBridge delivers it (Developer Guide, "Amazon ECS
// task state change events"): times are texts there, where calls have numbers. mu
// is held.
func (t *task) event() []byte {
	detail := t.view(false)
	for name, at := range map[string]time.Time{
		"createdAt": t.created, "startedAt": t.started, "stoppingAt": t.stoppingAt,
		"executionStoppedAt": t.ended, "stoppedAt": t.stoppedAt, "updatedAt": time.Now(),
	} {
		delete(detail, name)
		if !at.IsZero() {
			detail[name] = at.UTC().Format("2006-01-02T15:04:05.000Z")
		}
	}
	text, _ := json.Marshal(map[string]any{
		"version": "0", "id": rand.Text(), "detail-type": "ECS Task State Change", "source": "aws.ecs",
		"account": Account, "time": time.Now().UTC().Format(time.RFC3339), "region": Region,
		"resources": []string{t.arn()}, "detail": detail,
	})
	return text
}

// deliver gives an event to whoever listens.
func (c *Cluster) deliver(event []byte) {
	if c.settings.Events != nil {
		c.settings.Events(event)
	}
}
