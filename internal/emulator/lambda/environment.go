package lambda

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// runtimeAPI is the version of the Runtime API, before every path.
const runtimeAPI = "/2018-06-01/runtime/"

// An answer is what the function made of one event.
type answer struct {
	body   []byte
	failed bool
}

// An event is one invocation on its way to the function.
type event struct {
	id       string
	body     []byte
	deadline time.Time
	answer   chan answer // takes one
}

// An environment is one process of the function, which handles one event at a
// time.
type environment struct {
	process *exec.Cmd
	server  *http.Server
	events  chan event
	ended   chan struct{} // the process is gone
	gone    chan struct{} // nobody wants it any more
	begun   time.Time
	ready   func(took time.Duration)
	name    string

	once  sync.Once // of ready
	leave sync.Once // of gone
	n     int       // invocations, by the one who invokes

	mu    sync.Mutex
	open  *event // what the function handles
	start string // why it could not initialise
}

// begin starts a process. ready is told when it first asks for an event.
func begin(o Options, n int, ready func(time.Duration)) (*environment, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &environment{
		events: make(chan event), ended: make(chan struct{}), gone: make(chan struct{}), ready: ready, begun: time.Now(),
		name: fmt.Sprintf("environment-%d", n),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+runtimeAPI+"invocation/next", e.next)
	mux.HandleFunc("POST "+runtimeAPI+"invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) { e.answered(w, r, false) })
	mux.HandleFunc("POST "+runtimeAPI+"invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) { e.answered(w, r, true) })
	mux.HandleFunc("POST "+runtimeAPI+"init/error", e.notInitialised)
	e.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = e.server.Serve(listener) }()
	e.process = exec.Command(o.Bootstrap)
	e.process.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(),
		"AWS_LAMBDA_FUNCTION_NAME=f", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
		"AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023",
	}, o.Env...)
	e.process.Stdout, e.process.Stderr = o.Log, o.Log
	e.process.WaitDelay = time.Second
	if err := e.process.Start(); err != nil {
		_ = e.server.Close()
		return nil, fmt.Errorf("start the function: %w", err)
	}
	go func() {
		_ = e.process.Wait()
		close(e.ended)
	}()
	return e, nil
}

// invoke gives the function an event and waits for its answer.
func (e *environment) invoke(ctx context.Context, body []byte) (answer, error) {
	e.n++
	deadline, _ := ctx.Deadline()
	ev := event{id: fmt.Sprintf("%s-%d", e.name, e.n), body: body, deadline: deadline, answer: make(chan answer, 1)}
	for asked := e.events; ; asked = nil {
		select {
		case asked <- ev:
		case a := <-ev.answer:
			return a, nil
		case <-e.ended:
			select { // it may have answered and ended
			case a := <-ev.answer:
				return a, nil
			default:
				return answer{}, e.died()
			}
		case <-ctx.Done():
			return answer{}, ctx.Err()
		}
	}
}

// died says why the process is gone.
func (e *environment) died() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.start != "" {
		return &FunctionError{"Runtime.InitError", e.start}
	}
	return &FunctionError{"Runtime.ExitError", "RequestId: the runtime exited: " + e.process.ProcessState.String()}
}

// next answers with the next event, whenever there is one.
func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	e.once.Do(func() { e.ready(time.Since(e.begun)) })
	select {
	case ev := <-e.events:
		e.mu.Lock()
		e.open = &ev
		e.mu.Unlock()
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", ev.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(ev.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:f")
		h.Set("Content-Type", "application/json")
		_, _ = w.Write(ev.body)
	case <-e.gone:
	case <-r.Context().Done():
	}
}

// answered takes the function's word on the event that it handles.
func (e *environment) answered(w http.ResponseWriter, r *http.Request, failed bool) {
	body, err := io.ReadAll(r.Body)
	e.mu.Lock()
	open := e.open
	if err == nil && open != nil && open.id == r.PathValue("id") {
		e.open = nil
	} else {
		open = nil
	}
	e.mu.Unlock()
	if open == nil {
		http.Error(w, `{"errorType":"InvalidRequestID"}`, http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	open.answer <- answer{body, failed}
}

func (e *environment) notInitialised(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	e.start = string(body)
	e.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// end kills the process, as Lambda does with an environment that it does not need,
// and returns when it is gone.
func (e *environment) end() {
	e.leave.Do(func() { close(e.gone) })
	_ = e.process.Process.Kill()
	<-e.ended
	_ = e.server.Close()
}
