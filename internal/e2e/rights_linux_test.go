package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/visit/visittest"
)

// The access keys of programs and people, each with the roles and policies of the
// deployment. Whoever has another key, as the tests themselves, may do anything.
const (
	asTrigger = "AKIDTRIGGER"
	asWorker  = "AKIDWORKER"
	asLooker  = "AKIDLOOK"
	asDecider = "AKIDOPERATE"
	asKeeper  = "AKIDSECRETS"
)

// rolesOf are the roles and policies of whoever has a key; false: of nobody's concern.
func rolesOf(key string) ([]string, bool) {
	roles, ok := map[string][]string{
		asTrigger: {"TriggerRole"}, asWorker: {"WorkerRole"},
		asLooker: {"Peoplelook"}, asDecider: {"Peoplelook", "Peopleoperate"}, asKeeper: {"Peoplesecrets"},
	}[key]
	return roles, ok
}

// withoutHarm says whether programs go on without what they were kept from: lodge tells
// of passwords that are missing or get old to whoever may read them.
func withoutHarm(what string) bool {
	return slices.Contains([]string{asLooker + " secretsmanager:GetSecretValue", asDecider + " secretsmanager:GetSecretValue"}, what)
}

// A gate stands before the emulators and lets everybody do what the deployment lets
// them, by cdk/testdata/rights.txt, which a test of the template writes.
type gate struct {
	URL string

	rights []right

	mu      sync.Mutex
	targets map[string]*url.URL // by the service's name in signatures
	did     map[string]int      // "KEY ACTION"
	refused map[string]string   // likewise, with the last resource
}

// A right is a line of rights.txt.
type right struct {
	who, does string
	on        *regexp.Regexp
	below     string // of s3:prefix; "": any
}

// openGate opens a gate that is held against the rights when the test ends.
func openGate(t *testing.T) *gate {
	t.Helper()
	text, err := os.ReadFile("../../cdk/testdata/rights.txt")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{targets: map[string]*url.URL{}, did: map[string]int{}, refused: map[string]string{}}
	below := regexp.MustCompile(`"s3:prefix":"([^"*]*)\*"`)
	for line := range strings.Lines(string(text)) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		glob := strings.ReplaceAll(regexp.QuoteMeta(words[2]), `\*`, ".*")
		one := right{who: words[0], does: words[1], on: regexp.MustCompile("^" + glob + "$")}
		if m := below.FindStringSubmatch(line); m != nil {
			one.below = m[1]
		}
		g.rights = append(g.rights, one)
	}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: g.lead, Transport: g, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // an answer that is lost stays lost
	})
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		t.Logf("done with rights of the deployment: %v", slices.Sorted(maps.Keys(g.did)))
		for what, on := range g.refused {
			if !withoutHarm(what) {
				t.Errorf("the deployment does not let it: %s to %s", what, on)
			}
		}
	})
	g.URL = server.URL
	return g
}

// before has the gate stand before a service.
func (g *gate) before(service, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	target, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	g.targets[service] = target
}

// signedRE is who signed a request, and for which service.
var signedRE = regexp.MustCompile(`Credential=([A-Z]+)/[0-9]+/[a-z0-9-]+/([a-z0-9]+)/aws4_request`)

// signed reads that; both are "" of a request that nobody signed.
func signed(r *http.Request) (key, service string) {
	if m := signedRE.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		return m[1], m[2]
	}
	return "", ""
}

func (g *gate) lead(r *httputil.ProxyRequest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, service := signed(r.In)
	if target := g.targets[service]; target != nil {
		r.SetURL(target)
	}
}

// RoundTrip implements [http.RoundTripper]: it sends on what may be done.
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	who, service := signed(r)
	if who == "" {
		return answer(r, http.StatusForbidden, "MissingAuthenticationToken"), nil
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	for _, a := range actsOf(r, service, body) {
		if !g.may(who, a) {
			return answer(r, http.StatusForbidden, map[string]string{"s3": "AccessDenied", "sns": "AuthorizationError"}[service]), nil
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// may says whether somebody may do something, and remembers it.
func (g *gate) may(who string, a act) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	roles, bound := rolesOf(who)
	if !bound {
		return true
	}
	for _, r := range g.rights {
		if slices.Contains(roles, r.who) && r.does == a.does && strings.HasPrefix(a.prefix, r.below) && slices.ContainsFunc(a.on, r.on.MatchString) {
			g.did[who+" "+a.does]++
			return true
		}
	}
	g.refused[who+" "+a.does] = strings.Join(a.on, " or ")
	return false
}

// used says whether somebody was let do something, such as "AKIDWORKER s3:PutObject".
func (g *gate) used(what string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.did[what] > 0
}

// refusedTo says whether somebody was kept from something, which then is as it should be.
func (g *gate) refusedTo(what string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, was := g.refused[what]
	delete(g.refused, what)
	return was
}

// answer refuses in the words of a service. Code "" is that of the services that
// speak JSON.
func answer(r *http.Request, status int, code string) *http.Response {
	w := httptest.NewRecorder()
	if code == "" {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.WriteString(`{"__type":"AccessDeniedException","message":"refused by the gate"}`)
	} else {
		w.WriteHeader(status)
		fault := "<Error><Code>" + code + "</Code><Message>refused by the gate</Message></Error>"
		if code == "AuthorizationError" {
			fault = "<ErrorResponse>" + fault + "</ErrorResponse>"
		}
		_, _ = w.WriteString(fault)
	}
	answer := w.Result()
	answer.Request = r
	return answer
}

// An act is one action on one resource, as rights.txt calls both.
type act struct {
	does   string
	on     []string // names of it, each of which will do
	prefix string   // s3:prefix
}

// named turns what the test's deployment is called into what that of rights.txt is.
func named(name string) string {
	return strings.NewReplacer(bucketName, "smith-lodge", "lodge-e2e", "lodge-production", "lodge/e2e/", "lodge/production/").Replace(name)
}

// secretOf is the resource of the template that stands for a secret of the test.
func secretOf(name string) string {
	return map[string]string{
		"lodge/e2e/" + visittest.Moor:       "<Secretsmithharbor>",
		"lodge/e2e/" + visittest.Pier:       "<Secretsmithharborwest>",
		"lodge/e2e/" + config.OutboxAccount: "<Secretoutbox>",
	}[name]
}

// actsOf is what a request wants to do (Service Authorization Reference). Of ECS, what
// RunTask implies, tags and roles, is not looked at.
func actsOf(r *http.Request, service string, body []byte) []act {
	if service == "s3" {
		return ofS3(r)
	}
	var in struct {
		IndexName, SecretID, TaskDefinition string
		Entries                             []struct{ EventBusName string }
	}
	_ = json.Unmarshal(body, &in) // SNS speaks another language
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	does := service + ":" + operation
	switch service {
	case "dynamodb":
		table := "<Table.Arn>"
		if in.IndexName != "" {
			table += "/index/" + in.IndexName
		}
		return []act{{does: does, on: []string{table}}}
	case "ecs":
		if in.TaskDefinition != "" {
			return []act{{does: does, on: []string{named("ecs:task-definition/" + in.TaskDefinition)}}}
		}
		return []act{{does: does, on: []string{named("ecs:task/lodge-e2e/any")}}}
	case "secretsmanager":
		return []act{{does: does, on: []string{secretOf(in.SecretID), named("secretsmanager:secret:" + in.SecretID)}}}
	case "events":
		var acts []act
		for _, e := range in.Entries {
			acts = append(acts, act{does: does, on: []string{"events:event-bus/" + e.EventBusName, e.EventBusName}})
		}
		return acts
	case "sns":
		form, _ := url.ParseQuery(string(body))
		return []act{{does: service + ":" + form.Get("Action"), on: []string{form.Get("TopicArn")}}}
	}
	return []act{{does: does}}
}

// ofS3 is what a request to S3 wants to do, by the paths in which a bucket comes first.
func ofS3(r *http.Request) []act {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	of := func(does, bucket, key string) act {
		arn := "s3:::" + bucket
		if key != "" {
			arn += "/" + key
		}
		return act{does: "s3:" + does, on: []string{named(arn)}, prefix: query.Get("prefix")}
	}
	read := "GetObject"
	if query.Has("versionId") {
		read = "GetObjectVersion"
	}
	switch {
	case key == "" && query.Has("versions"):
		return []act{of("ListBucketVersions", bucket, "")}
	case key == "":
		return []act{of("ListBucket", bucket, "")}
	case r.Method == http.MethodPut:
		return []act{of("PutObject", bucket, key)}
	case r.Method == http.MethodDelete:
		return []act{of("DeleteObject", bucket, key)}
	}
	return []act{of(read, bucket, key)}
}
