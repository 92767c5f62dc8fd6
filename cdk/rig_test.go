package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/all"
)

// synthFolder names the folder into which this program, started by itself, writes the
// templates; it costs seconds of Node.js, once for all tests.
const synthFolder = "LODGE_CDK_SYNTH"

func TestMain(m *testing.M) {
	out := os.Getenv(synthFolder)
	if out == "" {
		code := m.Run()
		_ = os.RemoveAll(templates().folder)
		os.Exit(code)
	}
	for name, context := range variants(out) {
		props := &awscdk.AppProps{Outdir: jsii.String(filepath.Join(out, name)), Context: &context}
		if err := synthesize(props, known()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	jsii.Close()
}

// known are the carriers of the tests: Lodge's, and one with opening hours, a port of
// its own and secrets.
func known() []carriers.Carrier {
	return append(all.Carriers(), carriers.Carrier{
		Name: "dusk", Title: "Dusk Casualty", Portal: "https://bills.dusk.example", Hosts: []string{"files.dusk.example:8443", "*.dusk.example"},
		Secrets: []carriers.Secret{{Key: "username"}, {Key: "token", Optional: true}},
		Hours: carriers.Hours{Zone: "America/New_York", Windows: []carriers.Window{
			{Days: []time.Weekday{time.Monday, time.Friday}, From: 7*time.Hour + 30*time.Minute, To: 19 * time.Hour},
			{From: 22 * time.Hour, To: 2 * time.Hour},
		}},
	})
}

// variants are what is deployed for the tests, by name, with its context.
func variants(out string) map[string]map[string]any {
	trigger := filepath.Join(out, "bootstrap")
	return map[string]map[string]any{
		"production": {"config": "testdata/production.yaml", "trigger": trigger},
		"again":      {"config": "testdata/production.yaml", "trigger": trigger},
		"private":    {"config": "testdata/production.yaml", "trigger": trigger, "network": "private"},
		"staging":    {"config": "testdata/staging.yaml", "trigger": trigger, "network": "fixed", "email": "ops@smith.example", "budget": "5", "oldest": "2"},
		"both":       {"config": "testdata/production.yaml,testdata/staging.yaml", "trigger": trigger},
		"many":       {"config": filepath.Join(out, "many.yaml"), "trigger": trigger},
	}
}

// accounts that a firm may have, and more.
const manyAccounts = 200

func many() string {
	text := strings.Builder{}
	text.WriteString("stage: many\nwatermark: 2026-12-01T00:00:00Z\nbrowser: {allow_unsandboxed: true}\n" +
		"aws: {region: us-gov-west-1, bucket: many-lodge}\naccounts:\n")
	for i := range manyAccounts {
		fmt.Fprintf(&text, "  account-with-a-long-name-%014d: {carrier: harbor}\n", i)
	}
	return text.String()
}

// written is where the child wrote the templates, or why it did not.
type written struct {
	folder string
	err    error
}

// templates starts the child, once.
var templates = sync.OnceValue(func() written {
	folder, err := os.MkdirTemp("", "lodge-cdk-")
	if err != nil {
		return written{err: err}
	}
	err = errors.Join(
		os.WriteFile(filepath.Join(folder, "bootstrap"), []byte("a program"), 0o755),
		os.WriteFile(filepath.Join(folder, "many.yaml"), []byte(many()), 0o644),
	)
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), synthFolder+"="+folder)
	out, failed := c.CombinedOutput() // what it says is told only if it fails: Node.js has warnings of its own
	if failed != nil {
		failed = fmt.Errorf("%w: %s", failed, out)
	}
	return written{folder, errors.Join(err, failed)}
})

// A template as CloudFormation gets it.
type template struct {
	path       string
	text       []byte
	Resources  map[string]resource
	Parameters map[string]map[string]any
	Outputs    map[string]map[string]any
}

type resource struct {
	id                                  string
	Type                                string
	Properties                          properties
	DeletionPolicy, UpdateReplacePolicy string
	DependsOn                           []string
}

type properties map[string]any

// synth reads a template of a variant.
func synth(t testing.TB, variant, stack string) template {
	t.Helper()
	s := templates()
	if s.err != nil {
		t.Fatal(s.err)
	}
	tp := template{path: filepath.Join(s.folder, variant, stack+".template.json")}
	text, err := os.ReadFile(tp.path)
	if err != nil {
		t.Fatal(err)
	}
	tp.text = text
	if err := json.Unmarshal(text, &tp); err != nil {
		t.Fatal(err)
	}
	for id, r := range tp.Resources {
		r.id = id
		tp.Resources[id] = r
	}
	return tp
}

func production(t testing.TB) template { t.Helper(); return synth(t, "production", "lodge-production") }
func staging(t testing.TB) template    { t.Helper(); return synth(t, "staging", "lodge-staging") }

// of are all resources of a type, such as "S3::Bucket", by name.
func (tp template) of(kind string) (list []resource) {
	for _, r := range tp.Resources {
		if r.Type == "AWS::"+kind {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b resource) int { return strings.Compare(a.id, b.id) })
	return list
}

// one is the only resource of a type.
func (tp template) one(t testing.TB, kind string) resource {
	t.Helper()
	list := tp.of(kind)
	if len(list) != 1 {
		t.Fatalf("%d of %s in %s, want one", len(list), kind, tp.path)
	}
	return list[0]
}

// at is what lies at a path of properties, such as "RedrivePolicy.maxReceiveCount" or
// "Rules.0.Prefix", written flat.
func (r resource) at(path string) string { return flat(dig(map[string]any(r.Properties), path)) }

func dig(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// flat writes a value in one line: <Name> for a reference, <Name.Attribute>, joins
// joined; anything else as JSON. What is not there is "".
func flat(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case map[string]any:
		if ref, ok := x["Ref"].(string); ok && len(x) == 1 {
			return "<" + ref + ">"
		}
		if get, ok := x["Fn::GetAtt"].([]any); ok && len(x) == 1 {
			return fmt.Sprintf("<%s.%s>", get...)
		}
		if join, ok := x["Fn::Join"].([]any); ok && len(x) == 1 {
			var words []string
			for _, w := range join[1].([]any) {
				words = append(words, flat(w))
			}
			return strings.Join(words, join[0].(string))
		}
		for key := range x {
			if strings.HasPrefix(key, "Fn::") {
				text, _ := json.Marshal(x) // another function, as it is
				return string(text)
			}
		}
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(flattened(v)); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// flattened is a value with the references in it as texts.
func flattened(v any) any {
	switch x := v.(type) {
	case []any:
		list := []any{}
		for _, one := range x {
			list = append(list, flattened(one))
		}
		return list
	case map[string]any:
		m := map[string]any{}
		for key, one := range x {
			m[key] = flattened(one)
			if strings.HasPrefix(key, "Fn::") || key == "Ref" {
				return flat(x)
			}
		}
		return m
	}
	return v
}

// texts are a value that is one text or several.
func texts(v any) (list []string) {
	switch x := v.(type) {
	case []any:
		for _, one := range x {
			list = append(list, flat(one))
		}
	case nil:
	default:
		list = append(list, flat(x))
	}
	return list
}

// checks compares properties with what they should be, as flat has them.
func checks(t testing.TB, r resource, want map[string]string) {
	t.Helper()
	for path, value := range want {
		if got := r.at(path); got != value {
			t.Errorf("%s %s: %s is %q, want %q", r.Type, r.id, path, got, value)
		}
	}
}
