// Package telemetry is the one door to its library.
package telemetry

import _ "go.opentelemetry.io/otel" // to send traces, which nobody else does
