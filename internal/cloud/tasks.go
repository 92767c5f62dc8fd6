package cloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/ledger"
)

// Tasks are the workers of a Lodge, as tasks of ECS in one cluster. They are
// started by the dispatcher, and are the holders of leases: whether one is dead,
// and how it is told to end, is asked here. A task's id is [OwnerOf] its ECS id
// everywhere in Lodge; ids without that prefix are taken too. It is safe for use by
// several goroutines.
type Tasks struct {
	// Launch is what tasks are started from. nil: this program starts none.
	Launch *Launch

	client  *ecs.Client
	cluster string
	now     func() time.Time

	mu    sync.Mutex
	known map[string]known
}

var (
	_ dispatch.Launcher = (*Tasks)(nil)
	_ ledger.Holders    = (*Tasks)(nil)
	_ ledger.Ender      = (*Tasks)(nil)
	_ ledger.Forgetful  = (*Tasks)(nil)
)

// NewTasks returns the tasks of a cluster, a short name such as [config.AWS.Name].
func NewTasks(client *ecs.Client, cluster string) *Tasks {
	return &Tasks{client: client, cluster: cluster, now: time.Now, known: map[string]known{}}
}

// idPrefix begins what a task is called in the ledger.
const idPrefix = "ecs:"

// OwnerOf is what a task is called in the ledger, as the owner of leases and in its
// slot: "ecs:" and the last part of its ARN. Parts of the process add "/…".
func OwnerOf(arn string) string { return idPrefix + arn[strings.LastIndexByte(arn, '/')+1:] }

// ecsID is what ECS calls a task, by a name of the ledger's.
func ecsID(name string) string {
	name = strings.TrimPrefix(name, idPrefix)
	id, _, _ := strings.Cut(name, "/")
	return id
}

// Start implements [dispatch.Launcher] with RunTask. What the launcher was set to
// between two calls with one token, as by a deployment, is no matter: the first
// counts.
func (t *Tasks) Start(ctx context.Context, task dispatch.Task) (string, error) {
	if t.Launch == nil {
		return "", &dispatch.RefusedError{Why: "this program was not told what tasks are started from", Acts: carriers.Author}
	}
	w := &witness{}
	out, err := t.client.RunTask(ctx, t.Launch.input(t.cluster, task), w.attend)
	if conflict, ok := errors.AsType[*types.ConflictException](err); ok {
		// The token stands for this slot and fence alone, so what it started is ours.
		if len(conflict.ResourceIds) == 1 {
			return OwnerOf(conflict.ResourceIds[0]), nil
		}
		return "", fmt.Errorf("start a task for slot %d: its token is in use for %d tasks, %s; the operator looks at them: %w",
			task.Slot, len(conflict.ResourceIds), strings.Join(conflict.ResourceIds, ", "), err)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return "", fmt.Errorf("start a task for slot %d: %w", task.Slot, errors.Join(ctx.Err(), err))
	case err != nil && !w.definite():
		return "", fmt.Errorf("start a task for slot %d: nobody knows whether ECS did: %w", task.Slot, err)
	case err != nil:
		return "", explained(err, task.Slot)
	case len(out.Tasks) > 0:
		return OwnerOf(aws.ToString(out.Tasks[0].TaskArn)), nil
	case len(out.Failures) == 0:
		return "", fmt.Errorf("start a task for slot %d: ECS answered with neither a task nor a failure", task.Slot)
	case w.doubts > 1: // an earlier try may be late, and have taken the room itself: no refusal
		return "", fmt.Errorf("start a task for slot %d: an answer was lost, and the next was: %s", task.Slot, failureOf(out.Failures[0]).Why)
	}
	return "", failureOf(out.Failures[0])
}

// A Launch is what tasks are started from. All of it comes from the deployment.
type Launch struct {
	Definition     string   // the ARN of the task definition, with its revision
	Subnets        []string // where tasks run; more than one, for want of room in a zone
	SecurityGroups []string
	PublicIP       bool   // they reach the carriers by an address of their own
	Table          string // the id of the ledger's table; see [Launch.token]
}

// ReadLaunch reads a Launch from the variables that the deployment gives the
// trigger.
func ReadLaunch(env func(string) (string, bool)) (*Launch, error) {
	l := &Launch{}
	var missing []string
	get := func(name string) string {
		value, _ := env(name)
		if value == "" {
			missing = append(missing, name)
		}
		return value
	}
	l.Definition = get(config.EnvTaskDefinition)
	l.Subnets = strings.Split(get(config.EnvSubnets), ",")
	l.SecurityGroups = strings.Split(get(config.EnvSecurityGroups), ",")
	public, err := strconv.ParseBool(get(config.EnvPublicIP))
	switch {
	case len(missing) > 0:
		return nil, fmt.Errorf("%s not set: the deployment gives them to the trigger; the operator deploys again", strings.Join(missing, ", "))
	case err != nil:
		return nil, fmt.Errorf("%s is \"true\" or \"false\"; the operator deploys again: %w", config.EnvPublicIP, err)
	}
	l.PublicIP = public
	return l, nil
}

// token is a task's, of this table alone: a ledger that was restored counts its fences
// again from where it was, and ECS would return the tasks of the ledger before.
func (l *Launch) token(task dispatch.Task) string {
	sum := sha256.Sum256([]byte(l.Table + "/" + task.Token))
	return hex.EncodeToString(sum[:16])
}

// input asks for the one task of a slot. It is the same each time: ECS compares all
// of it with what it was asked before under the token. Nothing in it names an
// account but the variable for the task itself; tags and startedBy are shown to many.
func (l *Launch) input(cluster string, task dispatch.Task) *ecs.RunTaskInput {
	address := types.AssignPublicIpDisabled
	if l.PublicIP {
		address = types.AssignPublicIpEnabled
	}
	in := &ecs.RunTaskInput{
		Cluster: &cluster, TaskDefinition: &l.Definition, Count: aws.Int32(1), ClientToken: aws.String(l.token(task)),
		StartedBy:     aws.String(fmt.Sprintf("%s/slot-%d/fence-%d", cluster, task.Slot, task.Fence)),
		PropagateTags: types.PropagateTagsTaskDefinition,
		LaunchType:    types.LaunchTypeFargate, // and not Spot: docs/running-on-aws.md says why
		Tags:          []types.Tag{{Key: aws.String("lodge"), Value: &cluster}},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: l.Subnets, SecurityGroups: l.SecurityGroups, AssignPublicIp: address,
		}},
		Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{
			Name: aws.String(config.ProgramWorker), Environment: []types.KeyValuePair{
				variable(config.EnvSlot, strconv.Itoa(task.Slot)),
				variable(config.EnvFence, strconv.FormatInt(task.Fence, 10)),
				variable(config.EnvAccounts, words(task.Accounts)),
			},
		}}},
	}
	return in
}

func variable(name, value string) types.KeyValuePair {
	return types.KeyValuePair{Name: &name, Value: &value}
}

// words is a list of accounts as a variable has it: separated by commas, what is
// no plain name escaped as in the path of a URL.
func words(accounts []string) string {
	var list []string
	for _, name := range accounts {
		list = append(list, url.PathEscape(name))
	}
	return strings.Join(list, ",")
}
