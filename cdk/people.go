package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"example.com/lodge/internal/config"
)

// people make the policies for whoever has a laptop: to look, to operate, and to set
// logins. Each can be attached to a person or a group without the others, but for
// operating, which goes with looking.
func (d *deployment) people() {
	for _, p := range []struct {
		name, describes string
		may             []statement
	}{
		{"look", "sees what Lodge knows: lodge status, show, report, evidence, with its logs and alarms", d.look()},
		{"operate", "decides: lodge rerun, resolve, pause, submit; rings the bell, ends tasks. Goes with " + d.name + "-look", d.operate()},
		{"secrets", "sets the logins of accounts and the keys of webhooks, and reads them", d.setSecrets()},
	} {
		awsiam.NewCfnManagedPolicy(d.stack, text("People-%s", p.name), &awsiam.CfnManagedPolicyProps{
			ManagedPolicyName: text("%s-%s", d.name, p.name), Description: text("Lodge %s: %s", d.Stage, p.describes),
			PolicyDocument: policy(p.may...),
		})
	}
}

func (d *deployment) look() []statement {
	logs := []string{d.arn("logs", "log-group:"+d.AWS.LogGroup("*"))}
	return append(d.readsLedger(), d.names(),
		allow("Objects", []string{"s3:GetObject", "s3:GetObjectVersion"},
			d.below(config.InboxKeys, config.StagedKeys, config.TakenKeys, config.EvidenceKeys, config.StatusKeys)...),
		allow("Versions", []string{"s3:ListBucketVersions"}, d.bucketARN("")),
		allow("Queues", []string{"sqs:GetQueueUrl", "sqs:GetQueueAttributes"}, *d.queue.AttrArn(), *d.dead.AttrArn()),
		allow("Tasks", []string{"ecs:DescribeTasks"}, d.arn("ecs", "task/"+d.name+"/*")),
		when(allow("AllTasks", []string{"ecs:ListTasks"}, "*"), // its resource is a container instance, which Fargate has not
			map[string]any{"ArnEquals": map[string]any{"ecs:cluster": d.clusterARN()}}),
		allow("Logs", []string{"logs:FilterLogEvents", "logs:GetLogEvents", "logs:DescribeLogStreams", "logs:StartQuery"}, logs...),
		allow("Figures", []string{ // have no resources (Service Authorization Reference, Amazon CloudWatch)
			"cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "logs:GetQueryResults",
		}, "*"),
		allow("Runbook", []string{"lambda:GetFunction", "lambda:GetFunctionConcurrency"}, *d.trigger.AttrArn()),
		allow("RunbookAnywhere", []string{ // have no resources
			"lambda:GetAccountSettings", "scheduler:ListSchedules", "servicequotas:GetServiceQuota",
		}, "*"),
		allow("Dashboard", []string{"cloudwatch:GetDashboard"}, d.global("cloudwatch", "dashboard/"+d.name)),
	)
}

// operate includes telling topics and buses, as lodge outbox test does; with the keys
// of webhooks it does so for who may also set secrets.
func (d *deployment) operate() []statement {
	return append([]statement{
		d.writesLedger(),
		allow("Put", []string{"s3:PutObject"}, d.below(config.InboxKeys)...),
		allow("TestStatus", []string{"s3:PutObject", "s3:DeleteObject"}, d.bucketARN("")+"/"+config.StatusKeys+config.StatusTest),
		allow("Again", []string{"sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks", "sqs:ReceiveMessage", "sqs:DeleteMessage",
			"sqs:GetQueueAttributes"}, *d.dead.AttrArn()),
		allow("AgainTo", []string{"sqs:SendMessage"}, *d.queue.AttrArn()),
		allow("Ring", []string{"lambda:InvokeFunction"}, *d.trigger.AttrArn()),
		d.livesOrDies(),
	}, d.tells()...)
}

// setSecrets reads as well: a secret holds several keys, and one is set by writing
// them all and moving the label. It makes none: the deployment does, and would find
// its name taken.
func (d *deployment) setSecrets() []statement {
	return []statement{allow("Logins", []string{
		"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
		"secretsmanager:DescribeSecret",
	}, d.arn("secretsmanager", "secret:"+d.AWS.SecretName("*")))}
}
