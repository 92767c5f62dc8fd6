package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// A deployment is the stack of one stage while it is put together. Its parts are made
// in the order in which they need each other. They are CloudFormation's own resources
// (Cfn…) rather than the CDK's richer ones, whose grants and defaults would add to
// policies what nobody wrote here.
type deployment struct {
	stage
	options
	stack awscdk.Stack
	name  string // what most of it is called: config.AWS.Name
	zip   string // folder of the trigger's zip

	bucket     awss3.CfnBucket
	queue      awssqs.CfnQueue
	dead       awssqs.CfnQueue
	table      awsdynamodb.CfnTable
	secrets    map[string]awssecretsmanager.CfnSecret // by account, also that of config.OutboxAccount
	logs       map[string]awslogs.CfnLogGroup         // by program
	net        netParts
	repository awsecr.CfnRepository
	cluster    awsecs.CfnCluster
	task       awsecs.CfnTaskDefinition
	roles      taskRoles
	trigger    awslambda.CfnFunction
	topic      awssns.CfnTopic
}

// taskRoles are the roles of a task: what its program may do, and what Fargate does
// to start it.
type taskRoles struct{ worker, execution awsiam.CfnRole }

// deploy adds the stack of a stage.
func deploy(scope constructs.Construct, s stage, o options, zip string) {
	d := &deployment{stage: s, options: o, name: s.AWS.Name(), zip: zip}
	d.stack = awscdk.NewStack(scope, &d.name, &awscdk.StackProps{
		Env:                   &awscdk.Environment{Region: &s.AWS.Region},
		Description:           text("Lodge, stage %s: files approved invoices with insurance carriers", s.Stage),
		TerminationProtection: jsii.Bool(s.production()),
	})
	awscdk.Tags_Of(d.stack).Add(jsii.String("lodge"), &d.name, nil) // tasks have it too, from the trigger that starts them
	for _, part := range []func(){
		d.queues, d.objects, d.ledger, d.accounts, d.logGroups, d.network, d.image,
		d.workers, d.triggers, d.bells, d.people, d.alarms, d.spending, d.dashboard, d.outputs,
	} {
		part()
	}
}

// text is a string for the CDK, which wants addresses of them.
func text(format string, args ...any) *string { return jsii.String(fmt.Sprintf(format, args...)) }

// arn is the name of something of the stage's region and account, such as
// ("sqs", "lodge-prod").
func (d *deployment) arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", *awscdk.Aws_PARTITION(), service, d.AWS.Region, *d.stack.Account(), resource)
}

// global is the name of something of the stage's account that is in no region.
func (d *deployment) global(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s::%s:%s", *awscdk.Aws_PARTITION(), service, *d.stack.Account(), resource)
}

// bucketARN is the name of the bucket, or of what lies in it below key.
func (d *deployment) bucketARN(key string) string {
	arn := fmt.Sprintf("arn:%s:s3:::%s", *awscdk.Aws_PARTITION(), d.AWS.Bucket)
	if key != "" {
		arn += "/" + key + "*"
	}
	return arn
}

// A guarded resource has policies for when it leaves the template.
type guarded interface {
	ApplyRemovalPolicy(policy awscdk.RemovalPolicy, options *awscdk.RemovalPolicyOptions)
}

// keep sees to it that removing the stack of production leaves r, and of another
// stage too where always says so. What a change of the template would replace stays
// in every stage. What a deployment made that failed goes with it: the next one would
// find its name taken.
func (d *deployment) keep(r guarded, always bool) {
	policy := awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	if !always && !d.production() {
		policy = awscdk.RemovalPolicy_DESTROY
	}
	r.ApplyRemovalPolicy(policy, &awscdk.RemovalPolicyOptions{ApplyToUpdateReplacePolicy: jsii.Bool(false)})
	r.(awscdk.CfnResource).CfnOptions().SetUpdateReplacePolicy(awscdk.CfnDeletionPolicy_RETAIN)
}

// outputs tell people what they have to type.
func (d *deployment) outputs() {
	for _, o := range []struct{ id, value, means string }{
		{"InboxFolder", "s3://" + d.AWS.Bucket + "/inbox/ACCOUNT/", "where approved invoices are put"},
		{"ImageRepository", *d.repository.AttrRepositoryUri(), "where the worker's image is pushed"},
		{"AlarmTopic", *d.topic.Ref(), "whom alarms tell: subscribe to it"},
		{"WorkerRevision", *d.task.Ref(), "the revision that the trigger starts"},
	} {
		awscdk.NewCfnOutput(d.stack, &o.id, &awscdk.CfnOutputProps{Value: &o.value, Description: &o.means})
	}
	if d.net.address != nil {
		awscdk.NewCfnOutput(d.stack, jsii.String("EgressAddress"), &awscdk.CfnOutputProps{
			Value: d.net.address, Description: jsii.String("the address that carriers see; it stays"),
		})
	}
}
