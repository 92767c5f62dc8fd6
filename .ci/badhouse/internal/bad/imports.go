// Package bad does what the house forbids.
package bad

import (
	_ "example.com/lodge/carriers"     // as good as any reason
	_ "example.com/lodge/carriers/all" // want depguard:carriers-known-by-internal depguard:carriers-all
	_ "example.com/lodge/carriers/bad" // want depguard:carriers-known-by-internal
	_ "example.com/lodge/carriers/page"
	_ "github.com/getsentry/sentry-go"     // want depguard:sentry
	_ "github.com/nicholas-fedor/shoutrrr" // want depguard:shoutrrr
	_ "github.com/stretchr/testify"        // want depguard:everywhere
	_ "go.opentelemetry.io/otel"           // want depguard:otel
	_ "gopkg.in/yaml.v3"                   // want depguard:everywhere
)
