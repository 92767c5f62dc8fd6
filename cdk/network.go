package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// netParts are what a task is started in.
type netParts struct {
	subnets []*string
	group   awsec2.CfnSecurityGroup
	own     bool    // tasks have public addresses of their own
	address *string // the one that stays; nil: none does
}

// zones of the network. Two, so that a task starts where one has no room.
const zones = 2

// network makes the network of the tasks. Nothing can call in: a group without a rule
// for what comes lets nothing come.
func (d *deployment) network() {
	kind := awsec2.SubnetType_PUBLIC
	subnets := []*awsec2.SubnetConfiguration{
		{Name: jsii.String("public"), SubnetType: kind, CidrMask: jsii.Number(24), MapPublicIpOnLaunch: jsii.Bool(false)},
	}
	props := &awsec2.VpcProps{
		IpAddresses: awsec2.IpAddresses_Cidr(jsii.String("10.77.0.0/20")), MaxAzs: jsii.Number(zones), NatGateways: jsii.Number(0),
		RestrictDefaultSecurityGroup: jsii.Bool(false), // it would deploy a program of the CDK's; nothing uses that group
	}
	if d.options.network != public {
		kind = awsec2.SubnetType_PRIVATE_WITH_EGRESS
		subnets = append(subnets, &awsec2.SubnetConfiguration{Name: jsii.String("private"), SubnetType: kind, CidrMask: jsii.Number(24)})
		props.NatGateways = jsii.Number(zones)
	}
	if d.options.network == fixed {
		props.NatGateways = jsii.Number(1)
		props.NatGatewayProvider = d.fixedAddress()
	}
	props.SubnetConfiguration = &subnets
	vpc := awsec2.NewVpc(d.stack, jsii.String("Network"), props)

	d.net.own = d.options.network == public
	chosen := vpc.SelectSubnets(&awsec2.SubnetSelection{SubnetType: kind})
	d.net.subnets = *chosen.SubnetIds
	var routes []any
	for _, s := range *chosen.Subnets {
		routes = append(routes, s.RouteTable().RouteTableId())
	}
	d.gateways(vpc.VpcId(), routes)
	d.securityGroup(vpc.VpcId())
}

// fixedAddress is a NAT gateway with an address that outlasts the stack: carriers have
// it on their lists.
func (d *deployment) fixedAddress() awsec2.NatProvider {
	ip := awsec2.NewCfnEIP(d.stack, jsii.String("Address"), &awsec2.CfnEIPProps{Domain: jsii.String("vpc")})
	d.keep(ip, false)
	d.net.address = ip.AttrPublicIp()
	return awsec2.NatProvider_Gateway(&awsec2.NatGatewayProps{EipAllocationIds: &[]*string{ip.AttrAllocationId()}})
}

// gateways let tasks reach S3 and DynamoDB without the internet and without paying by
// the gigabyte, and by them nothing but Lodge's bucket, Lodge's table and the layers of
// images (Amazon ECR User Guide, "Interface VPC endpoints", minimum policy).
func (d *deployment) gateways(vpc *string, routes []any) {
	anyone := func(s statement) statement { s["Principal"] = "*"; return s }
	layers := fmt.Sprintf("arn:%s:s3:::prod-%s-starport-layer-bucket/*", *awscdk.Aws_PARTITION(), d.AWS.Region)
	for _, g := range []struct {
		service string
		may     document
	}{
		{"s3", policy(
			anyone(allow("Bucket", []string{"s3:*"}, d.bucketARN(""), d.bucketARN("")+"/*")),
			anyone(allow("Layers", []string{"s3:GetObject"}, layers)),
		)},
		{"dynamodb", policy(anyone(allow("Table", []string{"dynamodb:*"}, *d.table.AttrArn(), *d.table.AttrArn()+"/index/*")))},
	} {
		awsec2.NewCfnVPCEndpoint(d.stack, text("Gateway-%s", g.service), &awsec2.CfnVPCEndpointProps{
			VpcId: vpc, RouteTableIds: &routes, VpcEndpointType: jsii.String("Gateway"), PolicyDocument: g.may,
			ServiceName: text("com.amazonaws.%s.%s", d.AWS.Region, g.service),
		})
	}
}

func (d *deployment) securityGroup(vpc *string) {
	var egress []any
	for _, port := range d.ports() {
		egress = append(egress, &awsec2.CfnSecurityGroup_EgressProperty{
			IpProtocol: jsii.String("tcp"), FromPort: jsii.Number(port), ToPort: jsii.Number(port), CidrIp: jsii.String("0.0.0.0/0"),
			Description: text("sites of carriers, AWS, collectors of faults and telemetry: port %d", port), // EC2 takes no apostrophe
		})
	}
	d.net.group = awsec2.NewCfnSecurityGroup(d.stack, jsii.String("Tasks"), &awsec2.CfnSecurityGroupProps{
		GroupDescription: text("Lodge %s: tasks call out, nobody calls in", d.Stage), VpcId: vpc, SecurityGroupEgress: egress,
	})
}

// joined is a list as the trigger's variables have it.
func joined(list []*string) string {
	var words []string
	for _, s := range list {
		words = append(words, *s)
	}
	return strings.Join(words, ",")
}
