package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
)

// An alarm says that somebody has to act. Its name and its description say who, what
// it means and what to do, since they are all that a message on a telephone shows.
type alarm struct {
	what      string
	who       carriers.Person
	means, do string

	metric  metric
	minutes int     // over which the metric is taken
	times   int     // in a row; 0 is 1
	above   float64 // what is too much, or with below: what is enough
	below   bool
	silence string // what it means that nothing is told: "breaching", "ignore" for as it was, or "" for all is well
}

// A metric of CloudWatch, by one dimension.
type metric struct{ namespace, name, stat, dimension, value string }

// name of an alarm: whose stage, who acts, what is the matter.
func (a alarm) name(stage string) string { return stage + "." + string(a.who) + "." + a.what }

// describes is the text that people are sent.
func (a alarm) describes() string {
	return fmt.Sprintf("The %s acts. %s. %s", a.who, a.means, a.do)
}

// alarmTable are the alarms. docs/running-on-aws.md has a row for each, which a test
// holds against these.
func (d *deployment) alarmTable() []alarm {
	lodge := func(name, stat string) metric {
		return metric{config.MetricNamespace, name, stat, config.MetricStage, d.Stage}
	}
	trigger := func(name string) metric { return metric{"AWS/Lambda", name, "Sum", "FunctionName", d.name} }
	queue := func(name, queue string) metric { return metric{"AWS/SQS", name, "Maximum", "QueueName", queue} }
	log := "Read the log group " + d.AWS.LogGroup(config.ProgramTrigger)
	span, late, fails := d.spanMinutes(), 2, 3
	if d.sweepMinutes() == 0 { // of rare sweeps no two are in a row, and one that fails is tried once more
		late, fails = 1, 1+retriesOfEvent
	}
	table := []alarm{
		{
			what: "not-taken-in", who: "operator", means: "Files arrived that the trigger could not take in, five times",
			do:     "Read the reason: lodge status. Then send them again: aws sqs start-message-move-task, as the runbook has it",
			metric: queue("ApproximateNumberOfMessagesVisible", d.AWS.DeadQueue()), minutes: 5,
		},
		{
			what: "queue-waits", who: "operator", means: "A file has waited for an hour to be taken in", do: log,
			metric: queue("ApproximateAgeOfOldestMessage", d.name), minutes: 5, above: 3600,
		},
		{
			what: "due-too-long", who: "operator", means: fmt.Sprintf("An invoice has been due for more than %d hours and is not filed", d.oldest),
			do:     "See what it waits for: lodge status. More tasks at a time: aws.tasks in lodge.yaml",
			metric: lodge(config.MetricDueAge, "Maximum"), minutes: span, times: late, above: float64(d.oldest) * 3600,
		},
		{
			what: "tasks-fail", who: "operator", means: "Three tasks or more have failed within an hour",
			do:     "See why they stopped: lodge status, and the log group " + d.AWS.LogGroup(config.ProgramWorker),
			metric: lodge(config.MetricTasksFailed, "Sum"), minutes: 60, above: 2,
		},
		{
			what: "trigger-fails", who: "operator", do: log,
			means:  fmt.Sprintf("The trigger has failed %d times or more in %d minutes", fails, span),
			metric: trigger("Errors"), minutes: span, above: float64(fails) - 1,
		},
		{
			what: "trigger-throttled", who: "operator", means: "AWS has held the trigger back for a quarter of an hour",
			do:     "Ask AWS for more concurrent executions of Lambda (Service Quotas), or stop what else uses them in this account",
			metric: trigger("Throttles"), minutes: 5, times: 3,
		},
	}
	for _, need := range needs() {
		need.what, need.silence = "needs-a-person", "ignore" // it waits on while nobody looks
		need.metric, need.minutes = lodge(config.MetricNeeds(need.who), "Maximum"), span
		table = append(table, need)
	}
	if d.sweepMinutes() > 0 {
		table = append(table, alarm{
			what: "nobody-looks", who: "operator", means: "The trigger has not run although its schedule says so: nothing is filed",
			do:     "See that the schedules of the group " + d.name + " and the function are there and enabled",
			metric: trigger("Invocations"), minutes: span, above: 1, below: true, silence: "breaching",
		})
	}
	return table
}

// needs are the alarms of what waits for each person, without what they watch.
func needs() []alarm {
	return []alarm{
		{
			who: carriers.Biller, means: "A carrier refused invoices, or Lodge may not decide about invoices or files by itself",
			do: "See which, and why: lodge status --needs biller. Mend the file and put it in again, or decide: lodge resolve",
		},
		{
			who: carriers.Operator, means: "Invoices, accounts or files wait until something is set up otherwise, such as a password",
			do: "See which, and why: lodge status --needs operator. Mend what it names, such as a password with lodge secret set. " +
				"Then let it go on: lodge resume, or lodge rerun",
		},
		{
			who: carriers.Author, means: "A carrier's site is not as Lodge's code for it expects, so invoices wait",
			do: "See which, and what the site showed: lodge status --needs author, then lodge show INVOICE. Mend the code, deploy it, " +
				"and let them be filed: lodge rerun",
		},
	}
}

// spanMinutes is over how many minutes what sweeps tell is taken: so long that each
// span has a sweep. A shorter one would be silent now and then, and an alarm be over
// and begin again with each sweep.
func (s stage) spanMinutes() int { return max(15, 3*s.sweepMinutes()) }

// sweepMinutes is how often the trigger looks by itself, if that is by the minute and
// at least once an hour; else 0.
func (s stage) sweepMinutes() int {
	least := 0
	for _, expression := range s.AWS.Sweep {
		number, ok := strings.CutPrefix(expression, "rate(")
		number, unit, _ := strings.Cut(number, " ")
		n, err := strconv.Atoi(number)
		if ok && err == nil && n <= 60 && slices.Contains([]string{"minute)", "minutes)"}, unit) && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// alarms make the alarms and the topics that they tell: one that is told everything,
// and one for each person but the operator, who is told everything, that is told what
// this person acts on. One topic and filters would not do: what CloudWatch sends by
// e-mail is no JSON, and it sends no attributes, so there is nothing to filter by.
func (d *deployment) alarms() {
	d.topic = d.alarmTopic("Topic", "",
		publisher{"Alarms", "cloudwatch.amazonaws.com", d.arn("cloudwatch", "alarm:"+d.name+".*")},
		publisher{"Budget", "budgets.amazonaws.com", d.global("budgets", "*")},
	)
	own := map[carriers.Person]*string{}
	for _, who := range carriers.People() {
		if who != carriers.Operator {
			alarms := d.arn("cloudwatch", fmt.Sprintf("alarm:%s.%s.*", d.name, who))
			own[who] = d.alarmTopic("Topic-"+string(who), "-"+string(who), publisher{"Alarms", "cloudwatch.amazonaws.com", alarms}).Ref()
		}
	}
	if d.email != "" {
		awssns.NewCfnSubscription(d.stack, jsii.String("Somebody"), &awssns.CfnSubscriptionProps{
			TopicArn: d.topic.Ref(), Protocol: jsii.String("email"), Endpoint: &d.email,
		})
	}
	for _, a := range d.alarmTable() {
		tell := []any{d.topic.Ref()}
		if topic := own[a.who]; topic != nil {
			tell = append(tell, topic)
		}
		d.alarm(a, &tell)
	}
}

// A publisher is a service that publishes to a topic, for what is called like source.
type publisher struct{ what, service, source string }

// alarmTopic makes a topic, to which nobody else publishes.
func (d *deployment) alarmTopic(id, suffix string, publishers ...publisher) awssns.CfnTopic {
	topic := awssns.NewCfnTopic(d.stack, &id, &awssns.CfnTopicProps{
		TopicName: text("%s%s", d.name, suffix), DisplayName: text("Lodge %s%s", d.Stage, suffix),
	})
	var may []statement
	for _, p := range publishers {
		may = append(may, by(p.service, when(allow(p.what, []string{"sns:Publish"}, *topic.Ref()), d.ours(p.source))))
	}
	awssns.NewCfnTopicPolicy(d.stack, text("TopicPolicy%s", suffix), &awssns.CfnTopicPolicyProps{
		Topics: &[]*string{topic.Ref()}, PolicyDocument: policy(append(may, encrypted("sns:Publish", *topic.Ref()))...),
	})
	return topic
}

func (d *deployment) alarm(a alarm, tell *[]any) {
	compare, silence := "GreaterThanThreshold", "notBreaching"
	if a.below {
		compare = "LessThanThreshold"
	}
	if a.silence != "" {
		silence = a.silence
	}
	awscloudwatch.NewCfnAlarm(d.stack, text("Alarm-%s-%s", a.who, a.what), &awscloudwatch.CfnAlarmProps{
		AlarmName: jsii.String(a.name(d.name)), AlarmDescription: jsii.String(a.describes()),
		Namespace: &a.metric.namespace, MetricName: &a.metric.name, Statistic: &a.metric.stat,
		Dimensions:         &[]any{&awscloudwatch.CfnAlarm_DimensionProperty{Name: &a.metric.dimension, Value: &a.metric.value}},
		Period:             jsii.Number(a.minutes * 60),
		EvaluationPeriods:  jsii.Number(max(a.times, 1)),
		Threshold:          &a.above,
		ComparisonOperator: &compare, TreatMissingData: &silence,
		ActionsEnabled: true, AlarmActions: tell, OkActions: tell,
	})
}
