package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// tools is where make cdk-test installs what is not Go.
const tools = "../.ci/cdk"

// A found is what a tool has against a resource.
type found struct{ rule, on string }

// TestFindings: what cdk-nag (the rules of AWS Solutions) and cfn-guard (those of AWS
// Control Tower) find is explained, each of it, and nothing is explained that they do
// not find.
func TestFindings(t *testing.T) {
	templates := []string{production(t).path, staging(t).path}
	used := map[int]bool{}
	for _, tool := range []func(*testing.T, []string) map[string][]found{nag, guard} {
		for path, all := range tool(t, templates) {
			if len(all) < 5 {
				t.Errorf("%s: only %d findings: does the tool look at it?", path, len(all))
			}
			for _, f := range all {
				i := slices.IndexFunc(explained, func(e explanation) bool { return e.of(f) })
				if i < 0 {
					t.Errorf("%s: %s has something against %s: mend it, or explain it in findings_test.go", path, f.rule, f.on)
				}
				used[i] = true
			}
		}
	}
	for i, e := range explained {
		if !used[i] {
			t.Errorf("%s on %s is explained, and is not found", e.rule, e.on)
		}
	}
}

func (e explanation) of(f found) bool {
	rule := "^" + strings.ReplaceAll(regexp.QuoteMeta(e.rule), `\*`, ".*") + "$"
	return regexp.MustCompile(rule).MatchString(f.rule) && slices.ContainsFunc(strings.Fields(e.on), func(name string) bool {
		matched, err := path.Match(name, f.on)
		return err == nil && matched
	})
}

// TestExplanationsAreNarrow: a row excuses what it names and nothing beside it.
func TestExplanationsAreNarrow(t *testing.T) {
	for f, want := range map[found]bool{
		{"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::smith-lodge/evidence/*]", "WorkerRole"}:  true,
		{"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::smith-lodge/evidence/*]", "TriggerRole"}: false,
		{"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::smith-lodge/*]", "WorkerRole"}:           false,
		{"AwsSolutions-IAM5[Action::s3:*]", "WorkerRole"}:                                                false,
		{"AwsSolutions-IAM4[Policy::AdministratorAccess]", "WorkerRole"}:                                 false,
		{"AwsSolutions-SQS3", "Queue"}: false,
	} {
		if got := slices.ContainsFunc(explained, func(e explanation) bool { return e.of(f) }); got != want {
			t.Errorf("%+v is explained: %v", f, got)
		}
	}
}

// nag runs cdk-nag over templates.
func nag(t *testing.T, templates []string) map[string][]found {
	t.Helper()
	c := exec.Command("node", append([]string{filepath.Join(tools, "nag.js"), t.TempDir()}, templates...)...)
	out, err := c.Output()
	if err != nil {
		t.Fatalf("cdk-nag: %v (make cdk-test installs it): %s", err, stderr(err))
	}
	var reports map[string]struct {
		PluginReports []struct {
			Violations []struct {
				RuleName            string
				ViolatingConstructs []struct{ ConstructPath string }
			}
		}
	}
	if err := json.Unmarshal(out, &reports); err != nil {
		t.Fatalf("cdk-nag: %v: %s", err, out)
	}
	list := map[string][]found{}
	for template, report := range reports {
		for _, p := range report.PluginReports {
			for _, v := range p.Violations {
				for _, on := range v.ViolatingConstructs {
					list[template] = append(list[template], found{v.RuleName, strings.TrimPrefix(on.ConstructPath, "S/T/")})
				}
			}
		}
	}
	if len(list) != len(templates) {
		t.Errorf("cdk-nag looked at %d templates of %d", len(list), len(templates))
	}
	return list
}

// resourceRE is how cfn-guard tells where it looked.
var resourceRE = regexp.MustCompile(`"/Resources/([A-Za-z0-9]+)`)

// guard runs cfn-guard with all rules of AWS Control Tower over templates.
func guard(t *testing.T, templates []string) map[string][]found {
	t.Helper()
	home := filepath.Join(tools, "node_modules/@cdklabs/cdk-validator-cfnguard")
	system := map[string]string{"linux": "ubuntu", "darwin": "macos"}[runtime.GOOS]
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	args := []string{"validate", "--rules", filepath.Join(home, "rules/control-tower/cfn-guard"), "--structured", "-o", "json", "--show-summary", "none"}
	for _, path := range templates {
		args = append(args, "--data", path)
	}
	out, err := exec.Command(filepath.Join(home, "bin", system, machine, "cfn-guard"), args...).Output()
	const findings = 19 // its exit code
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != findings) {
		t.Fatalf("cfn-guard: %v (make cdk-test installs it): %s", err, stderr(err))
	}
	var reports []struct {
		Name         string
		NotCompliant []struct{ Rule json.RawMessage } `json:"not_compliant"`
		Compliant    []string
	}
	if err := json.Unmarshal(out, &reports); err != nil || len(reports) != len(templates) {
		t.Fatalf("cfn-guard: %v: %.2000s", err, out)
	}
	list := map[string][]found{}
	for _, report := range reports {
		if len(report.Compliant) < 20 {
			t.Errorf("%s complies with %d rules only: does cfn-guard look at it?", report.Name, len(report.Compliant))
		}
		for _, n := range report.NotCompliant {
			list[report.Name] = append(list[report.Name], against(t, n.Rule)...)
		}
	}
	return list
}

// against are the resources that a rule of cfn-guard names.
func against(t *testing.T, text json.RawMessage) (list []found) {
	t.Helper()
	var rule struct{ Name string }
	if err := json.Unmarshal(text, &rule); err != nil {
		t.Fatal(err)
	}
	for _, m := range resourceRE.FindAllStringSubmatch(string(text), -1) {
		if f := (found{rule.Name, m[1]}); !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		t.Errorf("cfn-guard has %s against something that it does not name", rule.Name)
	}
	return list
}

func stderr(err error) string {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(exit.Stderr)
	}
	if errors.Is(err, os.ErrNotExist) {
		return "it is not there"
	}
	return ""
}
