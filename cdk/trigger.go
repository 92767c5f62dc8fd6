package main

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/internal/config"
)

// How many messages wake the trigger at a time, and how many of it run side by side
// for the queue. Concurrency is not reserved: a young AWS account has ten runs in all
// and refuses to reserve any, and what the queue can start is bounded here already.
const (
	triggerBatch   = 25
	triggerAtOnce  = 4
	triggerMemory  = 256 // MB
	retriesOfEvent = 1   // of the sweep and of stopped tasks: the next sweep comes soon
)

// triggers make the function that looks at the ledger when a bell rings.
func (d *deployment) triggers() {
	code := awss3assets.NewAsset(d.stack, jsii.String("TriggerZip"), &awss3assets.AssetProps{Path: &d.zip})
	role := d.role("TriggerRole", "lambda.amazonaws.com", "", "Lodge's trigger: takes in, plans, starts tasks", d.triggerMay()...)
	d.trigger = awslambda.NewCfnFunction(d.stack, jsii.String("Trigger"), &awslambda.CfnFunctionProps{
		FunctionName: &d.name, Description: text("Lodge %s: looks at the ledger and starts tasks", d.Stage),
		Runtime: jsii.String("provided.al2023"), Architectures: jsii.Strings("arm64"), Handler: jsii.String("bootstrap"),
		Code: &awslambda.CfnFunction_CodeProperty{S3Bucket: code.S3BucketName(), S3Key: code.S3ObjectKey()},
		Role: role.AttrArn(), Timeout: jsii.Number(triggerSeconds), MemorySize: jsii.Number(triggerMemory),
		LoggingConfig: &awslambda.CfnFunction_LoggingConfigProperty{LogGroup: d.logs[config.ProgramTrigger].Ref()},
		Environment: &awslambda.CfnFunction_EnvironmentProperty{Variables: map[string]string{
			"LODGE_CONFIG":           "/var/task/lodge.yaml", // where Lambda unpacks the zip
			config.EnvTaskDefinition: *d.task.Ref(),
			config.EnvSubnets:        joined(d.net.subnets),
			config.EnvSecurityGroups: *d.net.group.AttrGroupId(),
			config.EnvPublicIP:       strconv.FormatBool(d.net.own),
		}},
	})
	awslambda.NewCfnEventInvokeConfig(d.stack, jsii.String("TriggerEvents"), &awslambda.CfnEventInvokeConfigProps{
		FunctionName: d.trigger.Ref(), Qualifier: jsii.String("$LATEST"),
		MaximumRetryAttempts: jsii.Number(retriesOfEvent), MaximumEventAgeInSeconds: jsii.Number(5 * 60),
	})
	awslambda.NewCfnEventSourceMapping(d.stack, jsii.String("TriggerQueue"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: d.trigger.Ref(), EventSourceArn: d.queue.AttrArn(),
		BatchSize: jsii.Number(triggerBatch), MaximumBatchingWindowInSeconds: jsii.Number(windowSeconds),
		FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		ScalingConfig:         &awslambda.CfnEventSourceMapping_ScalingConfigProperty{MaximumConcurrency: jsii.Number(triggerAtOnce)},
	})
}

// triggerMay is what the trigger may do. It cannot read a login, nor evidence, and
// gives tasks no role but the two that are made for them.
func (d *deployment) triggerMay() []statement {
	own := d.below(config.StagedKeys, config.TakenKeys)
	inbox := allow("ListVersions", []string{"s3:ListBucketVersions"}, d.bucketARN(""))
	when(inbox, map[string]any{"StringLike": map[string]any{"s3:prefix": config.InboxKeys + "*"}})
	may := append(d.readsLedger(), d.writesLedger(), d.livesOrDies(), d.writesLog(config.ProgramTrigger),
		allow("Queue", []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, *d.queue.AttrArn()),
		d.names(), inbox,
		allow("Inbox", []string{"s3:GetObject", "s3:GetObjectVersion"}, d.below(config.InboxKeys)...),
		allow("Own", []string{"s3:GetObject", "s3:PutObject"}, own...),
		allow("Status", []string{"s3:PutObject"}, d.below(config.StatusKeys)...),
		when(allow("Start", []string{"ecs:RunTask"}, d.arn("ecs", "task-definition/"+d.name+":*")),
			map[string]any{"ArnEquals": map[string]any{"ecs:cluster": d.clusterARN()}}),
		when(allow("Tag", []string{"ecs:TagResource"}, d.arn("ecs", "task/"+d.name+"/*")), // tasks that it starts, when it starts them
			map[string]any{"StringEquals": map[string]any{"ecs:CreateAction": "RunTask"}}),
		when(allow("GiveRoles", []string{"iam:PassRole"}, *d.roles.worker.AttrArn(), *d.roles.execution.AttrArn()),
			map[string]any{"StringEquals": map[string]any{"iam:PassedToService": tasksService}}),
	)
	if s, ok := d.secrets[config.OutboxAccount]; ok { // the keys of webhooks, of no carrier
		may = append(may, allow("Sign", []string{"secretsmanager:GetSecretValue"}, *s.Ref()))
	}
	return append(may, d.tells()...)
}
