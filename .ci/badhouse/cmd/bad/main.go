// Command bad may know every carrier and AWS, and no browser.
package main

import (
	"os"

	_ "example.com/lodge/carriers/all"
	_ "github.com/aws/aws-sdk-go-v2"
	_ "github.com/aws/jsii-runtime-go" // want depguard:cdk
	_ "github.com/chromedp/chromedp"   // want depguard:chromedp
)

func main() { os.Exit(1) }
