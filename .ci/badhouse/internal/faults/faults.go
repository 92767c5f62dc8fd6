// Package faults is the one door to its library.
package faults

import _ "github.com/getsentry/sentry-go" // to report faults, which nobody else does
