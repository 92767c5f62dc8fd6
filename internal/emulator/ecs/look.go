package ecs

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

type describeTasks struct {
	Cluster string   `json:"cluster"`
	Tasks   []string `json:"tasks"`
	Include []string `json:"include"`
}

// mostDescribed is how many tasks one call may name, and one page lists.
const mostDescribed = 100

// describeTasks shows tasks; those that it does not know are failures. mu is held.
func (c *Cluster) describeTasks(in describeTasks) (any, *fault) {
	if failed := c.named(in.Cluster); failed != nil {
		return nil, failed
	}
	switch {
	case len(in.Tasks) == 0:
		return nil, invalid("Tasks cannot be empty.")
	case len(in.Tasks) > mostDescribed:
		return nil, invalid("Tasks cannot have more than %d elements.", mostDescribed)
	}
	views, failures := []any{}, []map[string]string{}
	for _, name := range in.Tasks {
		if t := c.seen(name); t != nil {
			views = append(views, t.view(slices.Contains(in.Include, "TAGS")))
			continue
		}
		arn := name
		if t := (&task{cluster: c, id: name}); !isARN(name) {
			arn = t.arn()
		}
		failures = append(failures, map[string]string{"arn": arn, "reason": "MISSING"})
	}
	return map[string]any{"tasks": views, "failures": failures}, nil
}

func isARN(name string) bool { return len(name) > 4 && name[:4] == "arn:" }

type listTasks struct {
	Cluster       string `json:"cluster"`
	DesiredStatus string `json:"desiredStatus"`
	Family        string `json:"family"`
	StartedBy     string `json:"startedBy"`
	MaxResults    *int   `json:"maxResults"`
	NextToken     string `json:"nextToken"`
}

// listTasks lists what there was a moment ago, a page at a time. mu is held.
func (c *Cluster) listTasks(in listTasks) (any, *fault) {
	most := mostDescribed
	if in.MaxResults != nil {
		most = *in.MaxResults
	}
	first, err := strconv.Atoi(cmp.Or(in.NextToken, "0"))
	if failed := c.named(in.Cluster); failed != nil {
		return nil, failed
	}
	switch {
	case most < 1 || most > mostDescribed:
		return nil, invalid("maxResults must be between 1 and %d.", mostDescribed)
	case err != nil || first < 0:
		return nil, invalid("Invalid token")
	case in.StartedBy != "" && (in.Family != "" || in.DesiredStatus != ""):
		return nil, invalid("startedBy must be the only filter.")
	}
	list := arns(c.listed(in))
	end := min(first+most, len(list))
	out := map[string]any{"taskArns": append([]string{}, list[min(first, end):end]...)}
	if end < len(list) {
		out["nextToken"] = strconv.Itoa(end)
	}
	return out, nil
}

// listed are the tasks as they were before the lag. mu is held.
func (c *Cluster) listed(in listTasks) []*task {
	lag := max(0, cmp.Or(c.knobs.ListLag, listLag))
	then := time.Now().Add(-lag)
	want := cmp.Or(in.DesiredStatus, running)
	var list []*task
	for _, t := range c.tasks {
		desired := running
		if !t.stoppingAt.IsZero() && !t.stoppingAt.After(then) {
			desired = stopped
		}
		switch {
		case t.created.After(then), desired != want, in.StartedBy != "" && t.ask.StartedBy != in.StartedBy:
		case t.last == stopped && time.Since(t.stoppedAt) > cmp.Or(c.knobs.Forget, forget):
		case in.Family != "" && in.Family != c.settings.Cluster:
		default:
			list = append(list, t)
		}
	}
	return list
}
