package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/lodge/internal/config"
)

const deployed = marked + `stage: prod
aws:
  region: us-east-1
  bucket: smith-lodge
`

func TestReadsAWS(t *testing.T) {
	got, err := config.Read(write(t, deployed+"  tasks: 8\n  sweep: [\"rate(10 minutes)\", \"cron(0 6 1,15 * ? *)\"]\n"), known, none)
	if err != nil {
		t.Fatal(err)
	}
	want := &config.AWS{Region: "us-east-1", Bucket: "smith-lodge", Tasks: 8, Sweep: []string{"rate(10 minutes)", "cron(0 6 1,15 * ? *)"}}
	if diff := cmp.Diff(want, got.AWS, cmpopts.IgnoreUnexported(config.AWS{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, name := range []struct{ got, want string }{
		{got.AWS.Name(), "lodge-prod"}, {got.AWS.DeadQueue(), "lodge-prod-dead"},
		{got.AWS.SecretName("firm-harbor"), "lodge/prod/firm-harbor"}, {got.AWS.LogGroup("worker"), "/lodge/prod/worker"},
	} {
		if name.got != name.want {
			t.Errorf("%s, want %s", name.got, name.want)
		}
	}
}

func TestAWSLeftOut(t *testing.T) {
	got, err := config.Read(write(t, deployed), known, none)
	if err != nil {
		t.Fatal(err)
	}
	if got.AWS.Tasks != config.DefaultTasks || len(got.AWS.Sweep) != 1 || got.AWS.Sweep[0] != config.DefaultSweep {
		t.Errorf("%+v", got.AWS)
	}
	if got, err = config.Read(write(t, marked), known, none); err != nil || got.AWS != nil {
		t.Errorf("without aws: %+v, %v", got.AWS, err)
	}
}

func TestAWSRefused(t *testing.T) {
	const stage = marked + "stage: prod\n"
	for name, c := range map[string]struct{ text, says string }{
		"no stage":      {marked + "aws: {region: us-east-1, bucket: smith-lodge}\n", `aws needs a "stage"`},
		"two hyphens":   {marked + "stage: a--b\naws: {region: us-east-1, bucket: smith-lodge}\n", `stage "a--b" cannot name`},
		"a last hyphen": {marked + "stage: a-\naws: {region: us-east-1, bucket: smith-lodge}\n", `stage "a-" cannot name`},
		"nothing said":  {stage + "aws: {}\n", "aws.region is a region"},
		"no bucket":     {stage + "aws: {region: us-east-1}\n", "aws.bucket is a bucket's name"},
		"dotted":        {stage + "aws: {region: us-east-1, bucket: smith.lodge}\n", "aws.bucket is a bucket's name"},
		"short":         {stage + "aws: {region: us-east-1, bucket: ab}\n", "aws.bucket is a bucket's name"},
		"a path":        {stage + "aws: {region: us-east-1, bucket: smith-lodge/inbox}\n", "aws.bucket is a bucket's name"},
		"a zone":        {stage + "aws: {region: us-east-1a, bucket: smith-lodge}\n", "aws.region is a region"},
		"an address":    {stage + "aws: {region: \"https://a\", bucket: smith-lodge}\n", "aws.region is a region"},
		"many tasks":    {deployed + "  tasks: 65\n", "aws.tasks is a whole number from 1 to 64"},
		"no task":       {deployed + "  tasks: 0\n", "aws.tasks is a whole number from 1 to 64"},
		"one sweep":     {deployed + "  sweep: rate(5 minutes)\n", "aws.sweep is a list"},
		"no sweep":      {deployed + "  sweep: []\n", "aws.sweep is a list"},
		"no schedule":   {deployed + "  sweep: [\"every night\"]\n", "aws.sweep holds schedules"},
		"an inbox":      {deployed + "inbox: in\n", "inbox has no place beside aws"},
		"secrets":       {deployed + "secrets: {file: a}\n", "secrets has no place beside aws"},
		"messengers":    {deployed + "notify: {billing: {}}\n", "notify has no place beside aws: alarms tell who acts"},
		"a misspelling": {deployed + "  buckets: a\n", `aws has no key "buckets": did you mean "bucket"?`},
	} {
		_, err := config.Read(write(t, c.text), known, none)
		if _, ok := errors.AsType[*config.Problems](err); !ok || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want one that says %q", name, err, c.says)
		}
	}
}

func TestWritesAWS(t *testing.T) {
	want := config.Default(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	want.AWS = &config.AWS{Region: "eu-west-1", Bucket: "smith-lodge", Tasks: 6, Sweep: []string{"rate(1 minute)"}}
	var text bytes.Buffer
	if err := config.Write(&text, want); err != nil {
		t.Fatal(err)
	}
	got, err := config.Read(write(t, text.String()), known, none)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.AWS, got.AWS, cmpopts.IgnoreUnexported(config.AWS{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A task has no file: its settings come with what it is started from.
func TestReadsTheVariable(t *testing.T) {
	t.Chdir(t.TempDir())
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	e := env(map[string]string{config.EnvYAML: deployed + "state: work\n", "LODGE_CONFIG": "/not/there"})
	path, err := config.Find("", e)
	if err != nil || path != config.FromVariable {
		t.Fatalf("found %q, %v", path, err)
	}
	got, err := config.Read(path, known, e)
	if err != nil || got.AWS == nil || got.State != filepath.Join(dir, "work") {
		t.Errorf("%+v, %v", got, err)
	}
	file := write(t, marked)
	if path, err := config.Find(file, e); err != nil || path != file {
		t.Errorf("--config counts first: %q, %v", path, err)
	}
	e = env(map[string]string{config.EnvYAML: "stage: [\n"})
	if _, err := config.Read(config.FromVariable, known, e); err == nil || !strings.Contains(err.Error(), "$LODGE_YAML") {
		t.Errorf("an error that does not name the variable: %v", err)
	}
}

// TestSweepEvent: what the scheduler sends is JSON with the key that the trigger looks for.
func TestSweepEvent(t *testing.T) {
	var got map[string]string
	if err := json.Unmarshal([]byte(config.SweepEvent), &got); err != nil || got[config.EventKey] != config.EventSweep || len(got) != 1 {
		t.Errorf("%s: %v, %v", config.SweepEvent, got, err)
	}
}
