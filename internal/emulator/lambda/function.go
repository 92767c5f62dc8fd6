// Package lambda runs a function's own bootstrap as AWS Lambda does: the binary
// that is shipped, as a process of its own for each execution environment, behind
// the Runtime API (Lambda Developer Guide, "Using the Lambda runtime API for
// custom runtimes"). A [Mapping] feeds it from a queue. It is for tests.
package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Options say which function runs, and how.
type Options struct {
	Bootstrap string        // the binary
	Env       []string      // the function's variables; nothing of this process's is passed on but PATH
	Timeout   time.Duration // of an invocation: then its environment is ended
	Most      int           // environments at the same time: the reserved concurrency
	Log       io.Writer     // what the function writes to stdout and stderr
}

// ErrThrottled says that all environments are busy (TooManyRequestsException).
var ErrThrottled = errors.New("the function has no free environment (TooManyRequestsException)")

// A FunctionError is an invocation that failed in the function.
type FunctionError struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// Error implements error.
func (e *FunctionError) Error() string { return "the function failed: " + e.Type + ": " + e.Message }

// A Function is a deployed function. It is safe for use by several goroutines.
type Function struct {
	Options

	mu    sync.Mutex
	idle  []*environment
	live  map[*environment]bool
	began int             // environments, ever
	inits []time.Duration // from the start of each to its first question
	done  bool
}

// New deploys a function. Nothing starts before it is invoked. Close ends it.
func New(o Options) *Function {
	return &Function{Options: o, live: map[*environment]bool{}}
}

// Invoke has the function handle an event, in an environment that is idle or a
// new one, and returns its response. Errors: [ErrThrottled], a [*FunctionError],
// that of ctx, or that the binary could not be started.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	e, err := f.take()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	a, err := e.invoke(ctx, event)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = &FunctionError{"Sandbox.Timedout", fmt.Sprintf("Task timed out after %s", f.Timeout)}
	case err == nil && a.failed:
		failure := &FunctionError{}
		if json.Unmarshal(a.body, failure) != nil {
			failure.Message = string(a.body)
		}
		f.giveBack(e)
		return nil, failure
	}
	if err != nil { // whatever it still does is ended, as Lambda ends it
		f.drop(e)
		return nil, err
	}
	f.giveBack(e)
	return a.body, nil
}

// take is an environment that nothing else is invoked in.
func (f *Function) take() (*environment, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.done:
		return nil, errors.New("the function is deleted")
	case len(f.idle) > 0:
		e := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		return e, nil
	case len(f.live) >= f.Most:
		return nil, ErrThrottled
	}
	f.began++
	e, err := begin(f.Options, f.began, f.initialised)
	if err != nil {
		return nil, err
	}
	f.live[e] = true
	return e, nil
}

func (f *Function) giveBack(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, e)
}

func (f *Function) drop(e *environment) {
	e.end()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.live, e)
}

func (f *Function) initialised(took time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inits = append(f.inits, took)
}

// Inits are how long each environment took from its start to its first question
// for an event: the cold start without what Lambda adds.
func (f *Function) Inits() []time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]time.Duration(nil), f.inits...)
}

// Recycle ends the environments that nothing is invoked in, as Lambda does after a
// deployment, and whenever it likes.
func (f *Function) Recycle() {
	f.mu.Lock()
	idle := f.idle
	f.idle = nil
	f.mu.Unlock()
	for _, e := range idle {
		f.drop(e)
	}
}

// Close ends all environments, whatever they do, and waits for them.
func (f *Function) Close() {
	f.mu.Lock()
	f.done = true
	live := f.live
	f.live, f.idle = map[*environment]bool{}, nil
	f.mu.Unlock()
	for e := range live {
		e.end()
	}
}
