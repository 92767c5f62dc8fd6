package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/cdk/cost"
	"example.com/lodge/internal/config"
)

// TestAlarmsSayWhoActs: in their name and in their text, and they tell the topic that is
// told everything, and that of the person, when it begins and when it is over.
func TestAlarmsSayWhoActs(t *testing.T) {
	for _, tp := range []template{production(t), staging(t)} {
		for _, a := range tp.of("CloudWatch::Alarm") {
			parts := strings.Split(a.at("AlarmName"), ".")
			if len(parts) != 3 || parts[0] != "lodge-"+stageOf(tp) || !slices.Contains(carriers.People(), carriers.Person(parts[1])) {
				t.Errorf("%s is not STAGE.WHO.WHAT", a.at("AlarmName"))
				continue
			}
			text := a.at("AlarmDescription")
			if !strings.HasPrefix(text, "The "+parts[1]+" acts. ") || strings.Count(text, ". ") < 2 || len(text) > 1024 {
				t.Errorf("%s: %q does not say who acts, what it means and what to do", a.at("AlarmName"), text)
			}
			tell := `["<Topic>"]`
			if parts[1] != string(carriers.Operator) {
				tell = `["<Topic>","<Topic` + parts[1] + `>"]`
			}
			checks(t, a, map[string]string{"AlarmActions": tell, "OKActions": tell, "ActionsEnabled": "true"})
		}
	}
}

// TestAlarms: what is watched, and from when on.
func TestAlarms(t *testing.T) {
	watched := func(tp template) (lines []string) {
		for _, a := range tp.of("CloudWatch::Alarm") {
			lines = append(lines, strings.Join([]string{
				strings.TrimPrefix(a.at("AlarmName"), "lodge-"), a.at("Namespace"), a.at("MetricName"), a.at("Statistic"),
				a.at("Dimensions.0.Name"), a.at("Dimensions.0.Value"), a.at("ComparisonOperator"), a.at("Threshold"),
				a.at("EvaluationPeriods"), "x", a.at("Period"), a.at("TreatMissingData"),
			}, " "))
		}
		slices.Sort(lines)
		return lines
	}
	want := []string{
		"production.author.needs-a-person Lodge NeedsAuthor Maximum Stage production GreaterThanThreshold 0 1 x 900 ignore",
		"production.biller.needs-a-person Lodge NeedsBiller Maximum Stage production GreaterThanThreshold 0 1 x 900 ignore",
		"production.operator.due-too-long Lodge DueAge Maximum Stage production GreaterThanThreshold 43200 2 x 900 notBreaching",
		"production.operator.needs-a-person Lodge NeedsOperator Maximum Stage production GreaterThanThreshold 0 1 x 900 ignore",
		"production.operator.nobody-looks AWS/Lambda Invocations Sum FunctionName lodge-production LessThanThreshold 1 1 x 900 breaching",
		"production.operator.not-taken-in AWS/SQS ApproximateNumberOfMessagesVisible Maximum QueueName lodge-production-dead GreaterThanThreshold 0 1 x 300 notBreaching",
		"production.operator.queue-waits AWS/SQS ApproximateAgeOfOldestMessage Maximum QueueName lodge-production GreaterThanThreshold 3600 1 x 300 notBreaching",
		"production.operator.tasks-fail Lodge TasksFailed Sum Stage production GreaterThanThreshold 2 1 x 3600 notBreaching",
		"production.operator.trigger-fails AWS/Lambda Errors Sum FunctionName lodge-production GreaterThanThreshold 2 1 x 900 notBreaching",
		"production.operator.trigger-throttled AWS/Lambda Throttles Sum FunctionName lodge-production GreaterThanThreshold 0 3 x 300 notBreaching",
	}
	if diff := cmp.Diff(want, watched(production(t))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	staged := watched(staging(t)) // which looks twice a month
	if n := len(staged); n != len(want)-1 || slices.ContainsFunc(staged, func(l string) bool { return strings.Contains(l, "nobody-looks") }) {
		t.Errorf("staging: %q", staged)
	}
	if !slices.ContainsFunc(staged, func(l string) bool { return strings.Contains(l, "due-too-long") && strings.Contains(l, " 7200 ") }) {
		t.Error("-c oldest=2 is not heard")
	}
}

// TestEverybodyIsTold: for each person who may have to act there is an alarm that says
// how that person finds what waits, and nobody is sent to look for another.
func TestEverybodyIsTold(t *testing.T) {
	told := map[carriers.Person]string{}
	for _, a := range production(t).of("CloudWatch::Alarm") {
		if parts := strings.Split(a.at("AlarmName"), "."); parts[2] == "needs-a-person" {
			told[carriers.Person(parts[1])] = a.at("AlarmDescription")
		}
	}
	for _, person := range carriers.People() {
		for _, other := range carriers.People() {
			if got := strings.Contains(told[person], "lodge status --needs "+string(other)); got != (person == other) {
				t.Errorf("the %s is told: %q", person, told[person])
			}
		}
	}
	if len(told) != len(carriers.People()) {
		t.Errorf("alarms for %d people", len(told))
	}
}

// TestSpansHaveASweep: what only sweeps tell is taken over so long that two sweeps are
// in it, however often they come; else an alarm would end and begin with each. Of
// sweeps that are rarer than any alarm looks back, one is enough.
func TestSpansHaveASweep(t *testing.T) {
	for sweep, want := range map[string]struct {
		minutes, late int
		fails         float64
	}{
		"rate(1 minute)": {15, 2, 2}, "rate(5 minutes)": {15, 2, 2}, "rate(30 minutes)": {90, 2, 2}, "rate(60 minutes)": {180, 2, 2},
		"rate(1 day)": {15, 1, 1}, "cron(0 6 1,15 * ? *)": {15, 1, 1},
	} {
		d := &deployment{stage: stage{Config: config.Config{AWS: &config.AWS{Sweep: []string{sweep}}}}}
		for _, a := range d.alarmTable() {
			if fails := a.metric.name == "Errors"; fails && a.above != want.fails {
				t.Errorf("%s: the trigger may fail %g times", sweep, a.above)
			} else if !fails && a.metric.namespace != config.MetricNamespace || a.metric.name == config.MetricTasksFailed {
				continue
			}
			late := 0
			if a.metric.name == config.MetricDueAge {
				late = want.late
			}
			if a.minutes != want.minutes || a.times != late {
				t.Errorf("%s: %s is taken over %d minutes, %d times, want %+v", sweep, a.what, a.minutes, a.times, want)
			}
		}
	}
}

// TestSubscriptionsAreExplained: for each topic the runbook says how to subscribe to it.
func TestSubscriptionsAreExplained(t *testing.T) {
	text, err := os.ReadFile("../docs/running-on-aws.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range production(t).of("SNS::Topic") {
		if command := "aws sns subscribe --topic-arn arn:aws:sns:us-east-1:ACCOUNT:" + topic.at("TopicName") + " "; !strings.Contains(string(text), command) {
			t.Errorf("docs/running-on-aws.md has no %q", command)
		}
	}
}

// TestCostCountsThem: the alarms of the template, and the metrics of Lodge's own that
// they watch, are as many as the table of costs has.
func TestCostCountsThem(t *testing.T) {
	metrics := map[string]bool{}
	list := production(t).of("CloudWatch::Alarm")
	for _, a := range list {
		if a.at("Namespace") == config.MetricNamespace {
			metrics[a.at("MetricName")] = true
		}
	}
	if len(list) != cost.Alarms || len(metrics) != cost.Metrics {
		t.Errorf("the template has %d alarms and %d metrics, the table of costs %d and %d", len(list), len(metrics), cost.Alarms, cost.Metrics)
	}
}

// TestAlarmsAreExplained: each has its row in the table of the runbook, with who acts,
// and no row is of an alarm that is not there.
func TestAlarmsAreExplained(t *testing.T) {
	text, err := os.ReadFile("../docs/running-on-aws.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| .+? \\| (\\w+) \\| .+ \\|$").FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, m[2]+"."+m[1])
	}
	want := []string{"operator.spends-too-much"} // the budget
	for _, a := range production(t).of("CloudWatch::Alarm") {
		_, name, _ := strings.Cut(a.at("AlarmName"), ".")
		want = append(want, name)
	}
	slices.Sort(rows)
	slices.Sort(want)
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("alarms (-) and the table of docs/running-on-aws.md (+) differ\n%s", diff)
	}
}

// TestWhoMayTell: the topic that is told everything is told by alarms and the budget of
// this account, those of people by alarms for them, and none by anybody else.
func TestWhoMayTell(t *testing.T) {
	var got []string
	for _, p := range production(t).of("SNS::TopicPolicy") {
		for _, s := range statements(p.Properties["PolicyDocument"]) {
			if s.effect == "Allow" {
				got = append(got, strings.Join([]string{p.at("Topics"), s.principal, strings.Join(s.does, " "), strings.Join(s.on, " "), s.condition}, " "))
			}
		}
	}
	line := func(topic, service, source string) string {
		return `["<` + topic + `>"] {"Service":"` + service + `.amazonaws.com"} sns:Publish <` + topic + `> {"ArnLike":{"aws:SourceArn":` +
			`"arn:<AWS::Partition>:` + source + `"},"StringEquals":{"aws:SourceAccount":"<AWS::AccountId>"}}`
	}
	want := []string{
		line("Topic", "cloudwatch", "cloudwatch:us-east-1:<AWS::AccountId>:alarm:lodge-production.*"),
		line("Topic", "budgets", "budgets::<AWS::AccountId>:*"),
		line("Topicauthor", "cloudwatch", "cloudwatch:us-east-1:<AWS::AccountId>:alarm:lodge-production.author.*"),
		line("Topicbiller", "cloudwatch", "cloudwatch:us-east-1:<AWS::AccountId>:alarm:lodge-production.biller.*"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if n := len(production(t).of("SNS::Subscription")); n != 0 {
		t.Errorf("%d people are told whom nobody named", n)
	}
	checks(t, staging(t).one(t, "SNS::Subscription"), map[string]string{"Protocol": "email", "Endpoint": "ops@smith.example", "TopicArn": "<Topic>"})
}

func TestBudget(t *testing.T) {
	for _, c := range []struct {
		tp  template
		usd string
	}{{production(t), "30"}, {staging(t), "5"}} {
		b := c.tp.one(t, "Budgets::Budget")
		checks(t, b, map[string]string{
			"Budget.BudgetLimit": `{"Amount":` + c.usd + `,"Unit":"USD"}`, "Budget.TimeUnit": "MONTHLY", "Budget.CostFilters": "",
			"Budget.BudgetName":                          "lodge-" + stageOf(c.tp) + ".operator.spends-too-much",
			"NotificationsWithSubscribers.0.Subscribers": `[{"Address":"<Topic>","SubscriptionType":"SNS"}]`,
			"NotificationsWithSubscribers.1.Subscribers": `[{"Address":"<Topic>","SubscriptionType":"SNS"}]`,
		})
	}
}

// TestDashboard: its body is JSON, shows every alarm, and its widgets do not lie on one
// another.
func TestDashboard(t *testing.T) {
	tp := production(t)
	var body struct{ Widgets []widget }
	text := tp.one(t, "CloudWatch::Dashboard").at("DashboardBody")
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for _, a := range tp.of("CloudWatch::Alarm") {
		if !strings.Contains(text, ":alarm:"+a.at("AlarmName")+`"`) {
			t.Errorf("%s is not shown", a.at("AlarmName"))
		}
	}
	for i, a := range body.Widgets {
		for _, b := range body.Widgets[:i] {
			if a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
				t.Errorf("%s lies on %s", a.Properties["title"], b.Properties["title"])
			}
		}
	}
	names := []string{config.MetricDueAge, config.MetricTasksFailed}
	for _, person := range carriers.People() {
		names = append(names, config.MetricNeeds(person))
	}
	for _, name := range names {
		if !strings.Contains(text, `"`+config.MetricNamespace+`","`+name+`","`+config.MetricStage+`","production"`) {
			t.Errorf("%s is not shown", name)
		}
	}
}
