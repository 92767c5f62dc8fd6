// Package secrets is a small Secrets Manager for tests, as far as Lodge uses one:
// no emulator of it was to be had. What it does is what the API reference says;
// the contract tests beside it name the page for each behaviour. Nothing but
// tests imports it.
package secrets

import (
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/emulator/awsjson"
)

// The staging labels that the service moves by itself.
const (
	Current  = "AWSCURRENT"
	Previous = "AWSPREVIOUS"
)

// A Fake is a Secrets Manager on loopback.
type Fake struct {
	URL string

	mu      sync.Mutex
	secrets map[string]*kept // by name
	calls   []string
	before  func(operation string) *awsjson.Error
	after   func(operation string) *awsjson.Error
	meet    func(operation string)
}

type kept struct {
	name     string
	versions map[string]*version // by id
	deleted  bool                // marked for deletion
}

type version struct {
	id     string
	text   *string
	binary []byte
	made   time.Time
	stages []string
}

// Start starts an empty Secrets Manager that ends with the test.
func Start(t testing.TB) *Fake {
	t.Helper()
	f := &Fake{secrets: map[string]*kept{}}
	server := httptest.NewServer(awsjson.Handler("secretsmanager", "secretsmanager", map[string]awsjson.Operation{
		"CreateSecret": f.create, "GetSecretValue": f.get, "PutSecretValue": f.put, "UpdateSecretVersionStage": f.stage,
		"DeleteSecret": f.remove, "RestoreSecret": f.restore,
	}, f.around))
	server.Config.ErrorLog = nil
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// Before has fail decide which requests are answered with an error instead of
// being done; nil: none. [awsjson.Lost] as the code breaks the connection.
func (f *Fake) Before(fail func(operation string) *awsjson.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = fail
}

// After has fail decide which requests are done and then answered with an error.
func (f *Fake) After(fail func(operation string) *awsjson.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.after = fail
}

// Meet has meet be called before each request is done, outside of all locks: a
// test does there what another program does in between.
func (f *Fake) Meet(meet func(operation string)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.meet = meet
}

// Calls are the operations that were asked for so far, also those that failed.
func (f *Fake) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *Fake) around(name string, body []byte, do awsjson.Operation) (any, *awsjson.Error) {
	f.mu.Lock()
	f.calls = append(f.calls, name)
	before, after, meet := f.before, f.after, f.meet
	f.mu.Unlock()
	if meet != nil {
		meet(name)
	}
	if before != nil {
		if err := before(name); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	answer, err := do(body)
	f.mu.Unlock()
	if err == nil && after != nil {
		err = after(name)
	}
	return answer, err
}
