package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
)

// bells make what rings the trigger besides the queue: schedules, and tasks that have
// stopped.
func (d *deployment) bells() {
	group := awsscheduler.NewCfnScheduleGroup(d.stack, jsii.String("Schedules"), &awsscheduler.CfnScheduleGroupProps{Name: &d.name})
	role := d.role("ScheduleRole", "scheduler.amazonaws.com", d.arn("scheduler", "schedule-group/"+d.name), "Rings Lodge's trigger",
		allow("Ring", []string{"lambda:InvokeFunction"}, *d.trigger.AttrArn()))
	for _, s := range d.schedules() {
		d.schedule(s, group, role)
	}
	rule := awsevents.NewCfnRule(d.stack, jsii.String("TaskStopped"), &awsevents.CfnRuleProps{
		Description: text("Lodge %s: a task has stopped, so its slot is free", d.Stage),
		EventPattern: map[string]any{
			"source": []string{"aws.ecs"}, "detail-type": []string{"ECS Task State Change"},
			"detail": map[string]any{"clusterArn": []string{*d.cluster.AttrArn()}, "lastStatus": []string{"STOPPED"}},
		},
		Targets: &[]any{&awsevents.CfnRule_TargetProperty{Id: jsii.String("trigger"), Arn: d.trigger.AttrArn()}},
	})
	awslambda.NewCfnPermission(d.stack, jsii.String("TaskStoppedRings"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: d.trigger.Ref(),
		Principal: jsii.String("events.amazonaws.com"), SourceArn: rule.AttrArn(),
	})
}

// A schedule is when the trigger is rung.
type schedule struct {
	name       string // within the group of the stage, at most 64 letters
	expression string // as EventBridge Scheduler has it
	zone       string // IANA time zone that it is meant in
	because    string
}

// schedules are those of lodge.yaml, in UTC, and one for each time that an account's
// carrier opens, so that what waits is filed then and not at the next sweep.
func (s stage) schedules() []schedule {
	var all []schedule
	for i, expression := range s.AWS.Sweep {
		all = append(all, schedule{fmt.Sprintf("sweep-%d", i+1), expression, "UTC", "aws.sweep of lodge.yaml"})
	}
	for _, a := range s.Accounts {
		all = append(all, opens(a, s.carrier(a).Hours)...)
	}
	return all
}

// opens are the times of the week when an account's carrier opens, by the account's
// clock where it has one.
func opens(a config.Account, h carriers.Hours) []schedule {
	zone := h.Zone
	if zone == "" {
		zone = "UTC"
	}
	if a.Timezone != nil {
		zone = a.Timezone.String()
	}
	var all []schedule
	for i, w := range h.Windows {
		minute := int(w.From / time.Minute)
		when := fmt.Sprintf("cron(%d %d * * ? *)", minute%60, minute/60)
		if len(w.Days) > 0 {
			when = fmt.Sprintf("cron(%d %d ? * %s *)", minute%60, minute/60, weekdays(w.Days))
		}
		all = append(all, schedule{fmt.Sprintf("opens-%d-%s", i+1, a.Name), when, zone, "the site of account " + a.Name + " opens"})
	}
	return all
}

// weekdays are days as cron has them: MON,TUE.
func weekdays(days []time.Weekday) string {
	var names []string
	for _, d := range days {
		names = append(names, strings.ToUpper(d.String()[:3]))
	}
	return strings.Join(names, ",")
}

func (d *deployment) schedule(s schedule, group awsscheduler.CfnScheduleGroup, role awsiam.CfnRole) {
	awsscheduler.NewCfnSchedule(d.stack, text("Schedule-%s", s.name), &awsscheduler.CfnScheduleProps{
		Name: &s.name, GroupName: group.Ref(), Description: text("Lodge %s: %s", d.Stage, s.because),
		ScheduleExpression: &s.expression, ScheduleExpressionTimezone: &s.zone,
		FlexibleTimeWindow: &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")},
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn: d.trigger.AttrArn(), RoleArn: role.AttrArn(), Input: jsii.String(config.SweepEvent),
			RetryPolicy: &awsscheduler.CfnSchedule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: jsii.Number(5 * 60), MaximumRetryAttempts: jsii.Number(2),
			},
		},
	})
}
