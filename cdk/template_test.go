package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/ledger/dynamo/table"
)

// TestTwoSynthsAreAlike: a template follows from lodge.yaml and the program alone, so
// that a difference between two is a change.
func TestTwoSynthsAreAlike(t *testing.T) {
	a, b := production(t), synth(t, "again", "lodge-production")
	if !bytes.Equal(a.text, b.text) {
		t.Errorf("two synths differ:\n%s", cmp.Diff(string(a.text), string(b.text)))
	}
	if c := synth(t, "both", "lodge-production"); !bytes.Equal(a.text, c.text) {
		t.Error("a stage depends on what else is deployed with it")
	}
}

// CloudFormation's limits (User Guide, "Understand CloudFormation quotas"), and IAM's
// ("IAM and AWS STS quotas").
const (
	maxTemplate  = 1 << 20 // bytes, from S3
	maxResources = 500
	maxManaged   = 6144 // characters of a managed policy
	maxInline    = 10240
	maxAttached  = 10 // managed policies of a role
)

func TestLimits(t *testing.T) {
	for _, tp := range []template{production(t), staging(t), synth(t, "private", "lodge-production"), synth(t, "many", "lodge-many")} {
		if len(tp.text) > maxTemplate || len(tp.Resources) > maxResources {
			t.Errorf("%s: %d bytes, %d resources", tp.path, len(tp.text), len(tp.Resources))
		}
		policies := tp.of("IAM::ManagedPolicy")
		for _, p := range policies {
			if n := len(p.at("PolicyDocument")); n > maxManaged {
				t.Errorf("%s: %s has %d characters", tp.path, p.id, n)
			}
		}
		for _, r := range tp.of("IAM::Role") {
			attached := 0
			for _, p := range policies {
				if strings.Contains(p.at("Roles"), `"`+r.id+`"`) {
					attached++
				}
			}
			if n := len(r.at("Policies")); n > maxInline || attached > maxAttached {
				t.Errorf("%s: %s has %d characters, %d policies", tp.path, r.id, n, attached)
			}
		}
	}
}

// TestNothingIsSmuggledIn: no program of the CDK's own is deployed, and nothing tells
// AWS what made the template.
func TestNothingIsSmuggledIn(t *testing.T) {
	for _, tp := range []template{production(t), staging(t)} {
		tp.one(t, "Lambda::Function")
		for id, r := range tp.Resources {
			if strings.HasPrefix(r.Type, "Custom::") || slices.Contains([]string{"AWS::CloudFormation::CustomResource", "AWS::CDK::Metadata"}, r.Type) {
				t.Errorf("%s is %s", id, r.Type)
			}
		}
	}
}

// TestNames: the programs know what everything is called from lodge.yaml, so that it
// is called so is half of the deployment.
func TestNames(t *testing.T) {
	tp := production(t)
	for kind, want := range map[string]map[string]string{
		"S3::Bucket":               {"BucketName": "smith-lodge"},
		"DynamoDB::Table":          {"TableName": "lodge-production"},
		"ECS::Cluster":             {"ClusterName": "lodge-production"},
		"ECS::TaskDefinition":      {"Family": "lodge-production"},
		"ECR::Repository":          {"RepositoryName": "lodge-production"},
		"Lambda::Function":         {"FunctionName": "lodge-production"},
		"CloudWatch::Dashboard":    {"DashboardName": "lodge-production"},
		"Scheduler::ScheduleGroup": {"Name": "lodge-production"},
	} {
		checks(t, tp.one(t, kind), want)
	}
	var got []string
	for kind, name := range map[string]string{"SQS::Queue": "QueueName", "SecretsManager::Secret": "Name", "Logs::LogGroup": "LogGroupName", "SNS::Topic": "TopicName"} {
		for _, r := range tp.of(kind) {
			got = append(got, r.at(name))
		}
	}
	slices.Sort(got)
	want := []string{
		"/lodge/production/trigger", "/lodge/production/worker", "lodge-production", "lodge-production", "lodge-production-author",
		"lodge-production-biller", "lodge-production-dead",
		"lodge/production/outbox", "lodge/production/smith-harbor", "lodge/production/smith-harbor-west",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestTableIsTheLedgers: keys, indexes, recovery, as internal/ledger/dynamo/table has
// them, and every attribute that is a key is declared, no other.
func TestTableIsTheLedgers(t *testing.T) {
	def, r := table.Definition(), production(t).one(t, "DynamoDB::Table")
	type key struct{ Name, Partition, Sort, Projection string }
	want := []key{{"", def.Key.Partition, def.Key.Sort, ""}}
	attributes := []string{def.Key.Partition, def.Key.Sort}
	for _, i := range def.Indexes {
		want = append(want, key{i.Name, i.Partition, i.Sort, "KEYS_ONLY"})
		attributes = append(attributes, i.Partition, i.Sort)
	}
	schema := func(p properties) key {
		r := resource{Properties: p}
		if r.at("KeySchema.0.KeyType") != "HASH" || r.at("KeySchema.1.KeyType") != "RANGE" {
			t.Errorf("keys %s", r.at("KeySchema"))
		}
		return key{r.at("IndexName"), r.at("KeySchema.0.AttributeName"), r.at("KeySchema.1.AttributeName"), r.at("Projection.ProjectionType")}
	}
	got := []key{schema(r.Properties)}
	for _, i := range r.Properties["GlobalSecondaryIndexes"].([]any) {
		got = append(got, schema(i.(map[string]any)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	var declared []string
	for _, a := range r.Properties["AttributeDefinitions"].([]any) {
		declared = append(declared, flat(dig(a, "AttributeName"))+flat(dig(a, "AttributeType")))
	}
	slices.Sort(attributes)
	attributes = slices.Compact(attributes)
	for i := range attributes {
		attributes[i] += "S"
	}
	if diff := cmp.Diff(attributes, declared); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	checks(t, r, map[string]string{
		"BillingMode": "PAY_PER_REQUEST", "TimeToLiveSpecification.AttributeName": def.Expires, "TimeToLiveSpecification.Enabled": "true",
		"PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": "true", "DeletionProtectionEnabled": "true",
	})
}

// TestWhatOutlivesTheStack: in production everything that cannot be made again; in a
// stage that can be removed, nothing but the bucket, which CloudFormation cannot empty.
// No change of a template may ever replace what holds something. What a first
// deployment made that failed goes, but for the table that nothing may remove.
func TestWhatOutlivesTheStack(t *testing.T) {
	holds := []string{"S3::Bucket", "DynamoDB::Table", "SecretsManager::Secret", "EC2::EIP"}
	for _, tp := range []template{production(t), staging(t)} {
		stays := strings.Contains(tp.path, "production")
		for _, kind := range holds {
			for _, r := range tp.of(kind) {
				want := "Delete"
				switch {
				case stays && kind == "DynamoDB::Table":
					want = "Retain"
				case stays || kind == "S3::Bucket":
					want = "RetainExceptOnCreate"
				}
				if r.DeletionPolicy != want || r.UpdateReplacePolicy != "Retain" {
					t.Errorf("%s %s: %s when removed, %s when replaced", tp.path, r.id, r.DeletionPolicy, r.UpdateReplacePolicy)
				}
			}
		}
		manifest, err := os.ReadFile(filepath.Join(filepath.Dir(tp.path), "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(manifest, []byte(`"terminationProtection": true`)); got != stays {
			t.Errorf("%s: protected against removal: %v", tp.path, got)
		}
		if got := tp.one(t, "DynamoDB::Table").at("DeletionProtectionEnabled"); got != map[bool]string{true: "true", false: "false"}[stays] {
			t.Errorf("%s: the table's protection is %s", tp.path, got)
		}
	}
}

// TestStagesAreApart: nothing of one stage has the name of another's.
func TestStagesAreApart(t *testing.T) {
	if text := string(staging(t).text); strings.Contains(text, "production") || strings.Contains(text, "smith-lodge\"") {
		t.Error("the template of staging names production")
	}
}

// TestSettingsReachThePrograms: both get the text of lodge.yaml that was deployed, and
// with it the stage, without which a trial could file with a real carrier.
func TestSettingsReachThePrograms(t *testing.T) {
	for _, c := range []struct {
		tp   template
		path string
		may  []string
	}{
		{production(t), "testdata/production.yaml", []string{"smith-harbor", "smith-harbor-west"}},
		{staging(t), "testdata/staging.yaml", []string{"trial"}},
	} {
		written, err := os.ReadFile(c.path)
		if err != nil {
			t.Fatal(err)
		}
		container := resource{Properties: dig(map[string]any(c.tp.one(t, "ECS::TaskDefinition").Properties), "ContainerDefinitions.0").(map[string]any)}
		text := container.at("Environment.0.Value")
		if container.at("Environment.0.Name") != config.EnvYAML || text != string(written) {
			t.Errorf("%s: the worker gets %q", c.path, text)
		}
		if zipped, err := os.ReadFile(filepath.Join(zipOf(t, c.tp), "lodge.yaml")); err != nil || string(zipped) != string(written) {
			t.Errorf("%s: the trigger gets %q, %v", c.path, zipped, err)
		}
		read, err := config.Read(config.FromVariable, known(), func(name string) (string, bool) { return text, name == config.EnvYAML })
		if err != nil {
			t.Fatal(err)
		}
		var may []string
		for _, a := range read.Accounts {
			if a.MayCommit() == nil {
				may = append(may, a.Name)
			}
		}
		if diff := cmp.Diff(c.may, may); diff != "" {
			t.Errorf("%s may file for (-want +got)\n%s", c.path, diff)
		}
	}
}

// zipOf is the folder of which the trigger's zip is made.
func zipOf(t testing.TB, tp template) string {
	t.Helper()
	key := tp.one(t, "Lambda::Function").at("Code.S3Key")
	return filepath.Join(filepath.Dir(tp.path), "asset."+strings.TrimSuffix(key, ".zip"))
}

func TestTriggerProgramCanBeStarted(t *testing.T) {
	info, err := os.Stat(filepath.Join(zipOf(t, production(t)), "bootstrap"))
	if err != nil || info.Mode()&0o111 != 0o111 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
