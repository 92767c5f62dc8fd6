package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/dispatch"
)

// An Identity is a task as it knows itself.
type Identity struct {
	Owner   string // in the ledger: [OwnerOf] its ARN
	Cluster string // the short name
	ARN     string
}

// metadataVariable names where a container of a task asks about itself (ECS
// Developer Guide, "Task metadata endpoint version 4 for tasks on Fargate").
const metadataVariable = "ECS_CONTAINER_METADATA_URI_V4"

// ErrNoTask says that this program does not run as a task of ECS.
var ErrNoTask = errors.New("this program does not run as a task of ECS, which gives its containers $" + metadataVariable +
	": on a machine of one's own it is lodge run that files")

// Self asks which task this program is. Outside ECS the error is [ErrNoTask].
func Self(ctx context.Context) (Identity, error) {
	address := os.Getenv(metadataVariable)
	if address == "" {
		return Identity{}, ErrNoTask
	}
	var id Identity
	var err error
	for _, rest := range []time.Duration{0, time.Second, 4 * time.Second} { // it may not listen yet
		if !clock.Pause(ctx, rest) {
			return Identity{}, errors.Join(ctx.Err(), err)
		}
		if id, err = ask(ctx, address+"/task"); err == nil {
			return id, nil
		}
	}
	return Identity{}, fmt.Errorf("which task this is: %w; it ends, and its slot's lease runs out", err)
}

// ask reads the metadata of the task once.
func ask(ctx context.Context, address string) (Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody) //nolint:gosec // the address is of ECS's own making
	if err != nil {
		return Identity{}, err
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req) // by no proxy: it is on this host
	if err != nil {
		return Identity{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Identity{}, fmt.Errorf("%s answers %s", address, resp.Status)
	}
	var task struct{ Cluster, TaskARN string }
	if err := json.NewDecoder(resp.Body).Decode(&task); err != nil {
		return Identity{}, fmt.Errorf("%s: %w", address, err)
	}
	owner := OwnerOf(task.TaskARN)
	if !strings.HasPrefix(task.TaskARN, "arn:") || !owners.MatchString(owner) || task.Cluster == "" {
		return Identity{}, fmt.Errorf("%s names the task %q in the cluster %q", address, task.TaskARN, task.Cluster)
	}
	return Identity{Owner: owner, Cluster: task.Cluster[strings.LastIndexByte(task.Cluster, '/')+1:], ARN: task.TaskARN}, nil
}

// ReadTask reads the slot, the fence and the accounts that [Tasks.Start] gave this
// program.
func ReadTask(env func(string) (string, bool)) (dispatch.Task, error) {
	var t dispatch.Task
	wrong := func(name string, err error) (dispatch.Task, error) {
		value, _ := env(name)
		return dispatch.Task{}, fmt.Errorf("%s is %q: only the dispatcher starts a worker, with the slot that it works in: %w", name, value, err)
	}
	var err error
	slot, _ := env(config.EnvSlot)
	if t.Slot, err = strconv.Atoi(slot); err != nil || t.Slot < 1 {
		return wrong(config.EnvSlot, errors.Join(err, errNumber))
	}
	fence, _ := env(config.EnvFence)
	if t.Fence, err = strconv.ParseInt(fence, 10, 64); err != nil || t.Fence < 1 {
		return wrong(config.EnvFence, errors.Join(err, errNumber))
	}
	accounts, _ := env(config.EnvAccounts)
	for _, escaped := range strings.Split(accounts, ",") {
		name, err := url.PathUnescape(escaped)
		if err != nil || name == "" {
			return wrong(config.EnvAccounts, errors.Join(err, errors.New("it is no list of accounts")))
		}
		t.Accounts = append(t.Accounts, name)
	}
	return t, nil
}

var errNumber = errors.New("it is a number from 1 on")
