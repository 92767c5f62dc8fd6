// Package shoutrrr stands in for the real one.
package shoutrrr
