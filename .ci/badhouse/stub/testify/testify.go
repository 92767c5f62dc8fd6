// Package testify stands in for the real one.
package testify
