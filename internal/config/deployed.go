package config

import (
	"strings"

	"example.com/lodge/carriers"
)

// The programs in AWS, as [AWS.LogGroup] names them.
const (
	ProgramTrigger = "trigger"
	ProgramWorker  = "worker"
)

// What rings the trigger's bell besides S3 and stopped tasks: EventBridge Scheduler
// sends [SweepEvent], an object whose key [EventKey] says what is to be done.
const (
	EventKey   = "lodge"
	EventSweep = "sweep" // look at the ledger: register what no event told of, plan, start, send what is owed
	SweepEvent = `{"` + EventKey + `":"` + EventSweep + `"}`
)

// The metrics that the programs write as lines of their logs (CloudWatch, "Embedded
// metric format") and that the deployment's alarms watch: in [MetricNamespace], each
// by the one dimension [MetricStage], whose value is [Config.Stage].
const (
	MetricNamespace   = "Lodge"
	MetricStage       = "Stage"
	MetricDueAge      = "DueAge"      // Seconds: how long the oldest submission has been due, 0 if none is; when it may have changed
	MetricTasksFailed = "TasksFailed" // Count: tasks that stopped otherwise than by themselves; with each task that stopped
)

// MetricNeeds is the name of the metric that counts what waits for one person:
// submissions, accounts, and what arrived and belongs to nobody. It is written for
// each of [carriers.People] whenever [MetricDueAge] is, 0 if nothing waits.
func MetricNeeds(who carriers.Person) string {
	return "Needs" + strings.ToUpper(string(who[:1])) + string(who[1:])
}
