// Package sentry stands in for the real one.
package sentry
