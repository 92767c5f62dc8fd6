// Package otel stands in for the real one.
package otel
