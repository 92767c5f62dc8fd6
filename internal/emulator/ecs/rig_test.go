package ecs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"example.com/lodge/internal/emulator/ecs"
)

// deedKey makes the test binary a container that does something.
const deedKey = "LODGE_TEST_DEED"

func TestMain(m *testing.M) {
	deed := os.Getenv(deedKey)
	told := make(chan os.Signal, 1)
	switch deed {
	case "":
		os.Exit(m.Run())
	case "wait", "heed", "show", "breed":
		signal.Notify(told, syscall.SIGTERM)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	}
	switch deed {
	case "leave":
		os.Exit(3)
	case "show":
		fmt.Println(strings.Join(os.Environ(), "\n"))
		fmt.Println(asked(os.Getenv("ECS_CONTAINER_METADATA_URI_V4") + "/task"))
		os.Exit(0)
	case "breed": // a child that leaves the group and is told to heed nothing
		child := exec.Command(os.Args[0])
		child.Env = []string{deedKey + "=stubborn"}
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Start(); err != nil {
			panic(err)
		}
		fmt.Println("child", child.Process.Pid)
	}
	fmt.Println("ready")
	<-told
	if deed == "heed" {
		os.Exit(0)
	}
	signal.Reset(syscall.SIGTERM)
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	select {}
}

func asked(url string) string {
	resp, err := http.Get(url)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	var v map[string]any
	err = json.NewDecoder(resp.Body).Decode(&v)
	return fmt.Sprint(v["TaskARN"], " ", v["Cluster"], " ", err)
}

// A rig is a cluster and a client of the real SDK.
type rig struct {
	*ecs.Cluster
	client *sdk.Client
	t      *testing.T

	mu     sync.Mutex
	events []string // STATUS of each event, in the order of their coming
}

func rigged(t *testing.T, deed string, settings ecs.Settings) *rig {
	t.Helper()
	r := &rig{t: t}
	settings.Program = []string{os.Args[0]}
	settings.Env = append(settings.Env, deedKey+"="+deed)
	settings.Events = func(text []byte) {
		var e struct {
			Type   string `json:"detail-type"`
			Detail struct {
				LastStatus string `json:"lastStatus"`
				StopCode   string `json:"stopCode"`
				TaskArn    string `json:"taskArn"`
				Containers []struct {
					ExitCode *int `json:"exitCode"`
				} `json:"containers"`
			} `json:"detail"`
		}
		if err := json.Unmarshal(text, &e); err != nil || e.Type != "ECS Task State Change" || !strings.HasPrefix(e.Detail.TaskArn, "arn:aws:ecs:") {
			t.Errorf("event %s: %v", text, err)
		}
		line := e.Detail.LastStatus
		if e.Detail.LastStatus == "STOPPED" {
			line += " " + e.Detail.StopCode
			if code := e.Detail.Containers[0].ExitCode; code != nil {
				line += fmt.Sprint(" ", *code)
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, line)
	}
	r.Cluster = ecs.Start(t, settings)
	r.client = sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: &r.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""), RetryMaxAttempts: 1,
	})
	return r
}

// ask is a RunTask that is in order.
func ask(change func(*sdk.RunTaskInput)) *sdk.RunTaskInput {
	in := &sdk.RunTaskInput{
		Cluster: aws.String("lodge-test"), TaskDefinition: aws.String("lodge-test:1"), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-1"}}},
	}
	if change != nil {
		change(in)
	}
	return in
}

func (r *rig) started(change func(*sdk.RunTaskInput)) []types.Task {
	r.t.Helper()
	out, err := r.client.RunTask(r.t.Context(), ask(change))
	if err != nil {
		r.t.Fatal(err)
	}
	return out.Tasks
}

func (r *rig) described(arn string) (types.Task, bool) {
	r.t.Helper()
	out, err := r.client.DescribeTasks(r.t.Context(), &sdk.DescribeTasksInput{Cluster: aws.String("lodge-test"), Tasks: []string{arn}})
	if err != nil {
		r.t.Fatal(err)
	}
	if len(out.Tasks) == 0 {
		if len(out.Failures) != 1 || *out.Failures[0].Reason != "MISSING" || !strings.HasPrefix(*out.Failures[0].Arn, "arn:aws:ecs:") {
			r.t.Errorf("%s is neither there nor missing: %+v", arn, out)
		}
		return types.Task{}, false
	}
	return out.Tasks[0], true
}

// reaches waits until a task has a status.
func (r *rig) reaches(arn, status string) types.Task {
	r.t.Helper()
	var last types.Task
	eventually(r.t, status, func() bool {
		last, _ = r.described(arn)
		return last.LastStatus != nil && *last.LastStatus == status
	})
	return last
}

// ready waits until the container listens to signals.
func (r *rig) ready(arn string) {
	r.t.Helper()
	eventually(r.t, "ready", func() bool { return strings.Contains(r.Output(arn[len(arn)-32:]), "ready") })
}

func (r *rig) stop(arn string) {
	r.t.Helper()
	if _, err := r.client.StopTask(r.t.Context(), &sdk.StopTaskInput{Cluster: aws.String("lodge-test"), Task: &arn, Reason: aws.String("enough")}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) told() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.events...)
}

// eventually waits for something that another process brings about.
func eventually(t *testing.T, what string, there func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !there() {
		select {
		case <-ctx.Done():
			t.Fatalf("never %s", what)
		case <-tick.C:
		}
	}
}
