package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/config"
)

// TestNoNAT: by default nothing is paid for while nothing runs, and no address is kept.
func TestNoNAT(t *testing.T) {
	tp := production(t)
	for _, kind := range []string{"EC2::NatGateway", "EC2::EIP"} {
		if n := len(tp.of(kind)); n != 0 {
			t.Errorf("%d of %s", n, kind)
		}
	}
	checks(t, tp.one(t, "Lambda::Function"), map[string]string{
		"Environment.Variables." + config.EnvPublicIP: "true",
	})
}

// TestPrivate: two gateways, so that one zone's failure stops nobody; tasks have no
// addresses of their own and start in the private subnets.
func TestPrivate(t *testing.T) {
	tp := synth(t, "private", "lodge-production")
	if n := len(tp.of("EC2::NatGateway")); n != 2 {
		t.Errorf("%d NAT gateways", n)
	}
	privately(t, tp)
}

// TestFixed: one gateway, whose address is told and stays.
func TestFixed(t *testing.T) {
	tp := staging(t)
	nat, ip := tp.one(t, "EC2::NatGateway"), tp.one(t, "EC2::EIP")
	checks(t, nat, map[string]string{"AllocationId": "<" + ip.id + ".AllocationId>"})
	if got := flat(tp.Outputs["EgressAddress"]["Value"]); got != "<"+ip.id+".PublicIp>" {
		t.Errorf("the address is told as %q", got)
	}
	if production(t).Outputs["EgressAddress"] != nil {
		t.Error("an address is told that nobody has")
	}
	privately(t, tp)
}

func privately(t *testing.T, tp template) {
	t.Helper()
	function := tp.one(t, "Lambda::Function")
	subnets := function.at("Environment.Variables." + config.EnvSubnets)
	if strings.Contains(subnets, "public") || strings.Count(subnets, "private") != 2 || function.at("Environment.Variables."+config.EnvPublicIP) != "false" {
		t.Errorf("tasks start in %s, public %s", subnets, function.at("Environment.Variables."+config.EnvPublicIP))
	}
}

// TestWhereTasksStart: the trigger is told two subnets that reach the internet, the one
// group, and the revision that this template makes.
func TestWhereTasksStart(t *testing.T) {
	tp := production(t)
	variables := resource{Properties: dig(map[string]any(tp.one(t, "Lambda::Function").Properties), "Environment.Variables").(map[string]any)}
	var subnets []string
	for _, s := range tp.of("EC2::Subnet") {
		subnets = append(subnets, "<"+s.id+">")
	}
	checks(t, variables, map[string]string{
		"LODGE_CONFIG":           "/var/task/lodge.yaml",
		config.EnvTaskDefinition: "<Task>",
		config.EnvSecurityGroups: "<Tasks.GroupId>",
		config.EnvSubnets:        strings.Join(subnets, ","),
	})
	if len(subnets) != 2 || len(variables.Properties) != 5 {
		t.Errorf("%d subnets; variables %s", len(subnets), flat(map[string]any(variables.Properties)))
	}
	if got := tp.Resources["Task"].UpdateReplacePolicy; got != "Retain" {
		t.Errorf("the revision before is a trigger's of the version before, and is %sd", got)
	}
}

// TestNobodyCallsIn: tasks may call HTTPS, and the ports of carriers and of who is told
// of faults and telemetry; nothing may call them.
func TestNobodyCallsIn(t *testing.T) {
	for _, c := range []struct {
		tp    template
		ports []string
	}{{production(t), []string{"443"}}, {staging(t), []string{"443", "4318", "8443", "9443"}}} {
		group := c.tp.one(t, "EC2::SecurityGroup")
		var ports []string
		for _, e := range group.Properties["SecurityGroupEgress"].([]any) {
			r := resource{Properties: e.(map[string]any)}
			ports = append(ports, r.at("FromPort"))
			checks(t, r, map[string]string{"IpProtocol": "tcp", "ToPort": r.at("FromPort"), "CidrIp": "0.0.0.0/0"})
			if !describesRE.MatchString(r.at("Description")) {
				t.Errorf("%s: EC2 refuses the description %q", c.tp.path, r.at("Description"))
			}
		}
		if diff := cmp.Diff(c.ports, ports); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.tp.path, diff)
		}
		if group.Properties["SecurityGroupIngress"] != nil || len(c.tp.of("EC2::SecurityGroupIngress")) > 0 {
			t.Errorf("%s: something may call in", c.tp.path)
		}
		if !describesRE.MatchString(group.at("GroupDescription")) {
			t.Errorf("%s: EC2 refuses the description %q", c.tp.path, group.at("GroupDescription"))
		}
		for _, s := range c.tp.of("EC2::Subnet") {
			checks(t, s, map[string]string{"MapPublicIpOnLaunch": "false"})
		}
	}
}

// describesRE is how a security group and its rules may be described (Amazon EC2 API
// Reference, CreateSecurityGroup and IpRange). Nothing that looks at templates knows it.
var describesRE = regexp.MustCompile(`^[a-zA-Z0-9. _:/()#,@\[\]+=&;{}!$*-]{1,255}$`)

// TestPorts: of what tasks call, the ports, and of nothing else.
func TestPorts(t *testing.T) {
	for name, c := range map[string]struct {
		config config.Config
		want   []int
	}{
		"nothing":               {config.Config{}, []int{443}},
		"faults":                {config.Config{Sentry: "https://key@faults.example:9000/1"}, []int{443, 9000}},
		"faults by HTTPS":       {config.Config{Sentry: "https://key@faults.example/1"}, []int{443}},
		"telemetry":             {config.Config{Telemetry: "http://collector.example:4318/v1"}, []int{443, 4318}},
		"telemetry without TLS": {config.Config{Telemetry: "http://collector.example"}, []int{80, 443}},
		"one port of both": {config.Config{
			Sentry: "https://key@watch.example:8000/1", Telemetry: "https://watch.example:8000",
		}, []int{443, 8000}},
		"a portal": {config.Config{Accounts: []config.Account{{Carrier: "harbor", Portal: "https://trial.example:7443"}}}, []int{443, 7443}},
		"this machine": {config.Config{
			Accounts: []config.Account{{Carrier: "harbor", Portal: "http://127.0.0.1:8080", Loopback: true}},
		}, []int{443}},
	} {
		if diff := cmp.Diff(c.want, stage{Config: c.config, known: known()}.ports()); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// TestGateways: S3 and DynamoDB are reached without the internet, and by that way
// nobody else's.
func TestGateways(t *testing.T) {
	for _, tp := range []template{production(t), staging(t)} {
		services := map[string]string{"com.amazonaws.us-east-1.s3": "s3:", "com.amazonaws.us-east-1.dynamodb": "dynamodb:"}
		for _, e := range tp.of("EC2::VPCEndpoint") {
			checks(t, e, map[string]string{"VpcEndpointType": "Gateway"})
			delete(services, e.at("ServiceName"))
			if n := len(texts(e.Properties["RouteTableIds"])); n != 2 {
				t.Errorf("%s is in %d routes", e.id, n)
			}
			for _, s := range statements(e.Properties["PolicyDocument"]) {
				for _, on := range s.on {
					if !strings.Contains(on, "smith-lodge") && !strings.HasPrefix(on, "<Table.Arn>") && !strings.Contains(on, "starport-layer-bucket/") {
						t.Errorf("%s lets %s reach %s", e.id, s.does, on)
					}
				}
			}
		}
		if len(services) > 0 {
			t.Errorf("%s: no way to %v", tp.path, services)
		}
	}
}
