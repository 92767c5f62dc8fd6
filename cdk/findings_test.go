package main

// An explanation says why something that cdk-nag or cfn-guard finds stays as it is.
// This table is all that is passed over: a finding without a row fails, and so does a
// row without a finding.
type explanation struct {
	rule string // cdk-nag's, or cfn-guard's; * is any text
	on   string // names of resources, separated by blanks; * at the end is any text
	why  string
}

var explained = []explanation{
	// Rights that end in "*".
	{"AwsSolutions-IAM5[Resource::*:s3:::*/evidence/*]", "WorkerRole Peoplelook", "names of objects are not known before; the prefix is Lodge's own part of the bucket"},
	{"AwsSolutions-IAM5[Resource::*:s3:::*/staged/*]", "WorkerRole TriggerRole Peoplelook", "likewise"},
	{"AwsSolutions-IAM5[Resource::*:s3:::*/status/*]", "WorkerRole TriggerRole Peoplelook", "likewise"},
	{"AwsSolutions-IAM5[Resource::*:s3:::*/taken/*]", "TriggerRole Peoplelook", "likewise"},
	{"AwsSolutions-IAM5[Resource::*:s3:::*/inbox/*]", "TriggerRole Peoplelook Peopleoperate", "likewise: the firm's files"},
	{"AwsSolutions-IAM5[Resource::<Table.Arn>/index/*]", "WorkerRole TriggerRole Peoplelook", "the indexes of one table, all of which are the ledger's"},
	{"AwsSolutions-IAM5[Resource::*:task/lodge-*/*]", "WorkerRole TriggerRole Peoplelook Peopleoperate", "tasks get their numbers when they start; the cluster is Lodge's own and a condition besides"},
	{"AwsSolutions-IAM5[Resource::*:task-definition/lodge-*:*]", "TriggerRole", "revisions of one family: two adjacent versions run side by side during a deployment"},
	{"AwsSolutions-IAM5[Resource::*:log-group:/lodge/*/worker:*]", "ExecutionRole", "the streams of one log group"},
	{"AwsSolutions-IAM5[Resource::*:log-group:/lodge/*/trigger:*]", "TriggerRole", "likewise"},
	{"AwsSolutions-IAM5[Resource::*:log-group:/lodge/*/*]", "Peoplelook", "the log groups of one stage, for people who look"},
	{"AwsSolutions-IAM5[Resource::*:secret:lodge/*/*]", "Peoplesecrets", "the secrets of one stage, for people who set them; no program has this policy"},
	{"AwsSolutions-IAM5[Resource::*]", "ExecutionRole Peoplelook", "calls that have no resource, and ListTasks, which has the cluster as condition: TestNoWildcards lists them"},

	// Keys of one's own. AWS encrypts all of it with keys of its own; a key of the firm's costs a dollar a month each and a
	// call for each object, and protects from nobody who has the roles above.
	{"cloudwatch_log_group_encrypted_check", "Logstrigger Logsworker", "encrypted with AWS's key; logs hold no text of an invoice and no secret"},
	{"dynamodb_table_encrypted_kms_check", "Table", "encrypted with AWS's key"},
	{"s3_bucket_default_encryption_kms_check", "Bucket", "encrypted with S3's key (SSE-S3)"},

	// The bucket.
	{"AwsSolutions-S1", "Bucket", "access logs need a second bucket, which nobody reads; who changed evidence, the chain tells, and CloudTrail records calls where a firm wants it"},
	{"s3_bucket_logging_enabled_check", "Bucket", "likewise"},
	{"s3_bucket_object_lock_enabled_check", "Bucket", "what evidence.keep of lodge.yaml lets go must go; without it no program may delete evidence, and versions stay"},

	// Secrets.
	{"AwsSolutions-SMG4", "Secret*", "a carrier's password is changed at the carrier's website, by a person; Lodge tells when one is getting old"},

	// Tasks and functions.
	{"AwsSolutions-ECS2", "Task", "lodge.yaml is settings, not secrets, and goes with the revision that it was deployed with"},
	{"AwsSolutions-ECS4", "Cluster", "Container Insights costs more than the tasks; what matters is measured in metrics of Lodge's own"},
	{"ecs_container_insights_enabled_check", "Cluster", "likewise"},
	{"lambda_inside_vpc_check", "Trigger", "it talks to AWS alone, and to webhooks; in the network it would need NAT, which costs more than all the rest"},
	{"AwsSolutions-VPC7", "Network*", "flow logs cost more than the tasks; nothing can call in, and each visit's own proxy keeps to the carrier's hosts"},
}
