// Command cdk describes what Lodge is made of in AWS: for each lodge.yaml that it is
// given, a CloudFormation template that deploys the stage of that file. It writes the
// templates and asks nobody: no account, no network, no engine for images.
//
// What can be set besides lodge.yaml is in [options]; docs/running-on-aws.md tells how
// to deploy, and what to do then.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/all"
)

func main() {
	props := &awscdk.AppProps{}
	if out := os.Getenv("CDK_OUT"); out != "" {
		props.Outdir = jsii.String(out) // else where the CDK's command line wants it
	}
	err := synthesize(props, all.Carriers())
	jsii.Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "lodge cdk:", err)
		os.Exit(1)
	}
}

// synthesize writes a template for each lodge.yaml that the context names.
func synthesize(props *awscdk.AppProps, known []carriers.Carrier) error {
	props.AnalyticsReporting = jsii.Bool(false) // a template is the same with and without the command line
	props.TreeMetadata = jsii.Bool(false)
	app := awscdk.NewApp(props)
	o, err := readOptions(func(key string) any { return app.Node().TryGetContext(jsii.String(key)) })
	if err != nil {
		return err
	}
	zips, err := os.MkdirTemp("", "lodge-cdk-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(zips) }()
	for _, path := range o.configs {
		s, err := readStage(path, known)
		if err != nil {
			return err
		}
		zip, err := s.zip(zips, o.trigger)
		if err != nil {
			return err
		}
		deploy(app, s, o, zip)
	}
	app.Synth(nil)
	return nil
}
