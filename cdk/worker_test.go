package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/lodge/internal/config"
)

func container(t *testing.T, tp template) resource {
	t.Helper()
	task := tp.one(t, "ECS::TaskDefinition")
	if n := len(texts(task.Properties["ContainerDefinitions"])); n != 1 {
		t.Fatalf("%d containers", n)
	}
	return resource{id: "worker", Properties: dig(map[string]any(task.Properties), "ContainerDefinitions.0").(map[string]any)}
}

// TestWorkerIsConfined: whatever a carrier's page does to the browser, there is
// nothing to write to, nobody to become, and no rights.
func TestWorkerIsConfined(t *testing.T) {
	tp := production(t)
	checks(t, container(t, tp), map[string]string{
		"ReadonlyRootFilesystem":                 "true",
		"Privileged":                             "false",
		"User":                                   "10001:10001",
		"LinuxParameters.InitProcessEnabled":     "true",
		"LinuxParameters.Capabilities.Drop":      `["ALL"]`,
		"LinuxParameters.Capabilities.Add":       "",
		"StopTimeout":                            "120",
		"Essential":                              "true",
		"Image":                                  "<Repository.RepositoryUri>:<ImageTag>",
		"LogConfiguration.LogDriver":             "awslogs",
		"LogConfiguration.Options.awslogs-group": "/lodge/production/worker",
		"Secrets":                                "", "EntryPoint": "", "Command": "", "PortMappings": "",
	})
	checks(t, tp.one(t, "ECS::TaskDefinition"), map[string]string{
		"RequiresCompatibilities": `["FARGATE"]`, "NetworkMode": "awsvpc", "Cpu": "1024", "Memory": "4096",
		"RuntimePlatform.CpuArchitecture": "ARM64", "Volumes": `[{"Name":"state"},{"Name":"home"},{"Name":"tmp"}]`,
	})
	checks(t, tp.one(t, "ECS::Cluster"), map[string]string{"CapacityProviders": `["FARGATE"]`}) // Spot ends a task in the middle of a commit
	checks(t, tp.one(t, "ECR::Repository"), map[string]string{
		"ImageTagMutability": "IMMUTABLE", "ImageScanningConfiguration.ScanOnPush": "true",
	})
	if tp.Parameters["ImageTag"]["Default"] != nil {
		t.Error("an image is deployed that nobody named")
	}
}

// TestImageHasTheFolders: what may be written to is made in the image for the user
// that the task runs as, and declared a volume; else Fargate makes it root's (Amazon
// ECS Developer Guide, "Use bind mounts with Amazon ECS").
func TestImageHasTheFolders(t *testing.T) {
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	c := container(t, production(t))
	for _, m := range c.Properties["MountPoints"].([]any) {
		r := resource{Properties: m.(map[string]any)}
		if folder := r.at("ContainerPath"); !strings.Contains(string(text), `"`+folder+`"`) || r.at("ReadOnly") != "false" {
			t.Errorf("%s: no volume of the Dockerfile", folder)
		}
	}
	id, _, _ := strings.Cut(c.at("User"), ":")
	for _, line := range []string{"WORKDIR " + c.at("WorkingDirectory"), "USER " + c.at("User"), "--uid " + id, "HOME=" + homeFolder} {
		if !strings.Contains(string(text), line) {
			t.Errorf("the Dockerfile has no %q", line)
		}
	}
	s := stage{}
	s.Path = "/x/lodge.yaml"
	if rel, err := filepath.Rel(workFolder, stateFolder); err != nil || rel != "state" {
		t.Errorf("lodge.yaml's state is %s of the work folder", rel)
	}
}

// TestTrigger: the program that the facts of Lambda ask for.
func TestTrigger(t *testing.T) {
	checks(t, production(t).one(t, "Lambda::Function"), map[string]string{
		"Runtime": "provided.al2023", "Architectures": `["arm64"]`, "Handler": "bootstrap", "Timeout": "60",
		"LoggingConfig.LogGroup": "<Logstrigger>", "ReservedConcurrentExecutions": "", "VpcConfig": "",
		"Role": "<TriggerRole.Arn>", "Environment.Variables." + config.EnvTaskDefinition: "<Task>",
	})
}
