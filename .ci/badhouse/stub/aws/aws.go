// Package aws stands in for the real one.
package aws
