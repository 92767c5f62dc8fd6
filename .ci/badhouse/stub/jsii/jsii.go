// Package jsii stands in for the real one.
package jsii
