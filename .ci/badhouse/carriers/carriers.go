// Package carriers is right.
package carriers
