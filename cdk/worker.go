package main

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/cdk/cost"
	"example.com/lodge/internal/config"
)

// stopSeconds is what Fargate gives a task to end in, at most (ECS API Reference,
// ContainerDefinition, stopTimeout).
const stopSeconds = 120

// Folders of the image that may be written to. The Dockerfile makes them, for user
// 10001, and declares them as volumes: Fargate gives a volume the owner that the folder
// has in the image.
const (
	workFolder  = "/lodge"
	stateFolder = workFolder + "/state"
	homeFolder  = workFolder + "/home"
	user        = "10001:10001"
)

// tasksService is who takes on the roles of tasks.
const tasksService = "ecs-tasks.amazonaws.com"

// image makes the repository of the worker's image. A tag means one image for ever.
func (d *deployment) image() {
	d.repository = awsecr.NewCfnRepository(d.stack, jsii.String("Repository"), &awsecr.CfnRepositoryProps{
		RepositoryName: &d.name, ImageTagMutability: jsii.String("IMMUTABLE"), EmptyOnDelete: true,
		ImageScanningConfiguration: &awsecr.CfnRepository_ImageScanningConfigurationProperty{ScanOnPush: true},
		LifecyclePolicy: &awsecr.CfnRepository_LifecyclePolicyProperty{LifecyclePolicyText: text(`{"rules":[`+
			`{"rulePriority":1,"description":"the last %d images, to go back to","action":{"type":"expire"},`+
			`"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":%d}}]}`, cost.Images, cost.Images)},
	})
	d.repository.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil) // an image can be built again
}

// workers make the tasks: the cluster, their roles, and what one of them is like.
func (d *deployment) workers() {
	d.cluster = awsecs.NewCfnCluster(d.stack, jsii.String("Cluster"), &awsecs.CfnClusterProps{
		ClusterName: &d.name, CapacityProviders: &[]any{"FARGATE"},
		DefaultCapacityProviderStrategy: &[]any{&awsecs.CfnCluster_CapacityProviderStrategyItemProperty{
			CapacityProvider: jsii.String("FARGATE"), Weight: jsii.Number(1),
		}},
	})
	d.taskRoles()
	tag := awscdk.NewCfnParameter(d.stack, jsii.String("ImageTag"), &awscdk.CfnParameterProps{
		Type: jsii.String("String"), AllowedPattern: jsii.String("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"),
		Description: text("The tag of the worker's image in the repository %s", d.name),
	})
	var volumes []any
	for _, v := range scratch() {
		volumes = append(volumes, &awsecs.CfnTaskDefinition_VolumeProperty{Name: &v.name})
	}
	d.task = awsecs.NewCfnTaskDefinition(d.stack, jsii.String("Task"), &awsecs.CfnTaskDefinitionProps{
		Family: &d.name, RequiresCompatibilities: jsii.Strings("FARGATE"), NetworkMode: jsii.String("awsvpc"),
		RuntimePlatform: &awsecs.CfnTaskDefinition_RuntimePlatformProperty{
			CpuArchitecture: jsii.String("ARM64"), OperatingSystemFamily: jsii.String("LINUX"),
		},
		Cpu: jsii.String(strconv.Itoa(d.cpu)), Memory: jsii.String(strconv.Itoa(d.memory)),
		TaskRoleArn: d.roles.worker.AttrArn(), ExecutionRoleArn: d.roles.execution.AttrArn(),
		Volumes: volumes, ContainerDefinitions: &[]any{d.container(*tag.ValueAsString())},
	})
	// A trigger of the version before may still start the revision that it knows.
	d.task.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, &awscdk.RemovalPolicyOptions{ApplyToUpdateReplacePolicy: jsii.Bool(false)})
	d.task.CfnOptions().SetUpdateReplacePolicy(awscdk.CfnDeletionPolicy_RETAIN)
}

// scratch are the folders that may be written to, which go with the task.
func scratch() []struct{ name, folder string } {
	return []struct{ name, folder string }{{"state", stateFolder}, {"home", homeFolder}, {"tmp", "/tmp"}}
}

func (d *deployment) container(tag string) *awsecs.CfnTaskDefinition_ContainerDefinitionProperty {
	var mounts []any
	for _, v := range scratch() {
		mounts = append(mounts, &awsecs.CfnTaskDefinition_MountPointProperty{
			SourceVolume: &v.name, ContainerPath: &v.folder, ReadOnly: false,
		})
	}
	return &awsecs.CfnTaskDefinition_ContainerDefinitionProperty{
		Name: jsii.String(config.ProgramWorker), Image: text("%s:%s", *d.repository.AttrRepositoryUri(), tag), Essential: true,
		Memory: jsii.Number(d.memory),
		User:   jsii.String(user), ReadonlyRootFilesystem: true, Privileged: false, StopTimeout: jsii.Number(stopSeconds),
		WorkingDirectory: jsii.String(workFolder), MountPoints: mounts,
		LinuxParameters: &awsecs.CfnTaskDefinition_LinuxParametersProperty{
			InitProcessEnabled: true, // who ends what a browser leaves behind
			Capabilities:       &awsecs.CfnTaskDefinition_KernelCapabilitiesProperty{Drop: jsii.Strings("ALL")},
		},
		Environment: &[]any{
			&awsecs.CfnTaskDefinition_KeyValuePairProperty{Name: jsii.String(config.EnvYAML), Value: &d.text},
			&awsecs.CfnTaskDefinition_KeyValuePairProperty{Name: jsii.String("HOME"), Value: jsii.String(homeFolder)},
		},
		LogConfiguration: &awsecs.CfnTaskDefinition_LogConfigurationProperty{
			LogDriver: jsii.String("awslogs"),
			Options: map[string]string{
				"awslogs-group": d.AWS.LogGroup(config.ProgramWorker), "awslogs-region": d.AWS.Region,
				"awslogs-stream-prefix": "task", "mode": "non-blocking", "max-buffer-size": "4m",
			},
		},
	}
}

// taskRoles make the role of the worker's program and the one by which Fargate starts
// it.
func (d *deployment) taskRoles() {
	tasks := d.arn("ecs", "*") // ECS User Guide, "Amazon ECS task IAM role": the task is not known yet
	evidence := []string{"s3:GetObject", "s3:PutObject"}
	if !d.Keep.ForEver() {
		evidence = append(evidence, "s3:DeleteObject")
	}
	worker := append(d.readsLedger(), d.writesLedger(), d.livesOrDies(), d.names(),
		allow("Evidence", evidence, d.below(config.EvidenceKeys)...),
		allow("Copies", []string{"s3:GetObject"}, d.below(config.StagedKeys)...),
		allow("Status", []string{"s3:PutObject"}, d.below(config.StatusKeys)...),
	)
	d.roles.worker = d.role("WorkerRole", tasksService, tasks, "Lodge's worker", append(worker, d.tells()...)...)
	d.readLogins(d.roles.worker)
	d.roles.execution = d.role("ExecutionRole", tasksService, tasks, "Starts Lodge's worker: pulls its image, writes its log",
		allow("Ask", []string{"ecr:GetAuthorizationToken"}, "*"), // has no resources (Service Authorization Reference, Amazon ECR)
		allow("Pull", []string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}, *d.repository.AttrArn()),
		d.writesLog(config.ProgramWorker),
	)
}

// writesLog lets a program write to its log group.
func (d *deployment) writesLog(program string) statement {
	return allow("Log", []string{"logs:CreateLogStream", "logs:PutLogEvents"}, d.arn("logs", "log-group:"+d.AWS.LogGroup(program)+":*"))
}
