// Package carriertest is right.
package carriertest
