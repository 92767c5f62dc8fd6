module example.com/lodge

go 1.26.0

require (
	github.com/aws/aws-sdk-go-v2 v0.0.0
	github.com/aws/jsii-runtime-go v0.0.0
	github.com/chromedp/chromedp v0.0.0
	github.com/getsentry/sentry-go v0.0.0
	github.com/nicholas-fedor/shoutrrr v0.0.0
	github.com/stretchr/testify v0.0.0
	go.opentelemetry.io/otel v0.0.0
	gopkg.in/yaml.v3 v3.0.0
)

replace github.com/aws/aws-sdk-go-v2 => ./stub/aws // want gomoddirectives:replacement

replace github.com/aws/jsii-runtime-go => ./stub/jsii // want gomoddirectives:replacement

replace github.com/chromedp/chromedp => ./stub/chromedp // want gomoddirectives:replacement

replace github.com/getsentry/sentry-go => ./stub/sentry // want gomoddirectives:replacement

replace github.com/nicholas-fedor/shoutrrr => ./stub/shoutrrr // want gomoddirectives:replacement

replace go.opentelemetry.io/otel => ./stub/otel // want gomoddirectives:replacement

replace github.com/stretchr/testify => ./stub/testify // want gomoddirectives:replacement

replace gopkg.in/yaml.v3 => ./stub/yaml // want gomoddirectives:replacement
