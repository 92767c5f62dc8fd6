package main

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
)

// spending tells the operator of money before it is spent: of most of the budget spent,
// and of more than all of it foreseen. It counts the whole AWS account. A budget by tag
// would count nothing, and say nothing, until somebody activates the tag for billing.
func (d *deployment) spending() {
	var notices []any
	for _, n := range []struct {
		kind    string
		percent float64
	}{{"ACTUAL", 80}, {"FORECASTED", 100}} {
		notices = append(notices, &awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
			Notification: &awsbudgets.CfnBudget_NotificationProperty{
				NotificationType: &n.kind, ComparisonOperator: jsii.String("GREATER_THAN"),
				Threshold: &n.percent, ThresholdType: jsii.String("PERCENTAGE"),
			},
			Subscribers: &[]any{&awsbudgets.CfnBudget_SubscriberProperty{SubscriptionType: jsii.String("SNS"), Address: d.topic.Ref()}},
		})
	}
	awsbudgets.NewCfnBudget(d.stack, jsii.String("Budget"), &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetName: text("%s.operator.spends-too-much", d.name), BudgetType: jsii.String("COST"), TimeUnit: jsii.String("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: jsii.Number(d.budget), Unit: jsii.String("USD")},
		},
		NotificationsWithSubscribers: &notices,
	})
}

// A widget of the dashboard, as CloudWatch has it ("Dashboard body structure and
// syntax"): 24 units wide.
type widget struct {
	Type       string         `json:"type"`
	X          int            `json:"x"`
	Y          int            `json:"y"`
	Width      int            `json:"width"`
	Height     int            `json:"height"`
	Properties map[string]any `json:"properties"`
}

// dashboard shows on one page what the alarms watch, and what is under way.
func (d *deployment) dashboard() {
	var alarms []string
	for _, a := range d.alarmTable() {
		alarms = append(alarms, d.arn("cloudwatch", "alarm:"+a.name(d.name)))
	}
	lodge := func(name, stat string) []any {
		return []any{config.MetricNamespace, name, config.MetricStage, d.Stage, map[string]string{"stat": stat}}
	}
	trigger := func(name string) []any {
		return []any{"AWS/Lambda", name, "FunctionName", d.name, map[string]string{"stat": "Sum"}}
	}
	queue := func(name, queue string) []any {
		return []any{"AWS/SQS", name, "QueueName", queue, map[string]string{"stat": "Maximum"}}
	}
	var needs [][]any
	for _, who := range carriers.People() {
		needs = append(needs, lodge(config.MetricNeeds(who), "Maximum"))
	}
	figure := func(title string, at int, metrics ...[]any) widget {
		return widget{"metric", at % 24, 3 + at/24*6, 8, 6, map[string]any{
			"title": title, "region": d.AWS.Region, "metrics": metrics, "view": "timeSeries", "period": 300,
		}}
	}
	body := map[string]any{"widgets": []widget{
		{"alarm", 0, 0, 24, 3, map[string]any{"title": "Somebody has to act", "alarms": alarms}},
		figure("Oldest that is due, seconds", 0, lodge(config.MetricDueAge, "Maximum")),
		figure("Waits for a person", 8, needs...),
		figure("Tasks that failed", 16, lodge(config.MetricTasksFailed, "Sum")),
		figure("Not yet taken in, and given up", 24, queue("ApproximateNumberOfMessagesVisible", d.name),
			queue("ApproximateNumberOfMessagesVisible", d.AWS.DeadQueue())),
		figure("The trigger", 32, trigger("Invocations"), trigger("Errors"), trigger("Throttles")),
		figure("Writes of the ledger that were held back", 40,
			[]any{"AWS/DynamoDB", "WriteThrottleEvents", "TableName", d.name, map[string]string{"stat": "Sum"}}),
	}}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // it holds texts and numbers alone
	}
	awscloudwatch.NewCfnDashboard(d.stack, jsii.String("Dashboard"), &awscloudwatch.CfnDashboardProps{
		DashboardName: &d.name, DashboardBody: jsii.String(string(text)),
	})
}
