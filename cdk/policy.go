package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// A document is an IAM policy as JSON has it.
type document = map[string]any

// A statement lets somebody do something.
type statement = map[string]any

// allow lets actions be done to resources.
func allow(what string, actions []string, resources ...string) statement {
	return statement{"Sid": what, "Effect": "Allow", "Action": actions, "Resource": resources}
}

// when restricts a statement. conditions are as IAM has them: operator, key, values.
func when(s statement, conditions map[string]any) statement {
	s["Condition"] = conditions
	return s
}

// by names the service of a resource policy's statement.
func by(service string, s statement) statement {
	s["Principal"] = map[string]any{"Service": service}
	return s
}

// encrypted denies everything that does not come over TLS.
func encrypted(actions string, resources ...string) statement {
	return statement{
		"Sid": "EncryptedOnTheWay", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"}, "Action": actions, "Resource": resources,
		"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
	}
}

func policy(statements ...statement) document {
	return document{"Version": "2012-10-17", "Statement": statements}
}

// ours is the condition that a service acts for something of this account that is
// called like arn, and not for somebody else's.
func (d *deployment) ours(arn string) map[string]any {
	return map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": *d.stack.Account()},
		"ArnLike":      map[string]any{"aws:SourceArn": arn},
	}
}

// role makes a role that a service takes on, for what is called like source.
func (d *deployment) role(id, service, source, describes string, statements ...statement) awsiam.CfnRole {
	trust := statement{"Effect": "Allow", "Principal": map[string]any{"Service": service}, "Action": "sts:AssumeRole"}
	if source != "" {
		when(trust, d.ours(source))
	}
	return awsiam.NewCfnRole(d.stack, &id, &awsiam.CfnRoleProps{
		AssumeRolePolicyDocument: policy(trust),
		Description:              &describes,
		Policies: &[]any{&awsiam.CfnRole_PolicyProperty{
			PolicyName: jsii.String("lodge"), PolicyDocument: policy(statements...),
		}},
	})
}

// readsLedger and writesLedger are the calls of DynamoDB that the ledger makes
// (internal/ledger/dynamo), for a program or a person. A Scan is none.
func (d *deployment) readsLedger() []statement {
	return []statement{
		allow("ReadLedger", []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:DescribeTable"}, *d.table.AttrArn()),
		allow("ListLedger", []string{"dynamodb:Query"}, *d.table.AttrArn(), *d.table.AttrArn()+"/index/*"),
	}
}

func (d *deployment) writesLedger() statement {
	return allow("WriteLedger", []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}, *d.table.AttrArn())
}

// names lets the names of objects be listed, all of them: whoever may not is told 403
// of an object that is not there, where programs need 404 (Amazon S3 API Reference,
// GetObject), and such a request has no prefix that could be a condition.
func (d *deployment) names() statement {
	return allow("ListNames", []string{"s3:ListBucket"}, d.bucketARN(""))
}

// below are the names of all that lies in the bucket below some keys.
func (d *deployment) below(keys ...string) (arns []string) {
	for _, key := range keys {
		arns = append(arns, d.bucketARN(key))
	}
	return arns
}

// livesOrDies lets a program learn which tasks live, and end one: whoever takes over
// from a task proves first that it is dead.
func (d *deployment) livesOrDies() statement {
	return when(allow("TasksThatLive", []string{"ecs:DescribeTasks", "ecs:StopTask"}, d.arn("ecs", "task/"+d.name+"/*")),
		map[string]any{"ArnEquals": map[string]any{"ecs:cluster": d.clusterARN()}})
}

func (d *deployment) clusterARN() string { return d.arn("ecs", "cluster/"+d.name) }
