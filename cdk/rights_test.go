package main

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/config"
)

// A said is a statement of a policy, flat.
type said struct {
	effect, principal, condition string
	does, on                     []string
}

func statements(document any) (list []said) {
	for _, s := range dig(document, "Statement").([]any) {
		s := s.(map[string]any)
		list = append(list, said{flat(s["Effect"]), flat(s["Principal"]), flat(s["Condition"]), texts(s["Action"]), texts(s["Resource"])})
	}
	return list
}

// granted are the statements of all roles and policies, by whose they are.
func granted(tp template) map[string][]said {
	all := map[string][]said{}
	for _, r := range tp.of("IAM::Role") {
		for _, p := range r.Properties["Policies"].([]any) {
			all[r.id] = append(all[r.id], statements(dig(p, "PolicyDocument"))...)
		}
	}
	for _, p := range tp.of("IAM::ManagedPolicy") {
		holders := texts(p.Properties["Roles"])
		if len(holders) == 0 {
			holders = []string{p.id}
		}
		for _, h := range holders {
			h = strings.Trim(h, "<>")
			all[h] = append(all[h], statements(p.Properties["PolicyDocument"])...)
		}
	}
	return all
}

// rights are what everybody may do, a line each: who, what, to what, on which
// condition.
func rights(tp template) (lines []string) {
	short := strings.NewReplacer("arn:<AWS::Partition>:", "", ":us-east-1:<AWS::AccountId>:", ":", "::<AWS::AccountId>:", ":")
	for who, list := range granted(tp) {
		for _, s := range list {
			for _, does := range s.does {
				for _, on := range s.on {
					line := fmt.Sprintf("%s %s %s", who, does, short.Replace(on))
					if s.condition != "" {
						line += " if " + short.Replace(s.condition)
					}
					if s.effect != "Allow" {
						line = s.effect + " " + line
					}
					lines = append(lines, line)
				}
			}
		}
	}
	slices.Sort(lines)
	return lines
}

var update = flag.Bool("update", false, "write testdata/rights.txt anew")

// TestRights: who may do what, in full. A line more is a decision.
func TestRights(t *testing.T) {
	const path = "testdata/rights.txt"
	got := strings.Join(rights(production(t)), "\n") + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("rights have changed (-before +now); if that is meant: go test -run TestRights -update\n%s", diff)
	}
}

// TestNoWildcards: nobody may do all that a service has, and what is allowed for every
// resource are calls that have none.
func TestNoWildcards(t *testing.T) {
	without := []string{
		"ecr:GetAuthorizationToken", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "logs:GetQueryResults",
		"lambda:GetAccountSettings", "scheduler:ListSchedules", "servicequotas:GetServiceQuota",
		"ecs:ListTasks", // with the cluster as condition
	}
	for _, tp := range []template{production(t), staging(t)} {
		for who, list := range granted(tp) {
			for _, s := range list {
				for _, does := range s.does {
					if strings.Contains(does, "*") {
						t.Errorf("%s may %s", who, does)
					}
					if slices.Contains(s.on, "*") && !slices.Contains(without, does) {
						t.Errorf("%s may %s to anything", who, does)
					}
				}
			}
		}
	}
}

// TestPassRole: the trigger gives a task one of two roles, and gives them to tasks
// only; nobody else gives any.
func TestPassRole(t *testing.T) {
	n := 0
	for who, list := range granted(production(t)) {
		for _, s := range list {
			if !slices.Contains(s.does, "iam:PassRole") {
				continue
			}
			n++
			if who != "TriggerRole" || !slices.Equal(s.on, []string{"<WorkerRole.Arn>", "<ExecutionRole.Arn>"}) ||
				s.condition != `{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}` {
				t.Errorf("%s: %+v", who, s)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d statements pass roles", n)
	}
	task := production(t).one(t, "ECS::TaskDefinition")
	checks(t, task, map[string]string{"Tags": `[{"Key":"lodge","Value":"lodge-production"}]`}) // as internal/cloud tags tasks
	checks(t, task, map[string]string{"TaskRoleArn": "<WorkerRole.Arn>", "ExecutionRoleArn": "<ExecutionRole.Arn>"})
}

// TestWhoReadsLogins: the worker reads those of its accounts by name, the trigger none
// but its own keys, and no program sets one.
func TestWhoReadsLogins(t *testing.T) {
	for _, c := range []struct {
		tp              template
		worker, trigger []string
	}{
		{production(t), []string{"<Secretsmithharbor>", "<Secretsmithharborwest>"}, []string{"<Secretoutbox>"}},
		{staging(t), []string{"<Secretsmithdusk>", "<Secretsmithduskwest>", "<Secretsmithharbor>", "<Secrettrial>"}, nil},
	} {
		for who, list := range granted(c.tp) {
			var on, does []string
			for _, s := range list {
				if strings.Contains(strings.Join(s.does, " "), "secretsmanager:") {
					on, does = append(on, s.on...), append(does, s.does...)
				}
			}
			want := map[string][]string{"WorkerRole": c.worker, "TriggerRole": c.trigger, "Peoplesecrets": {
				"arn:<AWS::Partition>:secretsmanager:us-east-1:<AWS::AccountId>:secret:lodge/" + stageOf(c.tp) + "/*",
			}}[who]
			if diff := cmp.Diff(want, on); diff != "" {
				t.Errorf("%s, %s reads (-want +got)\n%s", c.tp.path, who, diff)
			}
			if slices.Contains(does, "secretsmanager:PutSecretValue") != (who == "Peoplesecrets") {
				t.Errorf("%s may %s", who, does)
			}
		}
	}
	many := 0
	for _, s := range granted(synth(t, "many", "lodge-many"))["WorkerRole"] {
		if slices.Contains(s.does, "secretsmanager:GetSecretValue") {
			many += len(s.on)
		}
	}
	if many != manyAccounts {
		t.Errorf("with %d accounts the worker reads %d logins", manyAccounts, many)
	}
}

// TestWhoTells: trigger and worker may tell the topics and buses that lodge.yaml names,
// and so may who operates and tests them: each by name, where it names any, and nobody
// else tells anything.
func TestWhoTells(t *testing.T) {
	for _, c := range []struct {
		tp            template
		topics, buses []string
	}{
		{production(t), []string{"arn:aws:sns:us-east-1:111122223333:invoices.fifo"}, []string{
			"arn:aws:events:us-east-1:444455556666:event-bus/audit",
			"arn:<AWS::Partition>:events:us-east-1:<AWS::AccountId>:event-bus/smith-invoices",
		}},
		{staging(t), nil, nil},
	} {
		for who, list := range granted(c.tp) {
			got := map[string][]string{}
			for _, s := range list {
				for _, does := range s.does {
					if service, _, _ := strings.Cut(does, ":"); service == "sns" || service == "events" {
						got[does] = append(got[does], s.on...)
					}
				}
			}
			want := map[string][]string{}
			if c.topics != nil && slices.Contains([]string{"TriggerRole", "WorkerRole", "Peopleoperate"}, who) {
				want["sns:Publish"], want["events:PutEvents"] = c.topics, c.buses
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s tells (-want +got)\n%s", c.tp.path, who, diff)
			}
		}
	}
}

// TestOutboxIsWhole: the lodge.yaml of these tests has every kind of destination, so
// that the rights of each are looked at.
func TestOutboxIsWhole(t *testing.T) {
	s, err := readStage("testdata/production.yaml", known())
	if err != nil {
		t.Fatal(err)
	}
	var kinds config.Destination
	for _, d := range s.Outbox {
		kinds.Status = kinds.Status || d.Status
		kinds.Webhook, kinds.SNS, kinds.EventBridge = kinds.Webhook+d.Webhook, kinds.SNS+d.SNS, kinds.EventBridge+d.EventBridge
	}
	of := reflect.ValueOf(kinds)
	for i := range of.NumField() {
		if name := of.Type().Field(i).Name; name != "Name" && of.Field(i).IsZero() {
			t.Errorf("no destination of testdata/production.yaml has %s", name)
		}
	}
}

func stageOf(tp template) string {
	if strings.Contains(tp.path, "staging") {
		return "staging"
	}
	return "production"
}

// TestRolesAreForLodge: a service takes on a role for what belongs to this account
// alone.
func TestRolesAreForLodge(t *testing.T) {
	for id, want := range map[string]struct{ service, source string }{
		"WorkerRole":    {"ecs-tasks.amazonaws.com", ":ecs:us-east-1:"},
		"ExecutionRole": {"ecs-tasks.amazonaws.com", ":ecs:us-east-1:"},
		"ScheduleRole":  {"scheduler.amazonaws.com", ":schedule-group/lodge-production"},
		"TriggerRole":   {"lambda.amazonaws.com", ""}, // Lambda tells no source when it takes on a function's role
	} {
		trust := statements(production(t).Resources[id].Properties["AssumeRolePolicyDocument"])
		if len(trust) != 1 || trust[0].principal != `{"Service":"`+want.service+`"}` || !slices.Equal(trust[0].does, []string{"sts:AssumeRole"}) ||
			!strings.Contains(trust[0].condition, want.source) || (want.source != "") != strings.Contains(trust[0].condition, "aws:SourceAccount") {
			t.Errorf("%s is taken on by %+v", id, trust)
		}
	}
	if n := len(production(t).of("IAM::Role")); n != 4 {
		t.Errorf("%d roles", n)
	}
}

// TestDescriptionsStay: IAM cannot change the description of a policy, and CloudFormation
// cannot replace one that has a name: whoever changes a text here stops all updates of
// deployments that are there.
func TestDescriptionsStay(t *testing.T) {
	got := map[string]string{}
	for _, p := range production(t).of("IAM::ManagedPolicy") {
		if name := p.at("ManagedPolicyName"); name != "" {
			got[name] = p.at("Description")
		}
	}
	want := map[string]string{
		"lodge-production-look":    "Lodge production: sees what Lodge knows: lodge status, show, report, evidence, with its logs and alarms",
		"lodge-production-operate": "Lodge production: decides: lodge rerun, resolve, pause, submit; rings the bell, ends tasks. Goes with lodge-production-look",
		"lodge-production-secrets": "Lodge production: sets the logins of accounts and the keys of webhooks, and reads them",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestLookersOnlyLook: the policy for looking changes nothing.
func TestLookersOnlyLook(t *testing.T) {
	for _, s := range granted(production(t))["Peoplelook"] {
		for _, does := range s.does {
			_, verb, _ := strings.Cut(does, ":")
			if !slices.ContainsFunc([]string{"Get", "List", "Describe", "BatchGet", "Query", "Filter", "StartQuery"}, func(p string) bool { return strings.HasPrefix(verb, p) }) {
				t.Errorf("who looks may %s", does)
			}
		}
	}
}
