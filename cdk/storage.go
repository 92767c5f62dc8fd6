package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger/dynamo/table"
)

// The queue of the doorbell. A message that the trigger could not take in is seen
// again after visibleSeconds, five times; then it is a person's.
const (
	triggerSeconds = 60                               // of one run of the trigger, at most
	windowSeconds  = 2                                // that a batch is gathered for
	visibleSeconds = 6*triggerSeconds + windowSeconds // six times the function's: Lambda Developer Guide, "Using Lambda with Amazon SQS"
	receives       = 5
	queueDays      = 14 // the most that SQS has
	day            = 24 * 60 * 60
	logDays        = 400 // of the few that CloudWatch Logs has, the first after a year
)

// queues makes the queue that S3 rings and the one of what could not be taken in.
func (d *deployment) queues() {
	d.dead = awssqs.NewCfnQueue(d.stack, jsii.String("DeadQueue"), &awssqs.CfnQueueProps{
		QueueName: jsii.String(d.AWS.DeadQueue()), MessageRetentionPeriod: jsii.Number(queueDays * day), SqsManagedSseEnabled: true,
		RedriveAllowPolicy: map[string]any{
			"redrivePermission": "byQueue", "sourceQueueArns": []string{d.arn("sqs", d.name)},
		},
	})
	d.queue = awssqs.NewCfnQueue(d.stack, jsii.String("Queue"), &awssqs.CfnQueueProps{
		QueueName: &d.name, MessageRetentionPeriod: jsii.Number(queueDays * day), SqsManagedSseEnabled: true,
		VisibilityTimeout: jsii.Number(visibleSeconds), ReceiveMessageWaitTimeSeconds: jsii.Number(20),
		RedrivePolicy: map[string]any{"deadLetterTargetArn": *d.dead.AttrArn(), "maxReceiveCount": receives},
	})
	awssqs.NewCfnQueuePolicy(d.stack, jsii.String("DeadQueuePolicy"), &awssqs.CfnQueuePolicyProps{
		Queues: &[]*string{d.dead.Ref()}, PolicyDocument: policy(encrypted("sqs:*", *d.dead.AttrArn())),
	})
}

// rings lets the bucket, and nobody else, put messages into the queue.
func (d *deployment) rings() awssqs.CfnQueuePolicy {
	return awssqs.NewCfnQueuePolicy(d.stack, jsii.String("QueuePolicy"), &awssqs.CfnQueuePolicyProps{
		Queues: &[]*string{d.queue.Ref()},
		PolicyDocument: policy(
			by("s3.amazonaws.com", when(allow("BucketRings", []string{"sqs:SendMessage"}, *d.queue.AttrArn()), d.ours(d.bucketARN("")))),
			encrypted("sqs:*", *d.queue.AttrArn()),
		),
	})
}

// objects makes the bucket. It tells the queue of what is put below inbox/ by itself,
// without the program that the CDK would deploy for it.
func (d *deployment) objects() {
	d.bucket = awss3.NewCfnBucket(d.stack, jsii.String("Bucket"), &awss3.CfnBucketProps{
		BucketName:              &d.AWS.Bucket,
		VersioningConfiguration: &awss3.CfnBucket_VersioningConfigurationProperty{Status: jsii.String("Enabled")},
		BucketEncryption: &awss3.CfnBucket_BucketEncryptionProperty{
			ServerSideEncryptionConfiguration: &[]any{&awss3.CfnBucket_ServerSideEncryptionRuleProperty{
				ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{SseAlgorithm: jsii.String("AES256")},
			}},
		},
		PublicAccessBlockConfiguration: &awss3.CfnBucket_PublicAccessBlockConfigurationProperty{
			BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
		},
		OwnershipControls: &awss3.CfnBucket_OwnershipControlsProperty{
			Rules: &[]any{&awss3.CfnBucket_OwnershipControlsRuleProperty{ObjectOwnership: jsii.String("BucketOwnerEnforced")}},
		},
		LifecycleConfiguration: &awss3.CfnBucket_LifecycleConfigurationProperty{Rules: d.lifecycle()},
		NotificationConfiguration: &awss3.CfnBucket_NotificationConfigurationProperty{
			QueueConfigurations: &[]any{&awss3.CfnBucket_QueueConfigurationProperty{
				Event: jsii.String("s3:ObjectCreated:*"), Queue: d.queue.AttrArn(),
				Filter: &awss3.CfnBucket_NotificationFilterProperty{S3Key: &awss3.CfnBucket_S3KeyFilterProperty{
					Rules: &[]any{&awss3.CfnBucket_FilterRuleProperty{Name: jsii.String("prefix"), Value: jsii.String(config.InboxKeys)}},
				}},
			}},
		},
	})
	d.keep(d.bucket, true) // CloudFormation cannot remove a bucket that holds something
	d.bucket.AddDependency(d.rings())
	awss3.NewCfnBucketPolicy(d.stack, jsii.String("BucketPolicy"), &awss3.CfnBucketPolicyProps{
		Bucket: d.bucket.Ref(), PolicyDocument: policy(encrypted("s3:*", *d.bucket.AttrArn(), *d.bucket.AttrArn()+"/*")),
	})
}

// ledger makes the table as the ledger says it is.
func (d *deployment) ledger() {
	def := table.Definition()
	attributes := map[string]bool{}
	key := func(k table.Key) *[]any {
		attributes[k.Partition], attributes[k.Sort] = true, true
		return &[]any{
			&awsdynamodb.CfnTable_KeySchemaProperty{AttributeName: &k.Partition, KeyType: jsii.String("HASH")},
			&awsdynamodb.CfnTable_KeySchemaProperty{AttributeName: &k.Sort, KeyType: jsii.String("RANGE")},
		}
	}
	var indexes []any
	for _, i := range def.Indexes {
		indexes = append(indexes, &awsdynamodb.CfnTable_GlobalSecondaryIndexProperty{
			IndexName: &i.Name, KeySchema: key(i.Key),
			Projection: &awsdynamodb.CfnTable_ProjectionProperty{ProjectionType: jsii.String("KEYS_ONLY")},
		})
	}
	primary := key(def.Key)
	d.table = awsdynamodb.NewCfnTable(d.stack, jsii.String("Table"), &awsdynamodb.CfnTableProps{
		TableName: &d.name, BillingMode: jsii.String("PAY_PER_REQUEST"),
		KeySchema: primary, GlobalSecondaryIndexes: indexes, AttributeDefinitions: stringAttributes(attributes),
		TimeToLiveSpecification: &awsdynamodb.CfnTable_TimeToLiveSpecificationProperty{AttributeName: &def.Expires, Enabled: true},
		PointInTimeRecoverySpecification: &awsdynamodb.CfnTable_PointInTimeRecoverySpecificationProperty{
			PointInTimeRecoveryEnabled: def.Recovery,
		},
		DeletionProtectionEnabled: def.Protected && d.production(),
	})
	d.keep(d.table, false)
	if d.production() { // protected from being removed, by a deployment that failed too, which would then hang half-way
		d.table.CfnOptions().SetDeletionPolicy(awscdk.CfnDeletionPolicy_RETAIN)
	}
}

// logGroups makes what the programs write to, and their metrics come from.
func (d *deployment) logGroups() {
	d.logs = map[string]awslogs.CfnLogGroup{}
	for _, program := range []string{config.ProgramTrigger, config.ProgramWorker} {
		d.logs[program] = awslogs.NewCfnLogGroup(d.stack, text("Logs-%s", program), &awslogs.CfnLogGroupProps{
			LogGroupName: jsii.String(d.AWS.LogGroup(program)), RetentionInDays: jsii.Number(logDays),
		})
		d.logs[program].ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	}
}
