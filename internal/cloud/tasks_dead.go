package cloud

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"example.com/lodge/internal/dispatch"
	"example.com/lodge/internal/holder"
)

// owners match the tasks of ECS among the owners of leases: their ids have 32
// hexadecimal digits, or 36 characters in accounts that have not changed to those.
var owners = regexp.MustCompile(`^ecs:[0-9a-f]([0-9a-f]{31}|[0-9a-f-]{35})(/.*)?$`)

const (
	// forgotten is how long after the end of its lease a task that ECS does not know
	// is dead. ECS shows stopped tasks for an hour at least (API Reference,
	// DescribeTasks), and new ones after some minutes at most (RunTask: "up to five
	// minutes"). Whoever took a lease was running then, so that one that is missing an
	// hour after its lease has ended is not too new to be seen, but forgotten.
	forgotten = time.Hour

	// fresh is how long a task that lives is not asked after again: a takeover asks
	// for each lease, and DescribeTasks takes 20 calls a second. The dead stay dead.
	fresh = 5 * time.Second

	// kept is how many answers are kept.
	kept = 4096
)

// known is what ECS said of a task.
type known struct {
	state dispatch.State
	at    time.Time
}

// Dead implements [ledger.Holders]. It is proven of a task that is STOPPED: then
// Fargate has ended its containers, whatever they did. One that is missing may be
// too new to be seen, or have been forgotten; see [Tasks.DeadSince]. Of anything
// else, and of those that are no tasks, the error is [holder.ErrUnknown]. A task of
// another AWS account or region is missing too: that the cluster stands where the
// ledger's table does is the deployment's to see to, which names both.
func (t *Tasks) Dead(ctx context.Context, owner string) (bool, error) {
	return t.DeadSince(ctx, owner, -1)
}

// DeadSince implements [ledger.Forgetful]: a missing task is dead an hour after its
// lease has ended, and not before.
func (t *Tasks) DeadSince(ctx context.Context, owner string, ended time.Duration) (bool, error) {
	if !owners.MatchString(owner) {
		return false, fmt.Errorf("%w: %q is no task of ECS", holder.ErrUnknown, owner)
	}
	state, err := t.ask(ctx, owner)
	switch {
	case err != nil:
		return false, fmt.Errorf("%w: %w", holder.ErrUnknown, err)
	case state == dispatch.Missing && ended < forgotten:
		return false, fmt.Errorf("%w: cluster %s does not know %s, as it does not know a new task, or one that ended over an hour ago; "+
			"an hour after its lease has ended Lodge takes it for dead by itself", holder.ErrUnknown, t.cluster, owner)
	}
	return state == dispatch.Ended || state == dispatch.Missing, nil
}

// ask is what ECS says of a task, or said a moment ago.
func (t *Tasks) ask(ctx context.Context, owner string) (dispatch.State, error) {
	id := ecsID(owner)
	t.mu.Lock()
	last, ok := t.known[id]
	t.mu.Unlock()
	if ok && (last.state == dispatch.Ended || t.now().Sub(last.at) < fresh) {
		return last.state, ctx.Err()
	}
	states, err := t.State(ctx, id)
	if err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= kept {
		clear(t.known)
	}
	t.known[id] = known{states[id], t.now()}
	return states[id], nil
}

// End implements [ledger.Ender] with StopTask. Of those that are no tasks it is no
// error: [Tasks.Dead] tells of them.
func (t *Tasks) End(ctx context.Context, owner, why string) error {
	if !owners.MatchString(owner) {
		return nil
	}
	return t.end(ctx, ecsID(owner), "Lodge: "+why)
}
