package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// options are what can be set beside lodge.yaml, as context: cdk deploy -c network=fixed.
// The zero value of each is the default.
type options struct {
	configs []string // config: lodge.yaml, one a stage, separated by commas; $LODGE_CONFIG, or ../lodge.yaml
	trigger string   // trigger: the program of the trigger, built for Linux on ARM
	network network  // network: how tasks reach the carriers
	cpu     int      // cpu: of a task, in 1/1024
	memory  int      // memory: of a task, in MiB
	budget  int      // budget: dollars a month, of the whole AWS account, that somebody is told of
	oldest  int      // oldest: hours that a submission may be due before somebody is told
	email   string   // email: who is told; "": nobody yet
}

// A network is how tasks reach the carriers.
type network string

const (
	public  network = "public"  // by addresses of their own, without NAT: nothing to pay while nothing runs
	private network = "private" // from private subnets, by a NAT gateway in each of two zones
	fixed   network = "fixed"   // from private subnets, by one NAT gateway whose address stays: for carriers that list their callers
)

// The defaults. A task of 1 vCPU and 4 GiB visits four accounts side by side at ease:
// see docs/running-on-aws.md, "What it costs".
const (
	defaultTrigger = "../bin/trigger/bootstrap"
	defaultCPU     = 1024
	defaultMemory  = 4096
	defaultBudget  = 30
	defaultOldest  = 12
)

// memories are what Fargate has for a number of CPU units, in MiB (ECS Developer
// Guide, "Task definition parameters for Fargate", task size). Less than 2 GiB does
// not hold two browsers.
var memories = map[int]struct{ from, to, step int }{
	512:  {2048, 4096, 1024},
	1024: {2048, 8192, 1024},
	2048: {4096, 16384, 1024},
	4096: {8192, 30720, 1024},
	8192: {16384, 61440, 4096},
}

// readOptions reads the options from what get returns for a key, nil for what is not set.
func readOptions(get func(key string) any) (options, error) {
	r := contextReader{get: get}
	o := options{
		configs: strings.Split(r.text("config", configPath()), ","),
		trigger: r.text("trigger", defaultTrigger),
		network: network(r.text("network", string(public))),
		cpu:     r.number("cpu", defaultCPU),
		memory:  r.number("memory", defaultMemory),
		budget:  r.number("budget", defaultBudget),
		oldest:  r.number("oldest", defaultOldest),
		email:   r.text("email", ""),
	}
	if !slices.Contains([]network{public, private, fixed}, o.network) {
		r.wrong("network is %s, %s or %s, not %q", public, private, fixed, o.network)
	}
	m, ok := memories[o.cpu]
	switch {
	case !ok:
		r.wrong("cpu is one of %v, not %d", slices.Sorted(maps.Keys(memories)), o.cpu)
	case o.memory < m.from || o.memory > m.to || o.memory%m.step != 0:
		r.wrong("with cpu %d, memory is %d to %d in steps of %d, not %d", o.cpu, m.from, m.to, m.step, o.memory)
	}
	if o.email != "" && !strings.Contains(o.email, "@") {
		r.wrong("email is an address, not %q", o.email)
	}
	return o, errors.Join(r.errs...)
}

func configPath() string {
	if path := os.Getenv("LODGE_CONFIG"); path != "" {
		return path
	}
	return "../lodge.yaml"
}

// A contextReader reads context and remembers what is wrong with it.
type contextReader struct {
	get  func(key string) any
	errs []error
}

func (r *contextReader) wrong(format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("the operator corrects -c "+format, args...))
}

func (r *contextReader) text(key, otherwise string) string {
	v := r.get(key)
	if v == nil || v == "" {
		return otherwise
	}
	return fmt.Sprint(v)
}

// number reads a whole number above 0, which the command line passes as text.
func (r *contextReader) number(key string, otherwise int) int {
	n, err := strconv.Atoi(r.text(key, strconv.Itoa(otherwise)))
	if err != nil || n <= 0 {
		r.wrong("%s is a whole number above 0", key)
		return otherwise
	}
	return n
}
