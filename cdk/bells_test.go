package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
)

// TestSchedules: lodge.yaml's own, and when a carrier's site opens, by the clock of the
// account. Each rings the trigger with the one event.
func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		tp   template
		want []string
	}{
		{production(t), []string{"sweep-1 rate(5 minutes) UTC", "sweep-2 cron(0 6 1,15 * ? *) UTC"}},
		{staging(t), []string{
			"opens-1-smith-dusk cron(30 7 ? * MON,FRI *) America/New_York",
			"opens-1-smith-dusk-west cron(30 7 ? * MON,FRI *) America/Los_Angeles",
			"opens-2-smith-dusk cron(0 22 * * ? *) America/New_York",
			"opens-2-smith-dusk-west cron(0 22 * * ? *) America/Los_Angeles",
			"sweep-1 cron(0 6 1,15 * ? *) UTC",
		}},
	} {
		var got []string
		for _, s := range c.tp.of("Scheduler::Schedule") {
			got = append(got, s.at("Name")+" "+s.at("ScheduleExpression")+" "+s.at("ScheduleExpressionTimezone"))
			checks(t, s, map[string]string{
				"GroupName": "<Schedules>", "Target.Arn": "<Trigger.Arn>", "Target.RoleArn": "<ScheduleRole.Arn>", "Target.Input": config.SweepEvent,
				"FlexibleTimeWindow.Mode": "OFF",
			})
			if len(s.at("Name")) > 64 { // EventBridge Scheduler API Reference, CreateSchedule
				t.Errorf("%s is too long a name", s.at("Name"))
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

func TestLongestNameOfASchedule(t *testing.T) {
	h := carriers.Hours{Windows: make([]carriers.Window, 99)}
	for _, s := range opens(config.Account{Name: strings.Repeat("a", 40)}, h) { // as long as lodge.yaml has it
		if len(s.name) > 64 || s.zone != "UTC" {
			t.Errorf("%s, %s", s.name, s.zone)
		}
	}
}

func TestWeek(t *testing.T) {
	all := []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
	if got := weekdays(all); got != "SUN,MON,TUE,WED,THU,FRI,SAT" { // as EventBridge Scheduler has them
		t.Error(got)
	}
}

// TestStoppedTasksRing: those of this stage's cluster, no other's, and the rule alone
// may wake the trigger.
func TestStoppedTasksRing(t *testing.T) {
	tp := production(t)
	rule := tp.one(t, "Events::Rule")
	checks(t, rule, map[string]string{
		"EventPattern": `{"detail":{"clusterArn":["<Cluster.Arn>"],"lastStatus":["STOPPED"]},"detail-type":["ECS Task State Change"],"source":["aws.ecs"]}`,
		"Targets":      `[{"Arn":"<Trigger.Arn>","Id":"trigger"}]`,
	})
	checks(t, tp.one(t, "Lambda::Permission"), map[string]string{
		"Principal": "events.amazonaws.com", "SourceArn": "<" + rule.id + ".Arn>", "FunctionName": "<Trigger>", "Action": "lambda:InvokeFunction",
	})
}

func TestHowOftenItLooks(t *testing.T) {
	for want, sweep := range map[int][]string{
		5: {"rate(5 minutes)"}, 1: {"rate(10 minutes)", "rate(1 minute)"}, 0: {"rate(2 hours)", "rate(1 day)", "cron(0 6 * * ? *)", "rate(90 minutes)"},
	} {
		s := stage{Config: config.Config{AWS: &config.AWS{Sweep: sweep}}}
		if got := s.sweepMinutes(); got != want {
			t.Errorf("%s: every %d minutes, want %d", sweep, got, want)
		}
	}
}
