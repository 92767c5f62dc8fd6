package main

import (
	"slices"
	"strings"

	"example.com/lodge/internal/config"
)

// tells lets a program tell what becomes of invoices to the topics and buses of
// lodge.yaml: each by name, and no other.
func (d *deployment) tells() []statement {
	var topics, buses []string
	for _, o := range d.Outbox {
		if o.SNS != "" {
			topics = append(topics, o.SNS)
		}
		if o.EventBridge != "" {
			buses = append(buses, d.busARN(o.EventBridge))
		}
	}
	var may []statement
	if len(topics) > 0 {
		may = append(may, allow("TellTopics", []string{"sns:Publish"}, topics...))
	}
	if len(buses) > 0 {
		may = append(may, allow("TellBuses", []string{"events:PutEvents"}, buses...))
	}
	return may
}

// busARN is the ARN of an event bus that lodge.yaml names: by it, or by the name that
// it has in the stage's own region and account.
func (d *deployment) busARN(bus string) string {
	if strings.HasPrefix(bus, "arn:") {
		return bus
	}
	return d.arn("events", "event-bus/"+bus)
}

// signs says whether webhooks of the stage have keys.
func (s stage) signs() bool {
	return slices.ContainsFunc(s.Outbox, func(d config.Destination) bool { return d.Webhook != "" })
}
