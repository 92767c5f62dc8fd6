// Package all is right.
package all
